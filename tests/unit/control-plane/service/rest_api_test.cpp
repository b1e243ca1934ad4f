#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::service;
using namespace turnpike::tests;

namespace {

json::Value created(RestApiFixture& api, std::string_view input) {
    return api.call.ok("CreateRestApi", RestApiFixture::parse(input));
}

std::string not_created(RestApiFixture& api, std::string_view input) {
    return api.call.refused("CreateRestApi", RestApiFixture::parse(input));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateRestApi", RestApiFixture::merged(api.in_api(), RestApiFixture::patch(operations)));
}

json::Value patched_api(RestApiFixture& api, std::string_view operations) {
    return api.call.ok("UpdateRestApi",
                       RestApiFixture::merged(api.in_api(), RestApiFixture::patch(operations)));
}

/// Puts rows of other resources in place without their operations.
void insert(RestApiFixture& api, Table table, Key key, std::string_view document) {
    const auto done = api.call.store.run(service::Access::Write, [&](Transaction& transaction) {
        transaction.lock(Table::RestApis, key.scope);
        transaction.insert(table, key, RestApiFixture::parse(document));
        return Result<json::Value>(json::Value{});
    });
    REQUIRE(done);
}

std::optional<json::Value> stored(RestApiFixture& api, Table table, const Key& key) {
    std::optional<json::Value> found;
    const auto done = api.call.store.run(service::Access::Read, [&](Transaction& transaction) {
        found = transaction.find(table, key);
        return Result<json::Value>(json::Value{});
    });
    REQUIRE(done);
    return found;
}

}  // namespace

TEST_CASE("RestApi: a new one shows its defaults and nothing that was not set") {
    RestApiFixture api;
    json::Value made = created(api, R"({"name":"shop"})");
    CHECK(made.text("id").size() == 10);
    CHECK(made.text("rootResourceId").size() == 10);
    made.as_object().erase("id");
    made.as_object().erase("rootResourceId");
    CHECK(made == RestApiFixture::parse(R"({"name":"shop","createdDate":1774818307,
        "apiKeySource":"HEADER","disableExecuteApiEndpoint":false,
        "endpointConfiguration":{"types":["EDGE"],"ipAddressType":"ipv4"}})"));
}

TEST_CASE("RestApi: what was given is shown") {
    RestApiFixture api;
    const json::Value made = created(api, R"({"name":"shop","description":"d","version":"v1",
        "binaryMediaTypes":["image/png","image/png","a/b"],"minimumCompressionSize":0,
        "apiKeySource":"AUTHORIZER","endpointConfiguration":{"types":["REGIONAL"]},
        "tags":{"a":"b"},"disableExecuteApiEndpoint":true,
        "securityPolicy":"SecurityPolicy_TLS13_1_3_2025_09","endpointAccessMode":"BASIC"})");
    CHECK(made.text("description") == "d");
    CHECK(made.text("version") == "v1");
    CHECK(json::write(*made.find("binaryMediaTypes")) == R"(["image/png","a/b"])");
    CHECK(made.integer("minimumCompressionSize") == 0);
    CHECK(made.text("apiKeySource") == "AUTHORIZER");
    CHECK(*made.find("endpointConfiguration") ==
          RestApiFixture::parse(R"({"types":["REGIONAL"],"ipAddressType":"ipv4"})"));
    CHECK(made.object("tags").size() == 1);
    CHECK(made.flag("disableExecuteApiEndpoint"));
    CHECK(made.text("securityPolicy") == "SecurityPolicy_TLS13_1_3_2025_09");
    CHECK(made.text("endpointAccessMode") == "BASIC");
}

TEST_CASE("RestApi: an empty list of binary media types is dropped") {
    RestApiFixture api;
    CHECK(created(api, R"({"name":"n","binaryMediaTypes":[]})").find("binaryMediaTypes") ==
          nullptr);
}

