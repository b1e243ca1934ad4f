#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data-plane/net/body.hpp"
#include "data-plane/pipeline/arena.hpp"

namespace turnpike::pipeline {

/// Kinds of answers that the gateway makes itself, in the contract's order.
enum class GatewayResponseType : std::uint8_t {
    RequestTooLarge,
    ResourceNotFound,
    AuthorizerConfigurationError,
    MissingAuthenticationToken,
    BadRequestBody,
    InvalidSignature,
    InvalidApiKey,
    BadRequestParameters,
    AuthorizerFailure,
    Unauthorized,
    IntegrationTimeout,
    AccessDenied,
    Default4xx,
    Default5xx,
    WafFiltered,
    QuotaExceeded,
    Throttled,
    ApiConfigurationError,
    UnsupportedMediaType,
    IntegrationFailure,
    ExpiredToken,
};
constexpr std::size_t kGatewayResponseTypes =
    static_cast<std::size_t>(GatewayResponseType::ExpiredToken) + 1;

/// "MISSING_AUTHENTICATION_TOKEN": $context.error.responseType.
std::string_view to_text(GatewayResponseType type);

/// Why a request ends without (or in place of) an answer of its integration.
/// Lifetime: `message`, `error_type` and `detail` are constants or lie in the request's arena.
/// Source: the reference, data-plane sections 1.1 and 2.
struct GatewayError {
    /// How the body is written as long as nobody customised it.
    enum class Form : std::uint8_t {
        Template,  ///< {"message":"..."}: the default template of all types
        Spaced,    ///< {"message": "..."}: what errors of integrations look like
        Capital,   ///< {"Message":"..."}: denials by policies
        Plain,     ///< the message alone, as text
    };
    GatewayResponseType type = GatewayResponseType::Default5xx;
    /// What this error answers with unless a customised response names a status: not always the
    /// status listed for its type.
    int status = 500;
    /// A null view (data() == nullptr) is written as null.
    std::string_view message;
    std::string_view error_type;  ///< x-amzn-ErrorType
    Form form = Form::Template;
    /// False for errors before the API is known; those are not in the API's logs either.
    bool is_customizable = true;
    std::string_view detail;  ///< For logs only.

    GatewayError with_message(std::string_view text) const {
        GatewayError changed = *this;
        changed.message = text;
        return changed;
    }
    GatewayError with_detail(std::string_view text) const {
        GatewayError changed = *this;
        changed.detail = text;
        return changed;
    }
};

/// The error of a type with its listed status, message and error type. For Default4xx and
/// Default5xx: 400 "Bad Request" and 500 "Internal server error".
GatewayError gateway_error(GatewayResponseType type);

/// The host, path or stage leads to nothing that may be called. 403, never customised.
GatewayError unknown_endpoint_error();
/// 500 `Internal server error` as integrations raise it. `detail`: the log's reason.
GatewayError configuration_error(std::string_view detail);
/// As above, of the generic type DEFAULT_5XX (forbidden header, invalid address).
GatewayError internal_failure(std::string_view detail);

/// What a caller's own body did wrong while it was read. Requires: a status that is a failure.
GatewayError body_error(net::BodyPiece::Status status);

/// The error with what only the installation knows: the text of REQUEST_TOO_LARGE names the limit,
/// which is a setting.
GatewayError with_limits(const GatewayError& error, std::uint64_t request_bytes_max, Arena& arena);

/// What is sent for an error.
struct GatewayReply {
    int status = 500;
    std::string_view content_type;
    std::string_view body;  ///< In the arena, or constant.
};

/// The built-in answer to an error, which nobody customised.
GatewayReply resolve(const GatewayError& error, Arena& arena);

}  // namespace turnpike::pipeline
