#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value put(RestApiFixture& api, std::string_view status, std::string_view more = "{}") {
    return api.call.ok("PutMethodResponse", api.in_response(status, more));
}

json::Value patched_response(RestApiFixture& api, std::string_view operations) {
    return api.call.ok(
        "UpdateMethodResponse",
        RestApiFixture::merged(api.in_response("200"), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateMethodResponse",
        RestApiFixture::merged(api.in_response("200"), RestApiFixture::patch(operations)));
}

}  // namespace

TEST_CASE("MethodResponse: members that were not given are not shown, empty ones that were are") {
    RestApiFixture api;
    api.add_method();
    CHECK(put(api, "200") == RestApiFixture::parse(R"({"statusCode":"200"})"));
    const json::Value empty = RestApiFixture::parse(
        R"({"statusCode":"201","responseModels":{},"responseParameters":{}})");
    CHECK(put(api, "201", R"({"responseModels":{},"responseParameters":{}})") == empty);
    CHECK(api.call.ok("GetMethodResponse", api.in_response("201")) == empty);
}

TEST_CASE("MethodResponse: what was given is shown, also in the method") {
    RestApiFixture api;
    api.add_method();
    const json::Value response = put(api, "200", R"({"responseModels":{"application/json":"Error"},
        "responseParameters":{"method.response.header.A":true,"method.response.header.B":null}})");
    CHECK(response.object("responseParameters") ==
          json::Object{{"method.response.header.A", true}, {"method.response.header.B", false}});
    CHECK(*api.call.ok("GetMethod", api.in_method()).find("methodResponses")->find("200") ==
          response);
}

TEST_CASE("MethodResponse: one per status") {
    RestApiFixture api;
    api.add_method();
    put(api, "200");
    CHECK(api.call.refused("PutMethodResponse", api.in_response("200")) ==
          "409 Response already exists for this resource");
}

TEST_CASE("MethodResponse: what a new one cannot be") {
    RestApiFixture api;
    api.add_method();
    CHECK(api.call.refused(
              "PutMethodResponse",
              api.in_response("200", R"({"responseModels":{"application/json":"none"}})")) ==
          "400 Invalid model identifier specified: none");
    CHECK(
        api.call.refused(
            "PutMethodResponse",
            api.in_response("200", R"({"responseParameters":{"method.request.header.A":true}})")) ==
        "400 Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        "[Invalid mapping expression specified: method.request.header.A]");
}

TEST_CASE("MethodResponse: what is not found") {
    RestApiFixture api;
    const std::string method = "404 Invalid Method identifier specified";
    for (const char* operation : {"PutMethodResponse", "GetMethodResponse", "UpdateMethodResponse",
                                  "DeleteMethodResponse"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, api.in_response("200")) == method);
        CHECK(api.call.refused(operation, api.in_response("200", R"({"resourceId":"none"})")) ==
              "404 Invalid Resource identifier specified");
    }
    api.add_method();
    for (const char* operation :
         {"GetMethodResponse", "UpdateMethodResponse", "DeleteMethodResponse"}) {
        CHECK(api.call.refused(operation, api.in_response("404")) ==
              "404 Invalid Response status code specified");
    }
}

TEST_CASE("MethodResponse: the last one takes the member of the method along") {
    RestApiFixture api;
    api.add_method();
    put(api, "200");
    CHECK(api.call.ok("DeleteMethodResponse", api.in_response("200")) ==
          json::Value(json::Object{}));
    CHECK(api.call.ok("GetMethod", api.in_method()).find("methodResponses") == nullptr);
}

TEST_CASE("MethodResponse: parameters and models are added, changed and removed") {
    RestApiFixture api;
    api.add_method();
    put(api, "200");
    json::Value after = patched_response(api, R"([
        {"op":"add","path":"/responseParameters/method.response.header.A","value":"true"},
        {"op":"add","path":"/responseModels/application~1json","value":"Empty"}])");
    CHECK(after ==
          RestApiFixture::parse(
              R"({"statusCode":"200","responseParameters":{"method.response.header.A":true},
        "responseModels":{"application/json":"Empty"}})"));
    after = patched_response(api, R"([
        {"op":"replace","path":"/responseParameters/method.response.header.A","value":"false"},
        {"op":"replace","path":"/responseModels/application~1json","value":"Error"}])");
    CHECK_FALSE(after.find("responseParameters")->flag("method.response.header.A", true));
    after = patched_response(api, R"([
        {"op":"remove","path":"/responseParameters/method.response.header.A"},
        {"op":"remove","path":"/responseModels/application~1json"}])");
    CHECK(after == RestApiFixture::parse(R"({"statusCode":"200"})"));
    CHECK(api.call.ok("GetMethodResponse", api.in_response("200")) == after);
}

TEST_CASE("MethodResponse: refusals of a patch") {
    RestApiFixture api;
    api.add_method();
    put(api, "200");
    for (const char* op : {"replace", "remove"}) {
        const std::string start = std::string(R"([{"op":")") + op + R"(","value":"Empty","path":")";
        CHECK(not_patched(api, start + R"(/responseParameters/method.response.header.wrong"}])") ==
              "404 Invalid parameter name specified");
        CHECK(not_patched(api, start + R"(/responseModels/wrong~1json"}])") ==
              "404 Content-Type specified was not found");
    }
    CHECK(
        not_patched(
            api,
            R"([{"op":"add","path":"/wrong/method.response.header.my-header","value":"true"}])") ==
        "400 Invalid patch path /wrong/method.response.header.my-header");
    CHECK(not_patched(api, R"([{"op":"add","value":"true"}])") == "400 Invalid patch path null");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/statusCode","value":"201"}])") ==
          "400 Invalid patch path /statusCode");
}
