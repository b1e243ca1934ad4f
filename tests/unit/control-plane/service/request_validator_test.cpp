#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr const char* kUnknown = "404 Invalid Request Validator identifier specified";

json::Value made(RestApiFixture& api, std::string_view input) {
    return api.call.ok("CreateRequestValidator", api.in_api(input));
}

json::Value of(const RestApiFixture& api, const json::Value& validator,
               std::string_view more = "{}") {
    return RestApiFixture::merged(
        RestApiFixture::merged(api.in_api(),
                               json::Object{{"requestValidatorId", validator.text("id")}}),
        RestApiFixture::parse(more));
}

std::string not_patched(RestApiFixture& api, const json::Value& validator,
                        std::string_view operations) {
    return api.call.refused(
        "UpdateRequestValidator",
        RestApiFixture::merged(of(api, validator), RestApiFixture::patch(operations)));
}

}  // namespace

TEST_CASE("RequestValidator: both flags are false unless they were given") {
    RestApiFixture api;
    json::Value validator = made(api, R"({"name":"v"})");
    CHECK(validator.text("id").size() == 6);
    CHECK(api.call.ok("GetRequestValidator", of(api, validator)) == validator);
    validator.as_object().erase("id");
    CHECK(validator == RestApiFixture::parse(
                           R"({"name":"v","validateRequestBody":false,
                               "validateRequestParameters":false})"));
    const json::Value strict =
        made(api, R"({"name":"v","validateRequestBody":true,"validateRequestParameters":true})");
    CHECK(strict.flag("validateRequestBody"));
    CHECK(strict.flag("validateRequestParameters"));
    CHECK(api.call.ok("GetRequestValidators", api.in_api()).array("items").size() == 2);
}

TEST_CASE("RequestValidator: a name may be left out, but not be blank") {
    RestApiFixture api;
    CHECK(made(api, "{}").find("name") == nullptr);
    for (const char* name : {R"({"name":""})", R"({"name":"  "})"}) {
        CHECK(api.call.refused("CreateRequestValidator", api.in_api(name)) ==
              "400 Request Validator name cannot be blank");
    }
    CHECK(api.call
              .refused("CreateRequestValidator",
                       RestApiFixture::merged(api.in_api(),
                                              json::Object{{"name", std::string(1025, 'x')}}))
              .starts_with("400 "));
}

TEST_CASE("RequestValidator: an unknown API is a bad request when one is made, and only then") {
    RestApiFixture api;
    const json::Value validator = made(api, R"({"name":"v"})");
    const json::Value elsewhere = RestApiFixture::merged(
        of(api, validator), RestApiFixture::parse(R"({"restApiId":"none","patchOperations":[]})"));
    CHECK(api.call.refused("CreateRequestValidator", elsewhere) ==
          "400 Invalid REST API identifier specified");
    CHECK(api.call.refused("GetRequestValidators", elsewhere) ==
          "404 Invalid API identifier specified 000000000000:none");
    for (const char* operation :
         {"GetRequestValidator", "UpdateRequestValidator", "DeleteRequestValidator"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, elsewhere) == kUnknown);
        CHECK(api.call.refused(operation, api.in_api(R"({"requestValidatorId":"none"})")) ==
              kUnknown);
    }
}

TEST_CASE("RequestValidator: its members are replaced, flags leniently") {
    RestApiFixture api;
    const json::Value validator = made(api, R"({"name":"v","validateRequestBody":true})");
    const json::Value after =
        api.call.ok("UpdateRequestValidator",
                    RestApiFixture::merged(of(api, validator), RestApiFixture::patch(R"([
            {"op":"replace","path":"/name","value":"w"},
            {"op":"replace","path":"/validateRequestBody","value":"no"},
            {"op":"replace","path":"/validateRequestParameters","value":"TRUE"}])")));
    CHECK(after.text("name") == "w");
    CHECK_FALSE(after.flag("validateRequestBody"));
    CHECK(after.flag("validateRequestParameters"));
    CHECK(api.call.ok("GetRequestValidator", of(api, validator)) == after);
    CHECK(not_patched(api, validator, R"([{"op":"replace","path":"/name","value":""}])") ==
          "400 Request Validator name cannot be blank");
}

TEST_CASE("RequestValidator: refusals of operations and paths") {
    RestApiFixture api;
    const json::Value validator = made(api, R"({"name":"v"})");
    CHECK(not_patched(api, validator, R"([{"op":"replace","path":"/invalidPath","value":"x"}])") ==
          "400 Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: "
          "[/name, /validateRequestParameters, /validateRequestBody]");
    for (const char* op : {"add", "remove"}) {
        CHECK(not_patched(api, validator,
                          std::string(R"([{"op":")") + op +
                              R"(","path":"/validateRequestBody","value":"true"}])") ==
              std::string("400 Invalid patch path  '/validateRequestBody' specified for op '") +
                  op + "'. Please choose supported operations");
    }
}

TEST_CASE("RequestValidator: a method's own stays until the method lets it go") {
    RestApiFixture api;
    const json::Value validator = made(api, R"({"name":"v"})");
    const std::string pets = api.add_resource("pets");
    json::Value method =
        api.in_resource(pets, R"({"httpMethod":"GET","authorizationType":"NONE"})");
    method["requestValidatorId"] = validator.text("id");
    CHECK(api.call.ok("PutMethod", method).text("requestValidatorId") == validator.text("id"));
    CHECK(api.call.refused("DeleteRequestValidator", of(api, validator)) ==
          "409 Cannot delete request validator 'v', is referenced in method: GET//pets");
    CHECK(api.call
              .ok("UpdateMethod",
                  RestApiFixture::merged(
                      method, RestApiFixture::patch(
                                  R"([{"op":"replace","path":"/requestValidatorId","value":""}])")))
              .find("requestValidatorId") == nullptr);
    CHECK(api.call.ok("DeleteRequestValidator", of(api, validator)) == json::Value(json::Object{}));
    CHECK(api.call.refused("GetRequestValidator", of(api, validator)) == kUnknown);
}

TEST_CASE("RequestValidator: the quota of an API") {
    RestApiFixture api;
    api.call.installation.request_validators_per_api_max = 1;
    made(api, "{}");
    CHECK(api.call.refused("CreateRequestValidator", api.in_api()).starts_with("429 "));
}
