#include "common/telemetry/json_line.hpp"

#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/common/telemetry/fixed_values.hpp"

using turnpike::telemetry::JsonLine;
using turnpike::telemetry::LogFormat;
using turnpike::telemetry::LogVariable;
using turnpike::telemetry::testing::FixedValues;

namespace {

std::string line(const FixedValues& values) { return std::string(JsonLine(values).text()); }

}  // namespace

TEST_CASE("a line is one JSON object of what there is") {
    const FixedValues values({{LogVariable::Status, "200"},
                              {LogVariable::ResponseLength, "0"},
                              {LogVariable::RequestTimeEpoch, "18446744073709551615"},
                              {LogVariable::IdentityUserAgent, "say \"hi\"\n"},
                              {LogVariable::RequestId, "007"}});
    const std::string text = line(values);
    CHECK(text.back() == '\n');
    CHECK(text.find('\n') == text.size() - 1);
    const auto object = turnpike::json::parse(text);
    REQUIRE(object);
    CHECK(object->as_object().size() == 5);
    CHECK(object->integer("status") == 200);
    CHECK(object->integer("responseLength") == 0);
    CHECK(text.find("\"requestTimeEpoch\":18446744073709551615,") != std::string::npos);
    CHECK(object->text("requestId") == "007");
    CHECK(object->text("identity.userAgent") == "say \"hi\"\n");
    CHECK(line(FixedValues({})) == "{}\n");
}

TEST_CASE("a value of any length is whole, and one with something to escape") {
    for (std::size_t size = 1; size < 70; ++size) {
        const std::string plain(size, 'x');
        CHECK(line(FixedValues({{LogVariable::Path, plain}})) == "{\"path\":\"" + plain + "\"}\n");
        for (std::size_t at = 0; at < size; ++at) {
            std::string quoted = plain;
            quoted[at] = '"';
            const auto object =
                turnpike::json::parse(line(FixedValues({{LogVariable::Path, quoted}})));
            REQUIRE(object);
            CHECK(object->text("path") == quoted);
        }
    }
}

TEST_CASE("a line stays JSON however long its values are") {
    const std::string controls(LogFormat::kValueBytesMax + 10, '\x01');
    const FixedValues values({{LogVariable::RequestId, "r"},
                              {LogVariable::Path, controls},
                              {LogVariable::DomainName, controls},
                              {LogVariable::Status, "200"}});
    const std::string text = line(values);
    CHECK(text.size() <= LogFormat::kLineBytesMax + 2);
    const auto object = turnpike::json::parse(text);
    REQUIRE(object);
    CHECK(object->text("path").size() == LogFormat::kValueBytesMax);
    CHECK(object->integer("status") == 200);
    CHECK(object->text("domainName").empty());
}
