#include <doctest/doctest.h>

#include "common/snapshot/decode.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value key_named(std::string_view id) { return Object{{"apiKey", id}}; }
Value patch_of(std::string_view id, const Value& one) {
    return Object{{"apiKey", id}, {"patchOperations", Array{one}}};
}

}  // namespace

TEST_CASE("a new key is disabled, has a value of its own and shows it") {
    InstallationUnderTest world;
    const Value key = world.call.ok("CreateApiKey");
    CHECK(key.text("id").size() == 10);
    CHECK(key.text("value").size() == 40);
    CHECK_FALSE(key.flag("enabled", true));
    CHECK(*key.find("stageKeys") == Value(Array{}));
    CHECK(key.integer("createdDate") == 1'774'818'307);
    CHECK(key.integer("lastUpdatedDate") == 1'774'818'307);
    for (const char* absent : {"name", "description", "customerId", "tags"}) {
        CHECK(key.find(absent) == nullptr);
    }
    CHECK(world.told() == "ApiKey " + std::string(key.text("id")));
}

TEST_CASE("the value is shown later only when asked for") {
    InstallationUnderTest world;
    const Value made =
        world.call.ok("CreateApiKey", Object{{"value", "12345678901234567890"}, {"name", "a"}});
    Value input = key_named(made.text("id"));
    CHECK(world.call.ok("GetApiKey", input).find("value") == nullptr);
    CHECK(*world.call.ok("GetApiKey", input).find("tags") == Value(Object{}));
    input["includeValue"] = true;
    CHECK(world.call.ok("GetApiKey", input).text("value") == "12345678901234567890");
    CHECK(world.call.ok("GetApiKeys").array("items")[0].find("value") == nullptr);
    CHECK(world.call.ok("GetApiKeys").array("items")[0].find("tags") == nullptr);
    CHECK(world.call.ok("GetApiKeys", Object{{"includeValues", true}})
              .array("items")[0]
              .text("value") == "12345678901234567890");
}

TEST_CASE("texts and values of a key have bounds") {
    InstallationUnderTest world;
    const auto refusal = [&](const char* member, std::size_t length) {
        return world.call.refused("CreateApiKey", Object{{member, std::string(length, 'x')}});
    };
    CHECK(refusal("value", 19) == "400 API Key value should be at least 20 characters");
    CHECK(refusal("value", 129) == "400 API Key value exceeds maximum size of 128 characters");
    CHECK(refusal("name", 1025) == "400 Invalid API Key name, can be at most 1024 characters.");
    CHECK(refusal("customerId", 1025) ==
          "400 Invalid API Key customer ID, can be at most 1024 characters.");
    CHECK(refusal("description", 125'001) == "400 Invalid API Key description specified.");
    CHECK(world.call("CreateApiKey", Object{{"value", std::string(20, 'x')},
                                            {"name", std::string(1024, 'x')},
                                            {"description", std::string(125'000, 'x')}}));
    CHECK(world.call("CreateApiKey", Object{{"value", std::string(128, 'x')}}));
}

TEST_CASE("the length of a name is counted in characters") {
    InstallationUnderTest world;
    std::string name;
    for (int i = 0; i < 1024; ++i) name += "\U0001F511";
    const Value key = world.call.ok("CreateApiKey", Object{{"name", name}, {"customerId", name}});
    CHECK(snapshot::decode_key(json::write(key)));
    CHECK_FALSE(world.call("CreateApiKey", Object{{"name", name + "u"}}));
}

TEST_CASE("an empty name is no name, an empty value is generated") {
    InstallationUnderTest world;
    const Value key = world.call.ok("CreateApiKey", Object{{"name", ""}, {"value", ""}});
    CHECK(key.find("name") == nullptr);
    CHECK(key.text("value").size() == 40);
}

TEST_CASE("two keys never have one value") {
    InstallationUnderTest world;
    const Value input = Object{{"value", "12345678901234567890"}};
    world.call.ok("CreateApiKey", input);
    CHECK(world.call.refused("CreateApiKey", input) == "409 API Key already exists");
    CHECK(world.call.ok("GetApiKeys").array("items").size() == 1);
}

TEST_CASE("there are so many keys and no more") {
    InstallationUnderTest world;
    world.call.installation.api_keys_max = 1;
    world.make_key("a");
    CHECK(world.call.refused("CreateApiKey") ==
          "429 Maximum number of API Keys for this account has been reached");
}

TEST_CASE("keys of former clients name stages that exist") {
    InstallationUnderTest world;
    world.deploy("dev");
    const auto with_stage = [&](const char* stage) {
        return Object{{"stageKeys", Array{Object{{"restApiId", world.api}, {"stageName", stage}}}}};
    };
    const Value key = world.call.ok("CreateApiKey", with_stage("dev"));
    CHECK(*key.find("stageKeys") == Value(Array{world.api + "/dev"}));
    CHECK(world.call.refused("CreateApiKey", with_stage("prod")) ==
          "404 Invalid stage identifier specified");
    const Array many(101, Object{{"restApiId", world.api}, {"stageName", "dev"}});
    CHECK(world.call.refused("CreateApiKey", Object{{"stageKeys", many}}) ==
          "400 An API Key can have at most 100 stage keys");
    const auto patched = [&](const char* op, const std::string& label) {
        return world.call("UpdateApiKey",
                          patch_of(key.text("id"), operation(op, "/stages", label)));
    };
    CHECK(patched("remove", world.api + "/dev")->array("stageKeys").empty());
    CHECK(patched("add", world.api + "/dev")->array("stageKeys").size() == 1);
    CHECK(patched("add", world.api + "/dev")->array("stageKeys").size() == 1);
    CHECK_FALSE(patched("add", world.api + "/prod"));
    CHECK_FALSE(patched("remove", world.api + "/prod"));
}

TEST_CASE("keys are listed newest first, by prefix of the name and by customer") {
    InstallationUnderTest world;
    world.call.ok("CreateApiKey", Object{{"name", "alpha-1"}, {"customerId", "c1"}});
    world.call.ok("CreateApiKey", Object{{"name", "beta"}, {"customerId", "c1"}});
    world.call.ok("CreateApiKey", Object{{"name", "alpha-2"}, {"customerId", "c2"}});
    const auto names = [&](const Value& input) {
        std::string text;
        const Value answer = world.call.ok("GetApiKeys", input);
        for (const Value& key : answer.array("items")) {
            text += std::string(key.text("name")) + " ";
        }
        return text;
    };
    CHECK(names(Object{}) == "alpha-2 beta alpha-1 ");
    CHECK(names(Object{{"nameQuery", "alpha"}}) == "alpha-2 alpha-1 ");
    CHECK(names(Object{{"nameQuery", "Alpha"}}).empty());
    CHECK(names(Object{{"nameQuery", "lpha"}}).empty());
    CHECK(names(Object{{"customerId", "c1"}}) == "beta alpha-1 ");
    CHECK(names(Object{{"customerId", "c2"}, {"nameQuery", "alpha"}}) == "alpha-2 ");
    CHECK(names(Object{{"limit", -5}}) == "alpha-2 ");
}

TEST_CASE("members of a key are patched") {
    InstallationUnderTest world;
    const std::string id = world.make_key("a");
    world.told();
    world.call.now += Seconds{3};
    const Value key = world.call.ok(
        "UpdateApiKey",
        Object{{"apiKey", id},
               {"patchOperations",
                Array{operation("replace", "/name", "b"), operation("replace", "/description", "d"),
                      operation("replace", "/customerId", "c"),
                      operation("replace", "/enabled", "invalid")}}});
    CHECK(key.text("name") == "b");
    CHECK(key.text("description") == "d");
    CHECK(key.text("customerId") == "c");
    CHECK_FALSE(key.flag("enabled", true));
    CHECK(*key.integer("lastUpdatedDate") == *key.integer("createdDate") + 3);
    CHECK(key.find("value") == nullptr);
    CHECK(*key.find("tags") == Value(Object{}));
    CHECK(world.told() == "ApiKey " + id);
}

TEST_CASE("what a key does not have cannot be patched") {
    InstallationUnderTest world;
    const std::string id = world.make_key("a");
    CHECK(world.call.refused("UpdateApiKey", patch_of(id, operation("replace", "/id", "x"))) ==
          "400 Invalid patch path  '/id' specified for op 'replace'. Must be one of: "
          "[/description, /enabled, /name, /customerId]");
    CHECK(world.call.refused("UpdateApiKey", patch_of(id, operation("test", "/name", "x"))) ==
          "400 Invalid patch path  '/name' specified for op 'test'. Please choose supported "
          "operations");
    CHECK(world.call.refused("UpdateApiKey", patch_of(id, operation("replace", "/description",
                                                                    std::string(125'001, 'x')))) ==
          "400 Invalid API Key description specified.");
}

TEST_CASE("a deleted key leaves its plans, and its value is free again") {
    InstallationUnderTest world;
    const std::string value = "12345678901234567890";
    const Value made = world.call.ok("CreateApiKey", Object{{"value", value}});
    const std::string id(made.text("id"));
    const std::string plan = world.make_plan("basic");
    world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(plan, id));
    world.told();
    world.call.ok("DeleteApiKey", key_named(id));
    CHECK(world.told() == "ApiKey " + id);
    CHECK(world.call.ok("GetUsagePlanKeys", Object{{"usagePlanId", plan}}).array("items").empty());
    for (const char* verb : {"GetApiKey", "UpdateApiKey", "DeleteApiKey"}) {
        CHECK(world.call.refused(verb, key_named(id)) ==
              "404 Invalid API Key identifier specified");
    }
    CHECK(world.call("CreateApiKey", Object{{"value", value}}));
}
