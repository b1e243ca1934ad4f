#include "common/snapshot/gateway_response.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::snapshot;

namespace {

/// "literal|<context:requestId>|…"
std::string pieces_of(std::string_view text) {
    std::string shown;
    for (const ParameterSource& piece : split_variables(text)) {
        if (!shown.empty()) shown += '|';
        if (piece.kind == ParameterSource::Kind::Literal) {
            shown += piece.name;
        } else {
            shown += '<' + std::to_string(static_cast<int>(piece.kind)) + ':' + piece.name + '>';
        }
    }
    return shown;
}

}  // namespace

TEST_CASE("variables of a gateway response end where their names end") {
    CHECK(pieces_of(R"({"message":$context.error.messageString})") ==
          R"({"message":|<8:error.messageString>|})");
    CHECK(pieces_of("$context.requestId-$context.stage.") == "<8:requestId>|-|<8:stage>|.");
    CHECK(pieces_of("$method.request.header.X-Request-Id, $stageVariables.name_1!") ==
          "<4:X-Request-Id>|, |<7:name_1>|!");
    CHECK(pieces_of("$method.request.querystring.q$method.request.path.id") == "<2:q>|<1:id>");
}

TEST_CASE("what is no variable stays text") {
    for (const std::string_view text :
         {"", "$", "$$", "$context", "$context.", "$input.body", "costs $5", "$stageVariables.",
          "$method.request.body.a", "${context.requestId}"}) {
        CAPTURE(text);
        CHECK(pieces_of(text) == text);
    }
    CHECK(pieces_of("$$context.stage") == "$|<8:stage>");
}

TEST_CASE("a gateway response is compiled whole or refused") {
    model::GatewayResponse response;
    response.response_type = "THROTTLED";
    response.status_code = "503";
    response.parameters = {{"gatewayresponse.header.Retry-After", "'5'"}};
    response.templates = {{"Text/Plain", "slow down"}};
    const auto compiled = compile_gateway_response(response);
    REQUIRE(compiled);
    CHECK(compiled->status == 503);
    CHECK(compiled->parameters.front().name == "Retry-After");
    CHECK(compiled->templates.front().media_type == "text/plain");

    response.status_code = "99";
    CHECK_FALSE(compile_gateway_response(response));
    response.status_code.clear();
    CHECK(compile_gateway_response(response)->status == std::nullopt);
    response.parameters = {{"gatewayresponse.querystring.a", "'1'"},
                           {"gatewayresponse.path.b", "'1'"}};
    CHECK(compile_gateway_response(response)->parameters.empty());
    response.parameters = {{"method.response.header.A", "'5'"}};
    CHECK_FALSE(compile_gateway_response(response));
    response.parameters = {{"gatewayresponse.header.A", "method.request.body"}};
    CHECK_FALSE(compile_gateway_response(response));
}
