// The execution log of a stage, and what explain records: levels, data, redaction, order.
#include <doctest/doctest.h>

#include <algorithm>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kMock =
    R"("GET":{"httpMethod":"GET","authorizationType":"NONE",
        "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{"type":"MOCK",
            "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
            "integrationResponses":{"200":{"statusCode":"200",
                "responseTemplates":{"application/json":"served"}}}}})";

void log_all(model::Stage& stage, std::string_view level, bool traces_data) {
    model::MethodSettings settings;
    settings.logging_level = level;
    settings.data_trace_enabled = traces_data;
    stage.method_settings.emplace_back("*/*", settings);
}

Gateway::Options logged_as(std::string level, bool traces_data, const std::string& methods) {
    Gateway::Options options;
    options.resources = {{"/pets/{id}", methods}};
    options.change_stage = [level, traces_data](model::Stage& stage) {
        log_all(stage, level, traces_data);
    };
    return options;
}

/// The lines of the only request, with what differs from run to run replaced.
Lines only_log(const Gateway& gateway) {
    const auto logged = gateway.logged();
    REQUIRE(logged.size() == 1);
    return logged.front().execution_log;
}

/// How many lines begin like this.
std::size_t count(const Lines& lines, std::string_view beginning) {
    return static_cast<std::size_t>(std::ranges::count_if(
        lines, [beginning](const std::string& line) { return line.starts_with(beginning); }));
}

/// The rest of the only line that begins like this.
std::string rest_of(const Lines& lines, std::string_view beginning) {
    REQUIRE(count(lines, beginning) == 1);
    const auto found = std::ranges::find_if(
        lines, [beginning](const std::string& line) { return line.starts_with(beginning); });
    return found->substr(beginning.size());
}

/// The beginnings come in this order, each once.
void check_order(const Lines& lines, const Lines& beginnings) {
    REQUIRE(lines.size() == beginnings.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(lines[i]);
        CHECK(lines[i].starts_with(beginnings[i]));
    }
}

json::Value explanation_of_only(const Gateway& gateway) {
    const auto logged = gateway.logged();
    REQUIRE(logged.size() == 1);
    REQUIRE(!logged.front().explanation.empty());
    auto document = json::parse(logged.front().explanation);
    REQUIRE(document);
    return *std::move(document);
}

const json::Value& step_of(const json::Value& explanation, std::string_view phase) {
    const json::Array& steps = explanation.array("steps");
    const auto found = std::ranges::find_if(
        steps, [phase](const json::Value& step) { return step.text("phase") == phase; });
    REQUIRE(found != steps.end());
    return *found;
}

}  // namespace

TEST_CASE("without a level nothing is recorded") {
    const Gateway gateway(logged_as("OFF", true, std::string(kMock)));
    gateway.call("GET /prod/pets/7");
    CHECK(only_log(gateway).empty());
}

TEST_CASE("INFO tells how a request went, without bodies and fields") {
    const Gateway gateway(logged_as("INFO", false, std::string(kMock)));
    gateway.call("GET /prod/pets/7?secret=s");
    const Lines lines = only_log(gateway);
    check_order(lines,
                {"Extended Request Id: ", "Verifying Usage Plan for request: ",
                 "API Key  authorized because method 'GET /pets/{id}' does not require API "
                 "Key. Request will not contribute to throttle or quota limits",
                 "Usage Plan check succeeded for API Key  and API Stage abc123/prod",
                 "Starting execution for request: ", "HTTP Method: GET, Resource Path: /pets/7",
                 "Successfully completed execution", "Method completed with status: 200"});
    CHECK(lines[1].ends_with(". API Key:  API Stage: abc123/prod"));
}

