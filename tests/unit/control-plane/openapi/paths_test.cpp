#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;
using Paths = std::vector<std::string>;

std::vector<std::string> with_base(std::string_view text, BasePathMode mode) {
    ReadOptions options = read_options();
    options.base_path = mode;
    return paths_of(read(text, options));
}

std::string servers(std::string_view list) {
    return oas30(R"("paths": {"/e": {}}, "servers": )" + std::string(list));
}

}  // namespace

TEST_CASE("each path is there in document order, without a slash at the end") {
    const Reading reading = read(
        oas30(R"("paths": {"/b/{id}": {}, "/": {}, "/a/": {}, "/x/{proxy+}": {}, "x-other": {}})"));
    CHECK(paths_of(reading) == Paths{"/b/{id}", "/", "/a", "/x/{proxy+}"});
    CHECK(std::all_of(reading.api.paths.begin(), reading.api.paths.end(),
                      [](const PathDefinition& path) { return path.is_supported; }));
    CHECK(reading.warnings.empty());
}

TEST_CASE("paths that become the same are one") {
    const Reading reading =
        read(oas30(R"("paths": {"/a": {"get": {}}, "/a/": {"get": {}, "put": {}}})"));
    CHECK(paths_of(reading) == Paths{"/a"});
    CHECK(reading.api.paths[0].methods.size() == 2);
    CHECK(reading.warnings.size() == 1);
}

TEST_CASE("a path that no resource can have is marked and reported") {
    const Reading reading = read(
        oas30(R"("paths": {"/a/{id}.json": {"get": {}}, "/b?c=d": {}, "//e": {}, "/{größe}": {},
        "/straße": {}, "/{+}": {}, "/{}": {}, "/{a b}": {}, "/{a+b}": {}})"));
    REQUIRE(paths_of(reading) == Paths{"/a/{id}.json", "/b?c=d", "//e", "/{größe}", "/straße",
                                       "/{+}", "/{}", "/{a b}", "/{a+b}"});
    for (const PathDefinition& path : reading.api.paths) CHECK_FALSE(path.is_supported);
    REQUIRE(reading.warnings.size() == 9);
    CHECK(reading.warnings[0] ==
          "The path '/a/{id}.json' is ignored: '{id}.json' is neither plain text nor one variable "
          "in braces (1:75 /paths/~1a~1{id}.json)");
}

TEST_CASE("a path without a slash is ignored") {
    const Reading reading = read(oas30(R"("paths": {"pets": {"get": {}}})"));
    CHECK(reading.api.paths.empty());
    CHECK(reading.warnings.size() == 1);
}

TEST_CASE("every verb and the any method are methods, trace and others are not") {
    const Reading reading = read(oas30(
        R"("paths": {"/a": {"get": {}, "put": {}, "post": {}, "delete": {}, "patch": {},
        "options": {}, "head": {}, "trace": {}, "x-amazon-apigateway-any-method": {},
        "summary": "no", "copy": {}}})"));
    std::vector<std::string> verbs;
    for (const MethodDefinition& method : reading.api.paths[0].methods) {
        verbs.push_back(method.http_method);
        CHECK(method.method.text("httpMethod") == method.http_method);
    }
    CHECK(verbs == std::vector<std::string>{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS",
                                            "HEAD", "ANY"});
    REQUIRE(reading.warnings.size() == 2);
    CHECK(reading.warnings[0].starts_with("The method TRACE is ignored ("));
    CHECK(reading.warnings[1].starts_with("'copy' is no method and is ignored ("));
}

TEST_CASE("verbs are in small letters") {
    const Reading reading = read(
        "openapi: 3.0.1\ninfo: {title: a, version: '1'}\npaths:\n"
        "  /a: {GET: {}, servers: [], x-other: {}, summary: s}\n");
    CHECK(reading.api.paths[0].methods.empty());
    CHECK(reading.warnings ==
          std::vector<std::string>{"'GET' is no method and is ignored (4:8 /paths/~1a/GET)"});
}

TEST_CASE("an operation that says nothing is an open method") {
    const Reading reading = read(with_operation(""));
    CHECK(the_method(reading).method == json::Object{{"httpMethod", "GET"},
                                                     {"authorizationType", "NONE"},
                                                     {"apiKeyRequired", false}});
}

