#include "data-plane/pipeline/gateway_response.hpp"

#include <doctest/doctest.h>

using namespace turnpike::pipeline;

namespace {

std::string body_of(const GatewayError& error) {
    Arena arena;
    return std::string(resolve(error, arena).body);
}

}  // namespace

TEST_CASE("templates have no space, errors of integrations have one") {
    CHECK(body_of(gateway_error(GatewayResponseType::MissingAuthenticationToken)) ==
          R"({"message":"Missing Authentication Token"})");
    CHECK(body_of(gateway_error(GatewayResponseType::IntegrationTimeout)) ==
          R"({"message": "Endpoint request timed out"})");
    CHECK(body_of(internal_failure("why")) == R"({"message": "Internal server error"})");
    CHECK(body_of(internal_failure("why")).size() == 36);
}

TEST_CASE("a message that is null is written as null") {
    CHECK(body_of(gateway_error(GatewayResponseType::AuthorizerConfigurationError)) ==
          R"({"message":null})");
}

TEST_CASE("denials by policies have a capital Message") {
    CHECK(body_of(gateway_error(GatewayResponseType::AccessDenied)) ==
          R"({"Message":"User is not authorized to access this resource"})");
}

TEST_CASE("messages are escaped") {
    CHECK(body_of(gateway_error(GatewayResponseType::Unauthorized).with_message("a\"b\\\n")) ==
          R"({"message":"a\"b\\\n"})");
}

TEST_CASE("a request that is too large is answered in plain text that names the limit") {
    Arena arena;
    const GatewayError error =
        with_limits(gateway_error(GatewayResponseType::RequestTooLarge), 10'485'760, arena);
    const GatewayReply reply = resolve(error, arena);
    CHECK(reply.status == 413);
    CHECK(reply.content_type == "text/plain");
    CHECK(reply.body == "HTTP content length exceeded 10485760 bytes.");
    const GatewayError other = gateway_error(GatewayResponseType::Unauthorized);
    CHECK(with_limits(other, 1, arena).message == other.message);
}

TEST_CASE("types have the contract's names in the contract's order") {
    CHECK(kGatewayResponseTypes == 21);
    CHECK(to_text(GatewayResponseType::RequestTooLarge) == "REQUEST_TOO_LARGE");
    CHECK(to_text(GatewayResponseType::Default4xx) == "DEFAULT_4XX");
    CHECK(to_text(GatewayResponseType::ExpiredToken) == "EXPIRED_TOKEN");
}

TEST_CASE("listed statuses and error types") {
    CHECK(gateway_error(GatewayResponseType::Throttled).status == 429);
    CHECK(gateway_error(GatewayResponseType::Throttled).error_type == "TooManyRequestsException");
    CHECK(gateway_error(GatewayResponseType::UnsupportedMediaType).status == 415);
    CHECK(gateway_error(GatewayResponseType::IntegrationFailure).status == 504);
    CHECK_FALSE(unknown_endpoint_error().is_customizable);
}