TEST_CASE("a data trace adds bodies, fields and parameters, credentials masked") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(logged_as("INFO", true, proxy_method("POST", backend.origin() + "/x")));
    gateway.call("POST /prod/pets/7?a=1&a=2&access_token=0123456789",
                 "Authorization: Bearer 123456789\r\nContent-Type: text/plain\r\n", "sent");
    const Lines lines = only_log(gateway);
    check_order(lines,
                {"Extended Request Id: ",
                 "Verifying Usage Plan",
                 "API Key  authorized",
                 "Usage Plan check succeeded",
                 "Starting execution",
                 "HTTP Method: POST",
                 "Method request path: {id=7}",
                 "Method request query string: {a=1,2, access_token=****456789}",
                 "Method request headers: {",
                 "Method request body before transformations: sent",
                 "Endpoint request URI: " + backend.origin() + "/x?a=1&a=2&access_token=****456789",
                 "Endpoint request headers: {",
                 "Endpoint request body after transformations: sent",
                 "Sending request to ",
                 "Received response. Status: 200, Integration latency: ",
                 "Endpoint response headers: {",
                 "Endpoint response body before transformations: hello",
                 "Method response body after transformations: hello",
                 "Method response headers: {",
                 "Successfully completed execution",
                 "Method completed with status: 200"});
    CHECK(rest_of(lines, "Method request headers: {").find("Authorization=**********456789") !=
          std::string::npos);
    CHECK(rest_of(lines, "Endpoint request headers: {").find("Bearer") == std::string::npos);
}

