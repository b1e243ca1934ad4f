#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

}  // namespace

TEST_CASE("what is no OpenAPI document is refused in the recorded words") {
    for (const char* text : {"", "{", "not an API", "[1, 2]", "a: [", "{\"a\": 1}", "a: 1",
                             "openapi: 3.0.1\n---\nopenapi: 3.0.1"}) {
        CAPTURE(text);
        CHECK(refusal(text) == "Invalid OpenAPI input.");
    }
}

TEST_CASE("paths are required") {
    CHECK(refusal(R"({"openapi": "3.0.1", "info": {"title": "a", "version": "1"}})") ==
          "Failed to parse the uploaded OpenAPI document due to: 'paths' is a required property");
    CHECK(refusal("swagger: '2.0'\ninfo: {}\npaths: []\n") ==
          "Failed to parse the uploaded OpenAPI document due to: 'paths' is not of type 'object' "
          "(3:1 /paths)");
}

TEST_CASE("other versions are refused with their place") {
    CHECK(refusal("swagger: '1.2'\npaths: {}") ==
          "Failed to parse the uploaded OpenAPI document due to: Swagger '1.2' is not supported "
          "(1:1 /swagger)");
    CHECK(refusal("paths: {}\nopenapi: 4.0.0") ==
          "Failed to parse the uploaded OpenAPI document due to: OpenAPI '4.0.0' is not supported "
          "(2:1 /openapi)");
}

TEST_CASE("a long version is told in whole characters, up to a bound") {
    std::string text = refusal("openapi: '" + std::string(1'990, 'x') +
                               std::string(100'000, '\xc3') + "'\npaths: {}\n");
    CHECK(text == "Invalid OpenAPI input.");  // no UTF-8
    std::string name;
    for (int i = 0; i < 5'000; ++i) name += "\xc3\xa9";
    for (const char* before : {"x", "xx"}) {
        text = refusal("openapi: " + (before + name) + "\npaths: {}\n");
        CHECK(text.size() < 3'000);
        CHECK(text.ends_with("\xc3\xa9... (1:1 /openapi)"));
    }
}

TEST_CASE("a version may be a number") {
    CHECK(read("swagger: 2.0\ninfo: {title: a, version: 1.0}\npaths: {}").warnings.empty());
    CHECK(read("openapi: 3.0\ninfo: {title: a, version: 1.0}\npaths: {}").warnings.empty());
}

TEST_CASE("info names the API") {
    const Reading reading =
        read("openapi: 3.0.1\npaths: {}\ninfo: {title: Pets, version: 1.0, description: All}");
    CHECK(reading.api.rest_api ==
          json::Object{{"name", "Pets"}, {"version", "1.0"}, {"description", "All"}});
}

TEST_CASE("what info lacks is a warning") {
    CHECK(read(R"({"openapi": "3.0.1", "paths": {}})").warnings ==
          std::vector<std::string>{"Parse issue: attribute info is missing"});
    CHECK(read(R"({"openapi": "3.0.1", "paths": {}, "info": {"title": "a"}})").warnings ==
          std::vector<std::string>{"Parse issue: attribute info.version is missing"});
}

TEST_CASE("3.1 is read with a warning, webhooks are not") {
    const Reading reading = read("info: {title: a, version: '1'}\nopenapi: 3.1.0\nwebhooks: {}\n");
    CHECK(reading.warnings ==
          std::vector<std::string>{"OpenAPI 3.1 is read as far as it maps to 3.0 (2:1 /openapi)",
                                   "Webhooks are ignored (3:1 /webhooks)"});
}

TEST_CASE("the variables of the installation are put into every text") {
    const Reading reading = read(with_operation(
        R"("x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST",
        "uri": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/${AWS::AccountId}",
        "credentials": "${stageVariables.role}${AWS::Other}"})"));
    const json::Object& integration = the_method(reading).method.object("methodIntegration");
    CHECK(integration.find("uri")->as_string() ==
          "arn:aws:apigateway:us-east-1:lambda:path/000000000000");
    CHECK(integration.find("credentials")->as_string() == "${stageVariables.role}${AWS::Other}");
}

TEST_CASE("a warning says where, and nothing is said twice") {
    const Reading reading = read(
        "openapi: 3.0.1\n"
        "info: {title: a, version: '1'}\n"
        "paths:\n"
        "  /a:\n"
        "    trace: {}\n"
        "    get:\n"
        "      security: [{one: []}, {one: []}]\n");
    CHECK(reading.warnings ==
          std::vector<std::string>{
              "The method TRACE is ignored (5:5 /paths/~1a/trace)",
              "There is no security scheme 'one'; it is ignored (7:18 /paths/~1a/get/security/0)"});
}

TEST_CASE("the number of warnings is bounded") {
    std::string text = "openapi: 3.0.1\ninfo: {title: a, version: '1'}\npaths:\n";
    for (int i = 0; i < 1000; ++i) text += "  /p" + std::to_string(i) + ": {trace: {}}\n";
    const Reading reading = read(text);
    CHECK(reading.warnings.size() == 501);
    CHECK(reading.warnings.back() == "500 more warnings are left out");
}

}  // namespace turnpike::openapi
