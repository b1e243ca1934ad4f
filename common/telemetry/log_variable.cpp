#include "common/telemetry/log_variable.hpp"

#include <algorithm>
#include <array>

namespace turnpike::telemetry {
namespace {

struct Name {
    std::string_view text;
    LogVariable variable;
};

constexpr std::string_view kAuthorizerPrefix = "authorizer.";

// The name of each variable, in the order of the enumeration.
constexpr std::array kNames{
    Name{"accountId", LogVariable::AccountId},
    Name{"apiId", LogVariable::ApiId},
    Name{"authenticate.error", LogVariable::AuthenticateError},
    Name{"authenticate.latency", LogVariable::AuthenticateLatency},
    Name{"authenticate.status", LogVariable::AuthenticateStatus},
    Name{"authorize.error", LogVariable::AuthorizeError},
    Name{"authorize.latency", LogVariable::AuthorizeLatency},
    Name{"authorize.status", LogVariable::AuthorizeStatus},
    Name{"authorizer.error", LogVariable::AuthorizerError},
    Name{"authorizer.integrationLatency", LogVariable::AuthorizerIntegrationLatency},
    Name{"authorizer.integrationStatus", LogVariable::AuthorizerIntegrationStatus},
    Name{"authorizer.latency", LogVariable::AuthorizerLatency},
    Name{"authorizer.requestId", LogVariable::AuthorizerRequestId},
    Name{"authorizer.status", LogVariable::AuthorizerStatus},
    Name{"authorizer.", LogVariable::AuthorizerValue},
    Name{"cipherSuite", LogVariable::CipherSuite},
    Name{"customDomain.basePathMatched", LogVariable::CustomDomainBasePathMatched},
    Name{"customDomain.routingRuleIdMatched", LogVariable::CustomDomainRoutingRuleIdMatched},
    Name{"deploymentId", LogVariable::DeploymentId},
    Name{"domainName", LogVariable::DomainName},
    Name{"domainPrefix", LogVariable::DomainPrefix},
    Name{"endpointType", LogVariable::EndpointType},
    Name{"error.limit", LogVariable::ErrorLimit},
    Name{"error.message", LogVariable::ErrorMessage},
    Name{"error.messageString", LogVariable::ErrorMessageString},
    Name{"error.responseType", LogVariable::ErrorResponseType},
    Name{"error.validationErrorString", LogVariable::ErrorValidationErrorString},
    Name{"extendedRequestId", LogVariable::ExtendedRequestId},
    Name{"httpMethod", LogVariable::HttpMethod},
    Name{"identity.accessKey", LogVariable::IdentityAccessKey},
    Name{"identity.accountId", LogVariable::IdentityAccountId},
    Name{"identity.apiKey", LogVariable::IdentityApiKey},
    Name{"identity.apiKeyId", LogVariable::IdentityApiKeyId},
    Name{"identity.caller", LogVariable::IdentityCaller},
    Name{"identity.clientCert.issuerDN", LogVariable::IdentityClientCertIssuerDn},
    Name{"identity.clientCert.clientCertPem", LogVariable::IdentityClientCertPem},
    Name{"identity.clientCert.serialNumber", LogVariable::IdentityClientCertSerialNumber},
    Name{"identity.clientCert.subjectDN", LogVariable::IdentityClientCertSubjectDn},
    Name{"identity.clientCert.validity.notAfter", LogVariable::IdentityClientCertValidityNotAfter},
    Name{"identity.clientCert.validity.notBefore",
         LogVariable::IdentityClientCertValidityNotBefore},
    Name{"identity.cognitoAuthenticationProvider",
         LogVariable::IdentityCognitoAuthenticationProvider},
    Name{"identity.cognitoAuthenticationType", LogVariable::IdentityCognitoAuthenticationType},
    Name{"identity.cognitoIdentityId", LogVariable::IdentityCognitoIdentityId},
    Name{"identity.cognitoIdentityPoolId", LogVariable::IdentityCognitoIdentityPoolId},
    Name{"identity.principalOrgId", LogVariable::IdentityPrincipalOrgId},
    Name{"identity.sourceIp", LogVariable::IdentitySourceIp},
    Name{"identity.user", LogVariable::IdentityUser},
    Name{"identity.userAgent", LogVariable::IdentityUserAgent},
    Name{"identity.userArn", LogVariable::IdentityUserArn},
    Name{"identity.vpcId", LogVariable::IdentityVpcId},
    Name{"identity.vpceId", LogVariable::IdentityVpceId},
    Name{"integration.error", LogVariable::IntegrationError},
    Name{"integration.integrationStatus", LogVariable::IntegrationIntegrationStatus},
    Name{"integration.latency", LogVariable::IntegrationLatency},
    Name{"integration.requestId", LogVariable::IntegrationRequestId},
    Name{"integration.responseTransferMode", LogVariable::IntegrationResponseTransferMode},
    Name{"integration.status", LogVariable::IntegrationStatus},
    Name{"integration.timeToAllHeaders", LogVariable::IntegrationTimeToAllHeaders},
    Name{"integration.timeToFirstContent", LogVariable::IntegrationTimeToFirstContent},
    Name{"isCanaryRequest", LogVariable::IsCanaryRequest},
    Name{"path", LogVariable::Path},
    Name{"protocol", LogVariable::Protocol},
    Name{"requestId", LogVariable::RequestId},
    Name{"requestTime", LogVariable::RequestTime},
    Name{"requestTimeEpoch", LogVariable::RequestTimeEpoch},
    Name{"resourceId", LogVariable::ResourceId},
    Name{"resourcePath", LogVariable::ResourcePath},
    Name{"responseLatency", LogVariable::ResponseLatency},
    Name{"responseLength", LogVariable::ResponseLength},
    Name{"stage", LogVariable::Stage},
    Name{"status", LogVariable::Status},
    Name{"tlsVersion", LogVariable::TlsVersion},
    Name{"waf.error", LogVariable::WafError},
    Name{"waf.latency", LogVariable::WafLatency},
    Name{"wafResponseCode", LogVariable::WafResponseCode},
    Name{"waf.status", LogVariable::WafStatus},
    Name{"webaclArn", LogVariable::WebaclArn},
    Name{"xrayTraceId", LogVariable::XrayTraceId},
};

constexpr std::array kAliases{
    Name{"awsEndpointRequestId", LogVariable::IntegrationRequestId},
    Name{"integrationErrorMessage", LogVariable::IntegrationError},
    Name{"integrationLatency", LogVariable::IntegrationLatency},
    Name{"integrationStatus", LogVariable::IntegrationIntegrationStatus},
    Name{"waf.wafResponseCode", LogVariable::WafResponseCode},
};

constexpr bool follows_enumeration() {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (static_cast<std::size_t>(kNames[i].variable) != i) return false;
    }
    return kNames.size() == kLogVariables;
}
static_assert(follows_enumeration());

}  // namespace

std::optional<LogReference> find_log_variable(std::string_view name) {
    for (const Name& known : kNames) {
        if (known.text == name && known.variable != LogVariable::AuthorizerValue) {
            return LogReference{known.variable, {}};
        }
    }
    for (const Name& alias : kAliases) {
        if (alias.text == name) return LogReference{alias.variable, {}};
    }
    if (name.starts_with(kAuthorizerPrefix) && name.size() > kAuthorizerPrefix.size()) {
        return LogReference{LogVariable::AuthorizerValue, name.substr(kAuthorizerPrefix.size())};
    }
    return std::nullopt;
}

std::string_view to_text(LogVariable variable) {
    return kNames[static_cast<std::size_t>(variable)].text;
}

}  // namespace turnpike::telemetry
