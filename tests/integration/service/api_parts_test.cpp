#include <atomic>

#include "control-plane/publish/source.hpp"
#include "tests/integration/service/installation.hpp"

// Authorizers, request validators, models and gateway responses on the real database.

namespace turnpike::store {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr const char* kFunction =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations";

Value authorizer_input(const std::string& api, const std::string& name) {
    return Object{{"restApiId", api},
                  {"name", name},
                  {"type", "TOKEN"},
                  {"authorizerUri", kFunction},
                  {"identitySource", "method.request.header.Auth"}};
}

Value model_input(const std::string& api, const std::string& name, const std::string& schema) {
    return Object{{"restApiId", api},
                  {"name", name},
                  {"contentType", "application/json"},
                  {"schema", schema}};
}

std::string root_of(Installation& call, const std::string& api) {
    return std::string(call.ok("GetRestApi", Object{{"restApiId", api}}).text("rootResourceId"));
}

TEST_CASE("parts of an API come back as they were made, and go into its deployments") {
    Installation call;
    const std::string api = call.deployed_api({});
    const Value in_api = Object{{"restApiId", api}};
    const Value authorizer = call.ok("CreateAuthorizer", authorizer_input(api, "a"));
    const Value validator = call.ok("CreateRequestValidator",
                                    Object{{"restApiId", api}, {"validateRequestBody", true}});
    // What is written with the letters of the schema stays so, order and spaces included.
    const Value model =
        call.ok("CreateModel", model_input(api, "Pet", R"({ "type":"object", "a":1.50 })"));
    const Value response =
        call.ok("PutGatewayResponse",
                Object{{"restApiId", api}, {"responseType", "DEFAULT_4XX"}, {"statusCode", "418"}});
    CHECK(call.ok("GetAuthorizers", in_api).array("items") == Array{authorizer});
    CHECK(call.ok("GetRequestValidators", in_api).array("items") == Array{validator});
    CHECK(call.ok("GetModel", Object{{"restApiId", api}, {"modelName", "Pet"}}) == model);
    const Value listed = call.ok("GetGatewayResponses", in_api);
    REQUIRE(listed.array("items").size() == 21);
    CHECK(listed.array("items")[0].text("statusCode") == "418");
    CHECK(listed.array("items")[6] == response);

    call.ok("CreateDeployment", Object{{"restApiId", api}, {"stageName", "dev"}});
    auto& source = call.test.database.publication();
    const auto blob = source.blob(source.stage(api, "dev")->record.text("snapshot"));
    REQUIRE(blob);
    const auto document = json::parse(*blob);
    REQUIRE(document);
    CHECK(document->array("authorizers") == Array{authorizer});
    CHECK(document->array("requestValidators") == Array{validator});
    CHECK(document->array("gatewayResponses") == Array{response});
    CHECK(document->array("models").size() == 3);

    call.ok("DeleteRestApi", in_api);
    for (const char* table : {"authorizers", "request_validators", "models", "gateway_responses"}) {
        CHECK(call.test.server.query(std::string("SELECT count(*) FROM ") + table) == "0");
    }
}

TEST_CASE("names and quotas hold when many create at once") {
    Installation call;
    call.settings.authorizers_per_api_max = 3;
    const std::string api = call.deployed_api({});
    std::atomic<int> models = 0;
    std::atomic<int> authorizers = 0;
    std::vector<std::function<void()>> works;
    for (int i = 0; i < 8; ++i) {
        works.emplace_back([&call, &models, &authorizers, api, i] {
            if (call("CreateModel", model_input(api, "Pet", "{}"))) ++models;
            if (call("CreateAuthorizer", authorizer_input(api, std::to_string(i)))) ++authorizers;
        });
    }
    at_once(works);
    CHECK(models == 1);
    CHECK(authorizers == 3);
}

TEST_CASE("a method never keeps what is deleted while it is put") {
    Installation call;
    for (int round = 0; round < 10; ++round) {
        const std::string api = call.deployed_api({});
        const Value authorizer = call.ok("CreateAuthorizer", authorizer_input(api, "a"));
        call.ok("CreateModel", model_input(api, "Pet", "{}"));
        Value method = Object{{"restApiId", api},
                              {"resourceId", root_of(call, api)},
                              {"httpMethod", "POST"},
                              {"authorizationType", "CUSTOM"},
                              {"requestModels", Object{{"application/json", "Pet"}}}};
        method["authorizerId"] = authorizer.text("id");
        const Value gone = Object{{"restApiId", api}, {"authorizerId", authorizer.text("id")}};
        const Value pet = Object{{"restApiId", api}, {"modelName", "Pet"}};
        at_once({[&] { static_cast<void>(call("PutMethod", method)); },
                 [&] { static_cast<void>(call("DeleteAuthorizer", gone)); },
                 [&] { static_cast<void>(call("DeleteModel", pet)); }});
        if (!call("GetMethod", method)) continue;
        CHECK(call("GetAuthorizer", gone));
        CHECK(call("GetModel", pet));
    }
}

}  // namespace
}  // namespace turnpike::store