TEST_CASE("RestApi: a private one is dualstack") {
    RestApiFixture api;
    const json::Value made =
        created(api, R"({"name":"n","endpointConfiguration":{"types":["PRIVATE"]}})");
    CHECK(made.find("endpointConfiguration")->text("ipAddressType") == "dualstack");
    CHECK(
        not_created(
            api,
            R"({"name":"n","endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"ipv4"}})") ==
        "400 Only dualstack ipAddressType is supported for Private APIs.");
}

TEST_CASE("RestApi: an empty description is refused before everything else") {
    RestApiFixture api;
    CHECK(not_created(api, R"({"name":"","description":"","minimumCompressionSize":-1,
        "endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"ipv4"}})") ==
          "400 Description cannot be an empty string");
}

TEST_CASE("RestApi: what a new one cannot be") {
    RestApiFixture api;
    CHECK(not_created(api, R"({"name":"n","minimumCompressionSize":-1})") ==
          "400 Invalid minimum compression size, must be between 0 and 10485760");
    CHECK(not_created(api, R"({"name":"n","minimumCompressionSize":10485761})") ==
          "400 Invalid minimum compression size, must be between 0 and 10485760");
    CHECK(not_created(api, R"({"name":"n","endpointConfiguration":{"types":[]}})") ==
          "400 REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
    CHECK(
        not_created(api, R"({"name":"n","endpointConfiguration":{"types":["EDGE","REGIONAL"]}})") ==
        "400 Cannot create an api with multiple Endpoint Types.");
    CHECK(not_created(api, R"({"name":" "})").starts_with("400 "));
    CHECK(not_created(api, R"({"name":"n","policy":"{"})")
              .starts_with("400 Invalid policy document"));
    CHECK(not_created(api, R"({"name":"n","policy":"{}"})")
              .starts_with("400 Invalid policy document"));
    CHECK(not_created(api, R"({"name":"n","tags":{"aws:x":"y"}})").starts_with("400 "));
    CHECK(not_created(api, R"({"name":"n","endpointConfiguration":{"vpcEndpointIds":["vpce-1"]}})")
              .starts_with("400 "));
    CHECK(not_created(api, R"({"name":"n","cloneFrom":"nothing"})") ==
          "400 Invalid API identifier specified 000000000000:nothing");
}

TEST_CASE("RestApi: the quota of an account") {
    RestApiFixture api;
    api.call.installation.rest_apis_max = 2;
    created(api, R"({"name":"second"})");
    CHECK(not_created(api, R"({"name":"third"})").starts_with("429 "));
}

TEST_CASE("RestApi: the policy is shown with its quotes escaped and its ARNs whole") {
    RestApiFixture api;
    const json::Value made = created(api, R"({"name":"n","policy":
        "{\"Statement\": [{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"execute-api:Invoke\",\"Resource\":[\"execute-api:/*\"]}]}"})");
    CHECK(
        made.text("policy") ==
        R"({\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"execute-api:Invoke\",)"
        R"(\"Resource\":[\"arn:aws:execute-api:us-east-1:000000000000:)" +
            std::string(made.text("id")) + R"(/*\"]}]})");
}

TEST_CASE("RestApi: a new one has a root resource and two models") {
    RestApiFixture api;
    const json::Value resources = api.call.ok("GetResources", api.in_api());
    REQUIRE(resources.array("items").size() == 1);
    CHECK(resources.array("items")[0] ==
          json::Value(json::Object{{"id", api.root}, {"path", "/"}}));
    const auto empty = stored(api, Table::Models, {api.api, "Empty"});
    REQUIRE(empty);
    CHECK(
        empty->text("schema") ==
        R"({"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"})");
    CHECK(empty->text("description") == "This is a default empty schema model");
    const auto error = stored(api, Table::Models, {api.api, "Error"});
    REQUIRE(error);
    CHECK(error->text("description") == "This is a default error schema model");
    CHECK(error->text("contentType") == "application/json");
}

TEST_CASE("RestApi: tags are always in single answers, and in lists if there are any") {
    RestApiFixture api;
    CHECK(api.call.ok("GetRestApi", api.in_api()).find("tags") != nullptr);
    created(api, R"({"name":"tagged","tags":{"a":"b"}})");
    const json::Value listed = api.call.ok("GetRestApis");
    REQUIRE(listed.array("items").size() == 2);
    CHECK(listed.array("items")[0].find("tags") == nullptr);
    CHECK(listed.array("items")[1].object("tags").size() == 1);
}

TEST_CASE("RestApi: lists have pages, oldest first") {
    RestApiFixture api;
    created(api, R"({"name":"second"})");
    created(api, R"({"name":"third"})");
    const json::Value first = api.call.ok("GetRestApis", json::Object{{"limit", 2}});
    REQUIRE(first.array("items").size() == 2);
    CHECK(first.array("items")[0].text("name") == "pets");
    const json::Value second = api.call.ok(
        "GetRestApis", json::Object{{"limit", 2}, {"position", first.text("position")}});
    REQUIRE(second.array("items").size() == 1);
    CHECK(second.array("items")[0].text("name") == "third");
    CHECK(second.find("position") == nullptr);
    CHECK(api.call.ok("GetRestApis", json::Object{{"limit", -1}}).array("items").size() == 1);
}

TEST_CASE("RestApi: an unknown one is named with the account, and case counts") {
    RestApiFixture api;
    const json::Value upper = json::Object{{"restApiId", "ABCDE"}};
    for (const char* operation : {"GetRestApi", "UpdateRestApi", "DeleteRestApi", "GetResources"}) {
        CHECK(api.call.refused(operation, upper) ==
              "404 Invalid API identifier specified 000000000000:ABCDE");
    }
}

TEST_CASE("RestApi: scalars are replaced") {
    RestApiFixture api;
    const json::Value after = patched_api(api, R"([
        {"op":"replace","path":"/name","value":"new"},
        {"op":"replace","path":"/description","value":"d"},
        {"op":"replace","path":"/version","value":"v2"},
        {"op":"replace","path":"/apiKeySource","value":"AUTHORIZER"},
        {"op":"replace","path":"/minimumCompressionSize","value":"10"},
        {"op":"replace","path":"/securityPolicy","value":"TLS_1_2"},
        {"op":"replace","path":"/disableExecuteApiEndpoint","value":"true"}])");
    CHECK(after.text("name") == "new");
    CHECK(after.text("description") == "d");
    CHECK(after.text("version") == "v2");
    CHECK(after.text("apiKeySource") == "AUTHORIZER");
    CHECK(after.integer("minimumCompressionSize") == 10);
    CHECK(after.flag("disableExecuteApiEndpoint"));
    CHECK(api.call.ok("GetRestApi", api.in_api()) == after);
}

