#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace turnpike::telemetry {

/// Every $context variable that an access log format may name. Aliases share one value.
/// Source: the reference, observability section 1 and mapping section 4.4.
enum class LogVariable : std::uint8_t {
    AccountId,
    ApiId,
    AuthenticateError,
    AuthenticateLatency,
    AuthenticateStatus,
    AuthorizeError,
    AuthorizeLatency,
    AuthorizeStatus,
    AuthorizerError,
    AuthorizerIntegrationLatency,
    AuthorizerIntegrationStatus,
    AuthorizerLatency,
    AuthorizerRequestId,
    AuthorizerStatus,
    AuthorizerValue,  ///< "authorizer.<key>": anything else that the authorizer returned.
    CipherSuite,
    CustomDomainBasePathMatched,
    CustomDomainRoutingRuleIdMatched,
    DeploymentId,
    DomainName,
    DomainPrefix,
    EndpointType,
    ErrorLimit,  ///< Which limit refused; ours.
    ErrorMessage,
    ErrorMessageString,
    ErrorResponseType,
    ErrorValidationErrorString,
    ExtendedRequestId,
    HttpMethod,
    IdentityAccessKey,
    IdentityAccountId,
    IdentityApiKey,
    IdentityApiKeyId,
    IdentityCaller,
    IdentityClientCertIssuerDn,
    IdentityClientCertPem,
    IdentityClientCertSerialNumber,
    IdentityClientCertSubjectDn,
    IdentityClientCertValidityNotAfter,
    IdentityClientCertValidityNotBefore,
    IdentityCognitoAuthenticationProvider,
    IdentityCognitoAuthenticationType,
    IdentityCognitoIdentityId,
    IdentityCognitoIdentityPoolId,
    IdentityPrincipalOrgId,
    IdentitySourceIp,
    IdentityUser,
    IdentityUserAgent,
    IdentityUserArn,
    IdentityVpcId,
    IdentityVpceId,
    IntegrationError,
    IntegrationIntegrationStatus,
    IntegrationLatency,
    IntegrationRequestId,
    IntegrationResponseTransferMode,
    IntegrationStatus,
    IntegrationTimeToAllHeaders,
    IntegrationTimeToFirstContent,
    IsCanaryRequest,
    Path,
    Protocol,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    ResourceId,
    ResourcePath,
    ResponseLatency,
    ResponseLength,
    Stage,
    Status,
    TlsVersion,
    WafError,
    WafLatency,
    WafResponseCode,
    WafStatus,
    WebaclArn,
    XrayTraceId,
};

constexpr std::size_t kLogVariables = static_cast<std::size_t>(LogVariable::XrayTraceId) + 1;

/// What a "$context.name" stands for.
struct LogReference {
    LogVariable variable;
    std::string_view key;  ///< AuthorizerValue: the part after "authorizer.".
};

/// By the name after "$context.", aliases too. Returns: nothing for names that nothing has.
/// Lifetime: `key` is a view into `name`.
std::optional<LogReference> find_log_variable(std::string_view name);
/// The name after "$context.".
std::string_view to_text(LogVariable variable);

}  // namespace turnpike::telemetry