TEST_CASE("operationId is the operation name") {
    const Reading reading = read(with_operation(R"("operationId": "listPets")"));
    CHECK(the_method(reading).method.text("operationName") == "listPets");
}

TEST_CASE("a path item may be a reference, and have members beside it") {
    const Reading reading = read(oas30(
        R"("paths": {"/pets": {"$ref": "#/components/pathItems/p", "put": {}}},
        "components": {"pathItems": {"p": {"get": {"operationId": "shared"}}}})"));
    CHECK(the_method(reading).method.text("operationName") == "shared");
    CHECK(method_of(reading, "/pets", "PUT").http_method == "PUT");
}

TEST_CASE("paths and their operations know where they stand") {
    const Reading reading = read(oas30(
        R"("paths": {"/pets": {"$ref": "#/components/pathItems/p", "put": {}}},
        "components": {"pathItems": {"p": {"get": {}}}})"));
    CHECK(reading.api.paths[0].place == Steps{"paths", "/pets"});
    const MethodDefinition& shared = the_method(reading);
    CHECK(shared.place == Steps{"components", "pathItems", "p", "get"});
    CHECK(pointer_text(shared.response_place("200")) ==
          "/components/pathItems/p/get/responses/200");
    const MethodDefinition& own = method_of(reading, "/pets", "PUT");
    CHECK(pointer_text(own.integration_place()) ==
          "/paths/~1pets/put/x-amazon-apigateway-integration");
    CHECK(own.integration_response_place("").back() == "default");
    CHECK(own.integration_response_place("4..").back() == "4..");
}

TEST_CASE("the base path of 2.0 is ignored, prepended or split") {
    const std::string text = swagger(R"("basePath": "/a/b/c", "paths": {"/e": {}, "/": {}})");
    CHECK(with_base(text, BasePathMode::Ignore) == Paths{"/e", "/"});
    CHECK(with_base(text, BasePathMode::Prepend) == Paths{"/a/b/c/e", "/a/b/c"});
    CHECK(with_base(text, BasePathMode::Split) == Paths{"/b/c/e", "/b/c"});
}

TEST_CASE("a base path of one segment is all that split takes away") {
    const std::string text = swagger(R"("basePath": "/a", "paths": {"/e": {}})");
    CHECK(with_base(text, BasePathMode::Split) == Paths{"/e"});
}

TEST_CASE("the base path of 3.0 is the path of the first server") {
    constexpr auto kPrepend = BasePathMode::Prepend;
    CHECK(with_base(servers(R"([{"url": "https://x.org/a/b/"}, {"url": "https://x.org/c"}])"),
                    kPrepend) == Paths{"/a/b/e"});
    CHECK(with_base(servers(R"([{"url": "https://x.org"}])"), kPrepend) == Paths{"/e"});
    CHECK(with_base(servers(R"([{"url": "/v1"}])"), kPrepend) == Paths{"/v1/e"});
    CHECK(with_base(servers(R"([{"url": "https://{host}/{v}/x?y",
        "variables": {"v": {"default": "v2"}}}])"),
                    kPrepend) == Paths{"/v2/x/e"});
    CHECK(with_base(servers("[]"), kPrepend) == Paths{"/e"});
}

TEST_CASE("a basePath variable wins, even where no url uses it") {
    CHECK(with_base(servers(R"([{"url": "https://x.org/z"}, {"url": "https://x.org/{basePath}",
        "variables": {"basePath": {"default": "/a/b"}}}, {"url": "https://x.org",
        "variables": {"basePath": {"default": "/c"}}}])"),
                    BasePathMode::Prepend) == Paths{"/a/b/e"});
}

TEST_CASE("modes are known by name") {
    CHECK(*base_path_mode("") == BasePathMode::Ignore);
    CHECK(*base_path_mode("ignore") == BasePathMode::Ignore);
    CHECK(*base_path_mode("prepend") == BasePathMode::Prepend);
    CHECK(*base_path_mode("split") == BasePathMode::Split);
    CHECK_FALSE(base_path_mode("Split").has_value());
}

}  // namespace turnpike::openapi