TEST_CASE("RestApi: an empty value disables compression and removes description and policy") {
    RestApiFixture api;
    patched_api(api, R"([{"op":"replace","path":"/minimumCompressionSize","value":"10"},
        {"op":"add","path":"/description","value":"d"},
        {"op":"replace","path":"/policy","value":"{\"Statement\":{\"Effect\":\"Deny\"}}"}])");
    const json::Value after =
        patched_api(api, R"([{"op":"replace","path":"/minimumCompressionSize"},
        {"op":"replace","path":"/description","value":""},{"op":"replace","path":"/policy","value":""}])");
    CHECK(after.find("minimumCompressionSize") == nullptr);
    CHECK(after.find("description") == nullptr);
    CHECK(after.find("policy") == nullptr);
}

TEST_CASE("RestApi: refused values of a patch") {
    RestApiFixture api;
    CHECK(
        not_patched(api, R"([{"op":"replace","path":"/minimumCompressionSize","value":"text"}])") ==
        "400 Invalid minimum compression size, must be between 0 and 10485760");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/minimumCompressionSize","value":"-1"}])") ==
          "400 Invalid minimum compression size, must be between 0 and 10485760");
    CHECK(not_patched(api, R"([{"op":"add","path":"/minimumCompressionSize","value":"1"}])") ==
          "400 Invalid patch operation specified. Must be one of: [replace]");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/name","value":""}])").starts_with("400 "));
    CHECK(not_patched(api, R"([{"op":"replace","path":"/apiKeySource","value":"COOKIE"}])")
              .starts_with("400 "));
}

