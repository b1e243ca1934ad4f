#include "data-plane/pipeline/gateway_response.hpp"

#include <array>

#include "common/json/value.hpp"
#include "data-plane/net/rejection.hpp"

namespace turnpike::pipeline {
namespace {

struct Listed {
    std::string_view name;
    int status;
    std::string_view message;
    std::string_view error_type;
    GatewayError::Form form = GatewayError::Form::Template;
};

constexpr std::string_view kNull{};
constexpr std::string_view kInternal = "Internal server error";
constexpr std::string_view kInternalType = "InternalServerErrorException";
using Form = GatewayError::Form;

// In the order of the enumeration. Source: the reference, data-plane section 2.1.
constexpr std::array<Listed, kGatewayResponseTypes> kListed{{
    {"REQUEST_TOO_LARGE", 413, kNull, "RequestTooLargeException", Form::Plain},  // with_limits()
    {"RESOURCE_NOT_FOUND", 404, "No method found matching route", "NotFoundException"},
    {"AUTHORIZER_CONFIGURATION_ERROR", 500, kNull, "AuthorizerConfigurationException"},
    {"MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token",
     "MissingAuthenticationTokenException"},
    {"BAD_REQUEST_BODY", 400, "Invalid request body", "BadRequestException"},
    {"INVALID_SIGNATURE", 403,
     "The request signature we calculated does not match the signature you provided. Check your "
     "AWS Secret Access Key and signing method. Consult the service documentation for details.",
     "InvalidSignatureException"},
    {"INVALID_API_KEY", 403, "Forbidden", "ForbiddenException"},
    {"BAD_REQUEST_PARAMETERS", 400, "Missing required request parameters: []",
     "BadRequestException"},
    {"AUTHORIZER_FAILURE", 500, kNull, "AuthorizerFailureException"},
    {"UNAUTHORIZED", 401, "Unauthorized", "UnauthorizedException"},
    {"INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", kInternalType, Form::Spaced},
    {"ACCESS_DENIED", 403, "User is not authorized to access this resource",
     "AccessDeniedException", Form::Capital},
    {"DEFAULT_4XX", 400, "Bad Request", "BadRequestException"},
    {"DEFAULT_5XX", 500, kInternal, kInternalType, Form::Spaced},
    {"WAF_FILTERED", 403, "Forbidden", "ForbiddenException"},
    {"QUOTA_EXCEEDED", 429, "Limit Exceeded", "LimitExceededException"},
    {"THROTTLED", 429, "Too Many Requests", "TooManyRequestsException"},
    {"API_CONFIGURATION_ERROR", 500, kInternal, kInternalType, Form::Spaced},
    {"UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException"},
    {"INTEGRATION_FAILURE", 504, "Network error communicating with endpoint", kInternalType,
     Form::Spaced},
    {"EXPIRED_TOKEN", 403, "The security token included in the request is expired",
     "ExpiredTokenException"},
}};

std::string_view opening(GatewayError::Form form) {
    switch (form) {
        case Form::Spaced:
            return R"({"message": )";
        case Form::Capital:
            return R"({"Message":)";
        default:
            return R"({"message":)";
    }
}

bool needs_escapes(std::string_view text) {
    for (const char c : text) {
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return true;
    }
    return false;
}

void append_json(ArenaText& out, std::string_view text) {
    if (!text.data()) {
        out += "null";
    } else if (needs_escapes(text)) {
        out += json::quote(text);
    } else {
        out += '"';
        out += text;
        out += '"';
    }
}

}  // namespace

std::string_view to_text(GatewayResponseType type) {
    return kListed[static_cast<std::size_t>(type)].name;
}

GatewayError gateway_error(GatewayResponseType type) {
    const Listed& listed = kListed[static_cast<std::size_t>(type)];
    GatewayError error;
    error.type = type;
    error.status = listed.status;
    error.message = listed.message;
    error.error_type = listed.error_type;
    error.form = listed.form;
    return error;
}

GatewayError unknown_endpoint_error() {
    GatewayError error = gateway_error(GatewayResponseType::Default4xx);
    error.status = 403;
    error.message = "Forbidden";
    error.error_type = "ForbiddenException";
    error.is_customizable = false;
    return error;
}

GatewayError configuration_error(std::string_view detail) {
    return gateway_error(GatewayResponseType::ApiConfigurationError).with_detail(detail);
}

GatewayError internal_failure(std::string_view detail) {
    return gateway_error(GatewayResponseType::Default5xx).with_detail(detail);
}

GatewayError body_error(net::BodyPiece::Status status) {
    if (status == net::BodyPiece::Status::TooLarge) {
        GatewayError error = gateway_error(GatewayResponseType::RequestTooLarge);
        error.is_customizable = false;
        return error;
    }
    return gateway_error(GatewayResponseType::Default4xx)
        .with_detail("the caller's body did not arrive as announced");
}

GatewayError with_limits(const GatewayError& error, std::uint64_t request_bytes_max, Arena& arena) {
    if (error.type != GatewayResponseType::RequestTooLarge) return error;
    return error.with_message(arena.copy(net::body_too_large_text(request_bytes_max)));
}

GatewayReply resolve(const GatewayError& error, Arena& arena) {
    if (error.form == Form::Plain) return {error.status, "text/plain", error.message};
    ArenaText body(arena);
    body.reserve(error.message.size() + 24);
    body += opening(error.form);
    append_json(body, error.message);
    body += '}';
    return {error.status, "application/json", body.view()};
}

}  // namespace turnpike::pipeline
