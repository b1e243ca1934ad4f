#include "common/schema/parameters.hpp"

#include <doctest/doctest.h>

#include <map>

namespace turnpike::schema {
namespace {

using Sent = std::map<std::pair<ParameterPlace, std::string>, std::string>;

std::string missing(const std::vector<RequiredParameter>& required, const Sent& sent) {
    return find_missing_parameters(
               required,
               [&sent](const RequiredParameter& parameter) -> std::string_view {
                   const auto found = sent.find({parameter.place, parameter.name});
                   return found == sent.end() ? std::string_view() : found->second;
               })
        .value_or("none");
}

const std::vector<RequiredParameter> required_three =
    required_parameters({"method.request.querystring.qs1", "method.request.path.issuer",
                         "method.request.header.x-header-param"});

TEST_CASE("missing parameters are listed by place, then name") {
    CHECK(missing(required_three, {}) ==
          "Missing required request parameters: [x-header-param, issuer, qs1]");
    CHECK(
        missing(required_parameters({"method.request.querystring.b", "method.request.querystring.B",
                                     "method.request.querystring.a"}),
                {}) == "Missing required request parameters: [B, a, b]");
}

TEST_CASE("what was sent is not missing") {
    const Sent all{{{ParameterPlace::Header, "x-header-param"}, "1"},
                   {{ParameterPlace::Path, "issuer"}, "2"},
                   {{ParameterPlace::QueryString, "qs1"}, "0"}};
    CHECK(missing(required_three, all) == "none");
    Sent some = all;
    some.erase({ParameterPlace::Path, "issuer"});
    CHECK(missing(required_three, some) == "Missing required request parameters: [issuer]");
    CHECK(missing({}, {}) == "none");
}

TEST_CASE("a name counts only in its place") {
    CHECK(missing(required_parameters({"method.request.header.a"}),
                  {{{ParameterPlace::QueryString, "a"}, "1"}}) ==
          "Missing required request parameters: [a]");
}

TEST_CASE("blank is missing") {
    for (const auto* blank : {"", " ", "\t \r\n", "\x1f"}) {
        CAPTURE(blank);
        CHECK(missing(required_parameters({"method.request.path.p"}),
                      {{{ParameterPlace::Path, "p"}, blank}}) ==
              "Missing required request parameters: [p]");
    }
    CHECK_FALSE(is_blank(" a "));
    CHECK_FALSE(is_blank("\u00a0"));
}

TEST_CASE("sources of other kinds are not required parameters") {
    CHECK(required_parameters({"method.request.body", "integration.request.header.a"}).empty());
    const auto dotted = required_parameters({"method.request.header.a.b"});
    REQUIRE(dotted.size() == 1);
    CHECK(dotted.front().name == "a.b");
}

}  // namespace
}  // namespace turnpike::schema