TEST_CASE("RestApi: a failed patch changes nothing") {
    RestApiFixture api;
    not_patched(api,
                R"([{"op":"replace","path":"/name","value":"new"},{"op":"replace","path":"/x"}])");
    CHECK(api.call.ok("GetRestApi", api.in_api()).text("name") == "pets");
}

TEST_CASE("RestApi: binary media types are keys of the path; a replaced one goes last") {
    RestApiFixture api;
    patched_api(api, R"([{"op":"add","path":"/binaryMediaTypes/image~1png"},
                         {"op":"add","path":"/binaryMediaTypes/image~1jpeg"},
                         {"op":"add","path":"/binaryMediaTypes/image~1png"}])");
    json::Value after = patched_api(
        api, R"([{"op":"replace","path":"/binaryMediaTypes/image~1png","value":"image/gif"}])");
    CHECK(json::write(*after.find("binaryMediaTypes")) == R"(["image/jpeg","image/gif"])");
    after = patched_api(api, R"([{"op":"remove","path":"/binaryMediaTypes/image~1gif"},
                                 {"op":"remove","path":"/binaryMediaTypes/image~1jpeg"}])");
    CHECK(after.find("binaryMediaTypes") == nullptr);
    for (const char* op : {"add", "replace", "remove"}) {
        CHECK(not_patched(api,
                          std::string(R"([{"op":")") + op + R"(","path":"/binaryMediaTypes"}])") ==
              "400 Invalid patch path /binaryMediaTypes");
    }
}

TEST_CASE("RestApi: a change to PRIVATE brings dualstack") {
    RestApiFixture api;
    const json::Value after = patched_api(
        api, R"([{"op":"replace","path":"/endpointConfiguration/types/0","value":"PRIVATE"},
                 {"op":"add","path":"/endpointConfiguration/vpcEndpointIds","value":"vpce-1"}])");
    CHECK(*after.find("endpointConfiguration") ==
          RestApiFixture::parse(
              R"({"types":["PRIVATE"],"ipAddressType":"dualstack","vpcEndpointIds":["vpce-1"]})"));
    CHECK(
        not_patched(
            api,
            R"([{"op":"replace","path":"/endpointConfiguration/ipAddressType","value":"ipv4"}])") ==
        "400 Only dualstack ipAddressType is supported for Private APIs.");
    const json::Value back = patched_api(
        api,
        R"([{"op":"replace","path":"/endpointConfiguration/types/PRIVATE","value":"REGIONAL"}])");
    CHECK(back.find("endpointConfiguration")->find("vpcEndpointIds") == nullptr);
}

