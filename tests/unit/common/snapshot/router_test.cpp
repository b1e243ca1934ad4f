#include "common/snapshot/router.hpp"

#include <doctest/doctest.h>

#include "tests/unit/common/snapshot/documents.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using turnpike::snapshot::test::deployment_of;
using turnpike::snapshot::test::Route;

namespace {

/// "GET /pets/{id} id=7", or "none".
std::string served(const CompiledDeployment& deployment, std::string_view path,
                   std::string_view verb = "GET") {
    const RouteMatch match = deployment.match(path, request_verb(verb));
    if (match.method == nullptr) return "none";
    std::string text = match.method->http_method + " " + match.method->resource->path;
    for (std::size_t i = 0; i < match.values.size(); ++i) {
        text += " " + match.method->resource->parameter_names[i] + "=";
        text += match.values[i];
    }
    return text;
}

}  // namespace

TEST_CASE("a literal wins over a greedy variable") {
    const auto api = deployment_of({{"GET", "/part1/hardcoded-value"}, {"GET", "/part1/{proxy+}"}});
    CHECK(served(*api, "/part1/hardcoded-value") == "GET /part1/hardcoded-value");
    CHECK(served(*api, "/part1/random-value") == "GET /part1/{proxy+} proxy=random-value");
}

TEST_CASE("a literal wins over {name}, which wins over {name+}") {
    const auto api =
        deployment_of({{"GET", "/pets/mine"}, {"GET", "/pets/{id}"}, {"GET", "/pets/{rest+}"}});
    CHECK(served(*api, "/pets/mine") == "GET /pets/mine");
    CHECK(served(*api, "/pets/7") == "GET /pets/{id} id=7");
    CHECK(served(*api, "/pets/7/toys") == "GET /pets/{rest+} rest=7/toys");
}

TEST_CASE("a literal prefix whose subtree fails falls back to an enclosing greedy") {
    const auto api = deployment_of({{"GET", "/proxy/bar/{param}"}, {"GET", "/proxy/{proxy+}"}});
    CHECK(served(*api, "/proxy/bar/1") == "GET /proxy/bar/{param} param=1");
    CHECK(served(*api, "/proxy/bar") == "GET /proxy/{proxy+} proxy=bar");
    CHECK(served(*api, "/proxy/bar/1/2") == "GET /proxy/{proxy+} proxy=bar/1/2");
}

TEST_CASE("values found on a way that fails do not stay") {
    const auto api = deployment_of({{"GET", "/{a}/{b}/end"}, {"GET", "/{a}/{rest+}"}});
    CHECK(served(*api, "/1/2/other") == "GET /{a}/{rest+} a=1 rest=2/other");
}