TEST_CASE("bodies that pass in pieces are shown as far as a log shows them") {
    const std::string large(200'000, 'x');
    const FixedBackend backend(ok_answer(large));
    const Gateway gateway(logged_as("INFO", true, proxy_method("POST", backend.origin() + "/x")));
    const std::string answer = gateway.call("POST /prod/pets/7", "", large);
    CHECK(body_of(answer).size() == large.size());
    const Lines lines = only_log(gateway);
    const std::string shown = std::string(10'240, 'x') + " [TRUNCATED]";
    CHECK(rest_of(lines, "Method request body before transformations: ") == shown);
    CHECK(rest_of(lines, "Endpoint response body before transformations: ") == shown);
}

TEST_CASE("ERROR tells of failures only") {
    const Gateway gateway(logged_as("ERROR", true, std::string(kMock)));
    gateway.call("GET /prod/pets/7");
    CHECK(only_log(gateway).empty());
}

TEST_CASE("a failure tells why, the type of the answer and its status") {
    const Gateway gateway(
        logged_as("ERROR", false, proxy_method("GET", "http://127.0.0.1:1/nobody")));
    CHECK(status_of(gateway.call("GET /prod/pets/7")) == 504);
    const Lines lines = only_log(gateway);
    check_order(lines, {"Execution failed due to a network error communicating with endpoint",
                        "Gateway response type: INTEGRATION_FAILURE with status code: 504",
                        "Method completed with status: 504"});
}

TEST_CASE("a template that fails is told with its place") {
    std::string method(kMock);
    const std::string_view served = R"("served")";
    method.replace(method.find(served), served.size(), json::quote("one\n #set($x = )"));
    const Gateway gateway(logged_as("ERROR", false, method));
    CHECK(status_of(gateway.call("GET /prod/pets/7")) == 500);
    const Lines lines = only_log(gateway);
    REQUIRE(!lines.empty());
    CAPTURE(lines.front());
    CHECK(lines.front().starts_with(
        "Execution failed due to configuration error: Unable to transform response"));
    CHECK(lines.front().find("line 2, column") != std::string::npos);
}

TEST_CASE("a key that is refused is told, masked") {
    Gateway::Options options = logged_as("INFO", false, "");
    std::string method(kMock);
    method.insert(method.find("\"authorizationType\""), "\"apiKeyRequired\":true,");
    options.resources = {{"/pets/{id}", method}};
    options.keys = {{"0123456789abcdef", "key1", true, {}}};
    const Gateway gateway(std::move(options));
    CHECK(status_of(gateway.call("GET /prod/pets/7", "x-api-key: 0123456789abcdef\r\n")) == 403);
    const Lines lines = only_log(gateway);
    check_order(lines, {"Extended Request Id: ", "Verifying Usage Plan for request: ",
                        "API Key **********abcdef not authorized because API Stage abc123/prod is "
                        "not associated with a usage plan",
                        "Gateway response type: INVALID_API_KEY with status code: 403",
                        "Method completed with status: 403"});
}

TEST_CASE("the settings of a method override those of the stage") {
    Gateway::Options options;
    options.resources = {{"/a", std::string(kMock)}, {"/b", std::string(kMock)}};
    options.change_stage = [](model::Stage& stage) {
        log_all(stage, "OFF", false);
        model::MethodSettings settings;
        settings.logging_level = "INFO";
        stage.method_settings.emplace_back("~1b/GET", settings);
    };
    const Gateway gateway(std::move(options));
    gateway.call("GET /prod/a");
    gateway.call("GET /prod/b");
    gateway.call("GET /prod/c");
    const auto logged = gateway.logged();
    REQUIRE(logged.size() == 3);
    CHECK(logged[0].execution_log.empty());
    CHECK(!logged[1].execution_log.empty());
    CHECK(logged[2].execution_log.empty());
}

TEST_CASE("explain tells each phase with its facts, without data unless that is wanted") {
    const FixedBackend backend(ok_answer());
    Gateway::Options options;
    options.resources = {{"/pets/{id}", proxy_method("GET", backend.origin() + "/x")}};
    options.change_stage = [](model::Stage& stage) { stage.explain.percent_traffic = 100; };
    const Gateway gateway(std::move(options));
    gateway.call("GET /prod/pets/7?token=t");
    CHECK(only_log(gateway).empty());
    const json::Value explanation = explanation_of_only(gateway);
    CHECK(explanation.text("apiId") == "abc123");
    CHECK(explanation.text("stage") == "prod");
    CHECK(explanation.text("resourcePath") == "/pets/{id}");
    CHECK(explanation.text("worker") == "worker-1");
    CHECK(explanation.integer("status") == 200);
    const json::Value& last = explanation.array("steps").back();
    CHECK(explanation.integer("durationUs").value_or(-1) >=
          last.integer("startUs").value_or(0) + last.integer("durationUs").value_or(0));
    Lines phases;
    for (const json::Value& step : explanation.array("steps")) {
        phases.emplace_back(step.text("phase"));
    }
    CHECK(phases == Lines{"identify_stage", "choose_canary", "match_route", "authorize",
                          "check_api_key", "show_usage", "limit", "read_body", "validate",
                          "look_up_cache", "map_request", "integrate", "map_response",
                          "store_response", "compress", "respond", "finish_record"});
    const json::Value& route = *step_of(explanation, "match_route").find("facts");
    CHECK(route.text("matched") == "GET /pets/{id}");
    CHECK(route.find("pathParameters") == nullptr);
    CHECK(step_of(explanation, "integrate").find("facts")->text("status") == "200");
    CHECK(json::write(explanation).find("hello") == std::string::npos);
    CHECK(json::write(explanation).find("token=t") == std::string::npos);
}

TEST_CASE("explain with data shows bodies; a request that fails shows where it ended") {
    const FixedBackend backend(ok_answer("{\"a\": \xff}"));
    Gateway::Options options;
    options.resources = {{"/pets/{id}", proxy_method("GET", backend.origin() + "/x")}};
    options.change_stage = [](model::Stage& stage) {
        stage.explain.percent_traffic = 100;
        stage.explain.data_trace_enabled = true;
    };
    const Gateway gateway(std::move(options));
    gateway.call("GET /prod/pets/7");
    const json::Value served = explanation_of_only(gateway);
    CHECK(step_of(served, "match_route").find("facts")->text("pathParameters") == "{id=7}");
    CHECK(json::write(served.find("log") != nullptr ? *served.find("log") : json::Value())
              .find("{\\\"a\\\": \xef\xbf\xbd}") != std::string::npos);

    gateway.call("GET /prod/none");
    const auto logged = gateway.logged();
    REQUIRE(logged.size() == 2);
    const auto refused = json::parse(logged[1].explanation);
    REQUIRE(refused);
    CHECK(refused->text("responseType") == "MISSING_AUTHENTICATION_TOKEN");
    CHECK(step_of(*refused, "match_route").text("outcome") == "ended");
    CHECK(step_of(*refused, "finish_record").find("facts")->text("status") == "403");
}
