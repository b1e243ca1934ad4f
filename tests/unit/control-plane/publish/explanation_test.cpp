#include "control-plane/publish/explanation.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace turnpike;
using publish::read_explanation;
using publish::summary_of;

namespace {

constexpr std::string_view kDocument = R"({"requestId":"r1","extendedRequestId":"x1","apiId":"a1",
 "stage":"prod","deploymentId":"d1","isCanary":false,"httpMethod":"GET","path":"/prod/pets",
 "resourceId":"p1","resourcePath":"/pets","sourceIp":"127.0.0.1",
 "requestTime":"2026-03-29T21:05:07.123Z","durationUs":1500,"status":403,
 "responseType":"ACCESS_DENIED","worker":"w1",
 "steps":[{"phase":"match_route","startUs":3,"durationUs":40,"outcome":"continue",
           "facts":{"resource":"/pets"}},
          {"phase":"authorize","startUs":50,"durationUs":9,"outcome":"ended","facts":{}}],
 "log":["line one","line two"]})";

json::Value document() { return json::parse(kDocument).value(); }

json::Value read(const json::Value& value) {
    const auto found = read_explanation("r1", json::write(value));
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("what a worker recorded is read as it is") {
    const auto found = read_explanation("r1", kDocument);
    REQUIRE(found);
    CHECK(*found == document());
}

TEST_CASE("a list shows what tells requests apart") {
    const json::Value expected =
        json::Object{{"requestId", "r1"},   {"requestTime", "2026-03-29T21:05:07.123Z"},
                     {"apiId", "a1"},       {"stage", "prod"},
                     {"httpMethod", "GET"}, {"path", "/prod/pets"},
                     {"status", 403},       {"durationUs", 1500}};
    CHECK(summary_of(document()) == expected);
}

TEST_CASE("members that are unknown or of other types are left out, the rest stays") {
    json::Value odd = document();
    odd["isCanary"] = "no";
    odd["status"] = 403.5;
    odd["path"] = json::Array{};
    odd["worker"] = nullptr;
    odd["future"] = json::Object{{"deep", json::Array{json::Array{json::Array{1}}}}};
    odd["log"] = json::Array{1, "kept", nullptr};
    json::Value expected = document();
    for (const char* name : {"isCanary", "status", "path", "worker"}) {
        expected.as_object().erase(name);
    }
    expected["log"] = json::Array{"kept"};
    CHECK(read(odd) == expected);
}

TEST_CASE("odd steps lose what is odd about them") {
    json::Value odd = document();
    json::Array& steps = odd["steps"].as_array();
    steps[0]["startUs"] = "3";
    steps[0]["facts"]["count"] = 7;
    steps[0]["more"] = true;
    steps[1] = json::Object{{"phase", "authorize"}, {"facts", json::Array{}}};
    steps.emplace_back("no step");
    json::Value expected = document();
    json::Array& kept = expected["steps"].as_array();
    kept[0].as_object().erase("startUs");
    kept[1] = json::Object{{"phase", "authorize"}, {"facts", json::Object{}}};
    CHECK(read(odd) == expected);
    odd["steps"] = "none";
    CHECK(read(odd).array("steps").empty());
}

TEST_CASE("it has the id under which it was found") {
    json::Value other = document();
    other["requestId"] = "somebody else's";
    CHECK(read(other) == document());
    CHECK(read_explanation("r2", "{}") ==
          json::Value(
              json::Object{{"requestId", "r2"}, {"steps", json::Array{}}, {"log", json::Array{}}}));
}

TEST_CASE("what is no document is none") {
    const std::string nested(100'000, '[');
    for (const std::string_view text :
         {std::string_view(), std::string_view("null"), std::string_view("[]"),
          std::string_view("7"), kDocument.substr(0, 200), std::string_view("{\"log\":[\"\xff\"]}"),
          std::string_view(nested)}) {
        CHECK_FALSE(read_explanation("r1", text));
    }
}