TEST_CASE("RestApi: a new security policy goes with an access mode, an old one without") {
    RestApiFixture api;
    const auto replacing = [](const char* policy, const char* mode) {
        return std::string(R"([{"op":"replace","path":"/securityPolicy","value":")") + policy +
               R"("},{"op":"replace","path":"/endpointAccessMode","value":")" + mode + R"("}])";
    };
    constexpr const char* kNew = "SecurityPolicy_TLS13_1_3_2025_09";
    const json::Value strict = patched_api(api, replacing(kNew, "STRICT"));
    CHECK(strict.text("securityPolicy") == kNew);
    CHECK(strict.text("endpointAccessMode") == "STRICT");
    CHECK(not_patched(
              api,
              R"([{"op":"replace","path":"/endpointConfiguration/types/0","value":"REGIONAL"}])") ==
          "400 The endpoint type cannot be changed while endpointAccessMode is STRICT.");
    CHECK(not_patched(api, replacing("TLS_1_2", "BASIC")) ==
          "400 The security policy TLS_1_2 does not support an endpointAccessMode.");
    CHECK(not_patched(api, replacing(kNew, "")) ==
          "400 The security policy SecurityPolicy_TLS13_1_3_2025_09 requires an "
          "endpointAccessMode.");
    CHECK(not_patched(api, replacing(kNew, "LAX")).starts_with("400 "));
    const json::Value old = patched_api(api, replacing("TLS_1_2", ""));
    CHECK(old.text("securityPolicy") == "TLS_1_2");
    CHECK(old.find("endpointAccessMode") == nullptr);
    CHECK(api.call.refused(
              "CreateRestApi",
              RestApiFixture::parse(R"({"name":"n","endpointConfiguration":{"types":["REGIONAL"]},
                  "securityPolicy":"SecurityPolicy_TLS13_2025_EDGE","endpointAccessMode":"BASIC"})")) ==
          "400 The security policy SecurityPolicy_TLS13_2025_EDGE is only supported for EDGE "
          "endpoints.");
    CHECK(api.call.refused("CreateRestApi",
                           RestApiFixture::parse(R"({"name":"n","endpointAccessMode":"BASIC"})")) ==
          "400 The security policy TLS_1_0 does not support an endpointAccessMode.");
    CHECK(api.call
              .ok("CreateRestApi", RestApiFixture::parse(
                                       R"({"name":"n","endpointConfiguration":{"types":["PRIVATE"]},
                  "securityPolicy":"SecurityPolicy_TLS13_1_3_2025_09"})"))
              .text("securityPolicy") == kNew);
}

TEST_CASE("RestApi: refusals of the endpoint configuration") {
    RestApiFixture api;
    CHECK(
        not_patched(
            api, R"([{"op":"replace","path":"/endpointConfiguration/types/0","value":"wrong"}])") ==
        "400 Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE");
    CHECK(not_patched(
              api, R"([{"op":"copy","path":"/endpointConfiguration/types/0","from":"/name"}])") ==
          "400 Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
    CHECK(
        not_patched(
            api,
            R"([{"op":"replace","path":"/endpointConfiguration/ipAddressType","value":"wrong"}])") ==
        "400 ipAddressType must be either ipv4 or dualstack.");
    CHECK(not_patched(
              api,
              R"([{"op":"add","path":"/endpointConfiguration/ipAddressType","value":"ipv4"}])") ==
          "400 Invalid patch operation specified. Must be one of: [replace]");
}

TEST_CASE("RestApi: stages learn of a new name and of the endpoint switch, and of nothing else") {
    RestApiFixture api;
    insert(api, Table::Stages, {api.api, "prod"}, R"({"stageName":"prod"})");
    patched_api(api, R"([{"op":"replace","path":"/description","value":"d"}])");
    CHECK(api.call.store.effects().empty());
    patched_api(api, R"([{"op":"replace","path":"/disableExecuteApiEndpoint","value":"true"}])");
    REQUIRE(api.call.store.effects().size() == 1);
    CHECK(api.call.store.effects()[0].kind == Effect::Kind::Stage);
    CHECK(api.call.store.effects()[0].id == api.api + "/prod");
    patched_api(api, R"([{"op":"replace","path":"/name","value":"new"}])");
    CHECK(api.call.store.effects().size() == 2);
}

TEST_CASE("RestApi: deleting it takes everything below it along") {
    RestApiFixture api;
    api.add_mock();
    insert(api, Table::Deployments, {api.api, "dep001"}, R"({"id":"dep001"})");
    insert(api, Table::Stages, {api.api, "prod"},
           R"({"stageName":"prod","deploymentId":"dep001"})");
    insert(api, Table::UsagePlans, {"", "plan01"},
           R"({"id":"plan01","name":"p","apiStages":[{"apiId":")" + api.api +
               R"(","stage":"prod"}]})");
    CHECK(api.call.ok("DeleteRestApi", api.in_api()) == json::Value(json::Object{}));

    CHECK_FALSE(stored(api, Table::RestApis, {"", api.api}));
    CHECK_FALSE(stored(api, Table::Resources, {api.api, api.root}));
    CHECK_FALSE(stored(api, Table::Methods, {api.api, api.root + "/GET"}));
    CHECK_FALSE(stored(api, Table::Models, {api.api, "Empty"}));
    CHECK_FALSE(stored(api, Table::Deployments, {api.api, "dep001"}));
    CHECK_FALSE(stored(api, Table::Stages, {api.api, "prod"}));
    CHECK(stored(api, Table::UsagePlans, {"", "plan01"})->array("apiStages").empty());

    const auto& effects = api.call.store.effects();
    const auto told = [&](Effect::Kind kind, const std::string& id) {
        return std::any_of(effects.begin(), effects.end(), [&](const Effect& effect) {
            return effect.kind == kind && effect.id == id;
        });
    };
    CHECK(told(Effect::Kind::Stage, api.api + "/prod"));
    CHECK(told(Effect::Kind::UsagePlan, "plan01"));
}