TEST_CASE("a resource without a usable method is skipped for a less specific one") {
    const auto api =
        deployment_of({{"POST", "/test"}, {"ANY", "/test/any"}, {"OPTIONS", "/{proxy+}"}});
    CHECK(served(*api, "/test", "OPTIONS") == "OPTIONS /{proxy+} proxy=test");
    CHECK(served(*api, "/test", "POST") == "POST /test");
    CHECK(served(*api, "/test", "GET") == "none");
    for (const std::string_view verb :
         {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
        CHECK(served(*api, "/test/any", verb) == "ANY /test/any");
    }
}

TEST_CASE("an exact verb wins over ANY of the same resource") {
    const auto api = deployment_of({{"GET", "/a"}, {"ANY", "/a"}});
    CHECK(served(*api, "/a", "GET") == "GET /a");
    CHECK(served(*api, "/a", "PUT") == "ANY /a");
}

TEST_CASE("HEAD does not fall back to GET, and ANY covers seven verbs only") {
    const auto api = deployment_of({{"GET", "/a"}, {"ANY", "/b"}});
    CHECK(served(*api, "/a", "HEAD") == "none");
    CHECK(served(*api, "/b", "HEAD") == "ANY /b");
    for (const std::string_view verb : {"TRACE", "CONNECT", "PROPFIND", "get", "ANY", ""}) {
        CHECK(served(*api, "/b", verb) == "none");
    }
}

TEST_CASE("a greedy variable does not match its parent") {
    const auto api = deployment_of({{"ANY", "/{proxy+}"}});
    CHECK(served(*api, "/") == "none");
    CHECK(served(*api, "") == "none");
    CHECK(served(*api, "/a") == "ANY /{proxy+} proxy=a");
    const auto nested = deployment_of({{"ANY", "/pets/{proxy+}"}});
    CHECK(served(*nested, "/pets") == "none");
    CHECK(served(*nested, "/pets/") == "none");
}

TEST_CASE("one trailing slash is ignored") {
    const auto api = deployment_of({{"GET", "/pets"}, {"GET", "/"}});
    CHECK(served(*api, "/pets/") == "GET /pets");
    CHECK(served(*api, "/pets//") == "none");
    CHECK(served(*api, "/") == "GET /");
    CHECK(served(*api, "") == "GET /");
}

TEST_CASE("leading slashes collapse, doubled ones inside a greedy value stay") {
    const auto api = deployment_of({{"GET", "/hardcoded"}, {"GET", "/{proxy+}"}});
    CHECK(served(*api, "//hardcoded") == "GET /hardcoded");
    CHECK(served(*api, "///hardcoded") == "GET /hardcoded");
    CHECK(served(*api, "/proxy-value//double-slash") ==
          "GET /{proxy+} proxy=proxy-value//double-slash");
}

TEST_CASE("{name} takes one segment that is not empty") {
    const auto api = deployment_of({{"GET", "/pets/{id}/toys"}});
    CHECK(served(*api, "/pets/7/toys") == "GET /pets/{id}/toys id=7");
    CHECK(served(*api, "/pets//toys") == "none");
    CHECK(served(*api, "/pets/7/8/toys") == "none");
}

TEST_CASE("values keep their percent-encoding") {
    const auto api = deployment_of({{"GET", "/api/user/{proxy+}"}});
    CHECK(served(*api, "/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com") ==
          "GET /api/user/{proxy+} proxy=test%2Balias@gmail.com/plus/test+alias@gmail.com");
}

TEST_CASE("a literal is also found by its percent-encoded spelling") {
    const auto api = deployment_of({{"GET", "/pets/a,b"}, {"GET", "/{proxy+}"}});
    CHECK(served(*api, "/p%65ts/a%2cb") == "GET /pets/a,b");
    CHECK(served(*api, "/pets%2Fa,b") == "GET /{proxy+} proxy=pets%2Fa,b");
    for (const std::string_view broken : {"%", "%6", "%zz", "p%6"}) {
        CHECK(served(*api, "/" + std::string(broken)) ==
              "GET /{proxy+} proxy=" + std::string(broken));
    }
    const std::string long_one = "%41" + std::string(5000, 'a');
    CHECK(served(*api, "/" + long_one) == "GET /{proxy+} proxy=" + long_one);
}

TEST_CASE("matching is case-sensitive") {
    const auto api = deployment_of({{"GET", "/Pets"}});
    CHECK(served(*api, "/Pets") == "GET /Pets");
    CHECK(served(*api, "/pets") == "none");
}

TEST_CASE("path parameters are found by name") {
    const auto api = deployment_of({{"GET", "/{a}/x/{b}"}});
    const std::string path = "/1/x/2";
    const RouteMatch match = api->match(path, Verb::Get);
    CHECK(match.value_of("a") == "1");
    CHECK(match.value_of("b") == "2");
    CHECK(match.value_of("c").data() == nullptr);
    CHECK(match.value_of("a").data() == path.data() + 1);
}

TEST_CASE("the steps of a match do not grow with the number of routes") {
    std::vector<Route> few{{"GET", "/a/b/{id}"}, {"GET", "/{proxy+}"}};
    std::vector<Route> many = few;
    for (int i = 0; i < 5000; ++i) {
        many.push_back({"GET", "/a/b" + std::to_string(i) + "/{id}"});
    }
    const auto small = deployment_of(few);
    const auto large = deployment_of(many);
    for (const std::string_view path : {"/a/b/7", "/a/nothing/7", "/x/y/z"}) {
        CHECK(small->match(path, Verb::Get).steps == large->match(path, Verb::Get).steps);
    }
}
