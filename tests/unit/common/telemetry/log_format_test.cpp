#include "common/telemetry/log_format.hpp"

#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/common/telemetry/fixed_values.hpp"

using turnpike::telemetry::find_log_variable;
using turnpike::telemetry::kLogVariables;
using turnpike::telemetry::LogFormat;
using turnpike::telemetry::LogVariable;
using turnpike::telemetry::testing::FixedValues;

namespace {

std::string line(const LogFormat& format, const FixedValues& values) {
    std::string out;
    format.append_line(out, values);
    return out;
}
std::string line(std::string_view format, const FixedValues& values) {
    return line(LogFormat(format), values);
}

}  // namespace

TEST_CASE("references are replaced, everything else stays") {
    const FixedValues values({{LogVariable::RequestId, "id-1"}, {LogVariable::Status, "200"}});
    CHECK(line("$context.requestId [$context.status] $5 $contextual $context", values) ==
          "id-1 [200] $5 $contextual $context\n");
    CHECK(line("$context.requestId$context.status", values) == "id-1200\n");
    CHECK(line("", values) == "\n");
}

TEST_CASE("a dot after a name ends the sentence, a longer name is another variable") {
    const FixedValues values({{LogVariable::Status, "200"}});
    CHECK(line("done: $context.status.", values) == "done: 200.\n");
    CHECK(line("$context.status.code", values) == "-\n");
    CHECK(line("$context.", values) == "-\n");
}

TEST_CASE("unknown and missing variables are a hyphen") {
    CHECK(line("$context.nonsense|$context.path|$context.identity.caller", FixedValues({})) ==
          "-|-|-\n");
}

TEST_CASE("aliases name the same variable") {
    const FixedValues values({{LogVariable::IntegrationLatency, "12"},
                              {LogVariable::IntegrationIntegrationStatus, "201"},
                              {LogVariable::IntegrationRequestId, "r"},
                              {LogVariable::IntegrationError, "e"}});
    CHECK(line("$context.integrationLatency $context.integration.latency "
               "$context.integrationStatus $context.integration.integrationStatus "
               "$context.awsEndpointRequestId $context.integrationErrorMessage",
               values) == "12 12 201 201 r e\n");
}

TEST_CASE("what an authorizer returned is asked for by key") {
    const FixedValues values({{LogVariable::AuthorizerValue, "abc"}});
    CHECK(line("$context.authorizer.principalId", values) == "abc/principalId\n");
    CHECK(line("$context.authorizer.claims.sub", values) == "abc/claims.sub\n");
    CHECK(line("$context.authorizer.status $context.authorizer.", values) == "- -.\n");
}

TEST_CASE("values cannot forge fields or lines in any format") {
    const FixedValues values({{LogVariable::IdentityUserAgent, "a\"b\\c\r\nd\te\x01\x7f\xc3\xa9"}});
    CHECK(line("$context.identity.userAgent", values) ==
          "a\\\"b\\\\c\\r\\nd\\te\\u0001\\u007f\xc3\xa9\n");
    const std::string long_value = std::string(40, 'x') + "\"" + std::string(40, 'y');
    CHECK(line("$context.identity.userAgent",
               FixedValues({{LogVariable::IdentityUserAgent, long_value}})) ==
          std::string(40, 'x') + "\\\"" + std::string(40, 'y') + "\n");
}

TEST_CASE("the message as a JSON text keeps its quotes") {
    const FixedValues values({{LogVariable::ErrorMessageString, "\"say \\\"hi\\\"\""}});
    CHECK(line("{\"message\":$context.error.messageString}", values) ==
          "{\"message\":\"say \\\"hi\\\"\"}\n");
}

TEST_CASE("a format is one line however it is written") {
    const FixedValues values({{LogVariable::RequestId, "id"}});
    CHECK(line("$context.requestId\n", values) == "id\n");
    CHECK(line("$context.requestId\\n", values) == "id\n");
    CHECK(line("a\nb $context.requestId", values) == "a b id\n");
}

TEST_CASE("the console's formats come out as they should") {
    const FixedValues values({{LogVariable::IdentitySourceIp, "192.0.2.1"},
                              {LogVariable::RequestTime, "04/Mar/2020:19:15:17 +0000"},
                              {LogVariable::HttpMethod, "GET"},
                              {LogVariable::ResourcePath, "/pets/{id}"},
                              {LogVariable::Protocol, "HTTP/1.1"},
                              {LogVariable::Status, "200"},
                              {LogVariable::ResponseLength, "5"},
                              {LogVariable::RequestId, "r"},
                              {LogVariable::ExtendedRequestId, "x="}});
    CHECK(line("$context.identity.sourceIp $context.identity.caller $context.identity.user "
               "[$context.requestTime] \"$context.httpMethod $context.resourcePath "
               "$context.protocol\" $context.status $context.responseLength $context.requestId "
               "$context.extendedRequestId",
               values) ==
          "192.0.2.1 - - [04/Mar/2020:19:15:17 +0000] \"GET /pets/{id} HTTP/1.1\" 200 5 r x=\n");
}

TEST_CASE("values and lines are bounded, and cut between characters") {
    std::string umlauts;
    for (int i = 0; i < 5000; ++i) umlauts += "\xc3\xa9";
    const FixedValues values({{LogVariable::Path, "a" + umlauts}});
    const std::string cut = line("$context.path", values);
    CHECK(cut.size() <= 4098);
    CHECK(turnpike::json::parse("\"" + cut.substr(0, cut.size() - 1) + "\""));
    std::string long_format;
    for (int i = 0; i < 100; ++i) long_format += "$context.path ";
    CHECK(line(long_format, values).size() == 32U * 1024U + 1);
}

TEST_CASE("every variable is found by its name") {
    for (std::size_t i = 0; i < kLogVariables; ++i) {
        const auto variable = static_cast<LogVariable>(i);
        if (variable == LogVariable::AuthorizerValue) continue;
        const auto found = find_log_variable(to_text(variable));
        REQUIRE(found);
        CHECK(found->variable == variable);
    }
    CHECK_FALSE(find_log_variable(""));
    CHECK_FALSE(find_log_variable("identity"));
}