TEST_CASE("RestApi: a clone has the draft of its source under ids of its own") {
    RestApiFixture api;
    patched_api(api, R"([{"op":"add","path":"/binaryMediaTypes/image~1png"},
        {"op":"replace","path":"/policy","value":"{\"Statement\":{\"Effect\":\"Deny\",\"Resource\":\"execute-api:/*\"}}"}])");
    const std::string child = api.add_resource("a");
    api.add_resource("{id}", child);
    api.call.ok("PutMethod",
                api.in_resource(child, R"({"httpMethod":"GET","authorizationType":"NONE"})"));
    api.call.ok("PutIntegration", api.in_resource(child, R"({"httpMethod":"GET","type":"MOCK"})"));

    const json::Value clone =
        api.call.ok("CreateRestApi", json::Object{{"name", "copy"}, {"cloneFrom", api.api}});
    CHECK(json::write(*clone.find("binaryMediaTypes")) == R"(["image/png"])");
    CHECK(clone.text("policy").find(std::string(clone.text("id")) + "/*") != std::string::npos);
    CHECK(clone.text("policy").find(api.api) == std::string::npos);
    const json::Value listed = api.call.ok(
        "GetResources",
        json::Object{{"restApiId", clone.text("id")}, {"embed", json::Array{"methods"}}});
    REQUIRE(listed.array("items").size() == 3);
    CHECK(listed.array("items")[0].text("id") == clone.text("rootResourceId"));
    const json::Value& copied = listed.array("items")[1];
    CHECK(copied.text("path") == "/a");
    CHECK(copied.text("id") != child);
    CHECK(copied.text("parentId") == clone.text("rootResourceId"));
    CHECK(listed.array("items")[2].text("path") == "/a/{id}");
    const json::Value* method = copied.find("resourceMethods")->find("GET");
    REQUIRE(method->find("methodIntegration") != nullptr);
    CHECK(method->find("methodIntegration")->text("cacheNamespace") == copied.text("id"));
}

TEST_CASE("RestApi: a document has a size") {
    RestApiFixture api;
    const json::Value input =
        json::Object{{"name", "n"}, {"description", std::string(128 * 1024, 'x')}};
    CHECK(api.call.refused("CreateRestApi", input).starts_with("400 The resource exceeds"));
}

TEST_CASE("RestApi: the length of a name is in characters") {
    RestApiFixture api;
    std::string name;
    for (int i = 0; i < 1024; ++i) name += "\xC3\xA9";
    CHECK(api.call.ok("CreateRestApi", json::Object{{"name", name}}).text("name") == name);
    CHECK(
        api.call.refused("CreateRestApi", json::Object{{"name", name + "x"}}).starts_with("400 "));
}
