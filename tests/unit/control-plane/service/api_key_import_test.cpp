#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

const std::string kFirst = "value-of-the-first-key-0001";
const std::string kSecond = "value-of-the-second-key-0002";

struct World : InstallationUnderTest {
    World() { told(); }

    static Value file(std::string_view text, bool fail_on_warnings = false) {
        return Object{{"body", text}, {"format", "csv"}, {"failOnWarnings", fail_on_warnings}};
    }
    Value import(std::string_view text) { return call.ok("ImportApiKeys", file(text)); }
    std::string refused(std::string_view text, bool fail_on_warnings = false) {
        return call.refused("ImportApiKeys", file(text, fail_on_warnings));
    }
    Value key(const Value& id) {
        return call.ok("GetApiKey", Object{{"apiKey", id}, {"includeValue", true}});
    }
    std::size_t keys() {
        return call.ok("GetApiKeys", Object{{"limit", 500}}).array("items").size();
    }
    /// "Line 2: ..." of each warning.
    std::vector<std::string> warnings(std::string_view text) {
        std::vector<std::string> all;
        const Value answer = import(text);
        for (const Value& one : answer.array("warnings")) all.push_back(one.as_string());
        return all;
    }
};

}  // namespace

TEST_CASE("keys of a file are made as the rows describe them") {
    World world;
    const Value answer =
        world.import("\xEF\xBB\xBFkEY, Unknown ,Description,enabled,NAME\r\n" + kFirst +
                     ",x,\"one, or two\",FALSE,first\r\n" + kSecond + ",,,,second");
    REQUIRE(answer.array("ids").size() == 2);
    CHECK(answer.find("warnings") == nullptr);
    const Value first = world.key(answer.array("ids")[0]);
    CHECK(first.text("name") == "first");
    CHECK(first.text("value") == kFirst);
    CHECK(first.text("description") == "one, or two");
    CHECK_FALSE(first.flag("enabled", true));
    CHECK(first.array("stageKeys").empty());
    const Value second = world.key(answer.array("ids")[1]);
    CHECK(second.flag("enabled"));
    CHECK(second.find("description") == nullptr);
    std::string told = "ApiKey " + std::string(answer.array("ids")[0].as_string());
    std::string other = "ApiKey " + std::string(answer.array("ids")[1].as_string());
    if (other < told) std::swap(told, other);
    CHECK(world.told() == told + ", " + other);
}

TEST_CASE("a value that a key has is that key's: the row is its new description") {
    World world;
    const Value first = world.import("Name,Key\nold," + kFirst).array("ids")[0];
    const std::string plan = world.make_plan("p");
    world.call.ok("CreateUsagePlanKey", world.plan_key(plan, first.as_string()));
    world.call.now += Seconds(9);
    const Value answer =
        world.import("Name,Key,Enabled,Description\nnew," + kFirst + ",false,now described");
    CHECK(answer.array("ids") == Array{first});
    const Value key = world.key(first);
    CHECK(key.text("name") == "new");
    CHECK(key.text("description") == "now described");
    CHECK_FALSE(key.flag("enabled", true));
    CHECK(key.integer("lastUpdatedDate") == key.integer("createdDate").value_or(0) + 9);
    CHECK(world.call.ok("GetUsagePlanKeys", Object{{"usagePlanId", plan}})
              .array("items")[0]
              .text("name") == "new");
    CHECK(world.keys() == 1);
}

TEST_CASE("keys join the plans that their row names") {
    World world;
    const std::string one = world.make_plan("one");
    const std::string two = world.make_plan("two");
    const std::string file = "Name,Key,UsagePlanIds\na," + kFirst + ",\"" + one + ", " + two +
                             "\"\nb," + kSecond + ",'" + two + "'";
    const Value ids = world.import(file).array("ids");
    const auto in_plan = [&](const std::string& plan) {
        return world.call.ok("GetUsagePlanKeys", Object{{"usagePlanId", plan}})
            .array("items")
            .size();
    };
    CHECK(in_plan(one) == 1);
    CHECK(in_plan(two) == 2);
    CHECK(world.import(file).find("warnings") == nullptr);  // once more: they are in already
    CHECK(in_plan(two) == 2);
}

TEST_CASE("a plan that a key cannot join is a warning; the key is made") {
    World world;
    world.deploy("dev");
    const std::string one = world.make_plan("one", "dev");
    const std::string two = world.make_plan("two", "dev");
    const auto warnings =
        world.warnings("Name,Key,UsagePlanIds\na," + kFirst + ",\"" + one + "," + two + ",nope\"");
    REQUIRE(warnings.size() == 2);
    CHECK(
        warnings[0].starts_with("Line 2: Usage plan " + two + " cannot be added because API Key"));
    CHECK(warnings[1] == "Line 2: Invalid Usage Plan ID specified");
    CHECK(world.keys() == 1);
}

TEST_CASE("a row that is wrong is left out with a warning that tells no value") {
    World world;
    const std::string long_name(1025, 'n');
    const auto warnings = world.warnings(
        "Name,Key,Enabled\n"
        "short,only-19-characters-\n"
        ",no-name-but-a-good-value-1\n"
        "wide," +
        kSecond +
        ",true,more\n"
        "flag,a-value-of-some-length-9,maybe\n" +
        long_name +
        ",a-value-of-some-length-10\n"
        "ok," +
        kFirst +
        "\n\n"
        "twice," +
        kFirst + "\n");
    CHECK(warnings ==
          std::vector<std::string>{"Line 2: API Key value should be at least 20 characters",
                                   "Line 3: API Key name cannot be empty",
                                   "Line 4: more fields than columns",
                                   "Line 5: Enabled must be true or false",
                                   "Line 6: Invalid API Key name, can be at most 1024 characters.",
                                   "Line 9: an earlier line has the same API Key value"});
    CHECK(world.keys() == 1);
    CHECK(world.warnings("Name,Key\na,too-short\nb," + std::string(129, 'k')) ==
          std::vector<std::string>{"Line 2: API Key value should be at least 20 characters",
                                   "Line 3: API Key value exceeds maximum size of 128 characters"});
}

TEST_CASE("with failonwarnings a warning undoes the whole import") {
    World world;
    CHECK(world.refused("Name,Key\na," + kFirst + "\nb,short\nc,", true) ==
          "400 Warnings found during import:\n"
          "\tLine 3: API Key value should be at least 20 characters\n"
          "\tLine 4: API Key value should be at least 20 characters");
    CHECK(world.keys() == 0);
    CHECK(world.told().empty());
    CHECK(world.call("ImportApiKeys", World::file("Name,Key\na," + kFirst, true)));
}

TEST_CASE("a file that cannot be read changes nothing") {
    World world;
    const std::string good = "Name,Key\na," + kFirst + "\n";
    CHECK(world.refused(good + "b,\"" + kSecond) == "400 Line 3: a quote that is not closed");
    CHECK(world.refused("") == "400 The API Keys file is empty");
    CHECK(world.refused("\xEF\xBB\xBF\n\n") == "400 The API Keys file is empty");
    CHECK(world.refused("Name,Value\n") == "400 The API Keys file needs the columns Name and Key");
    CHECK(world.refused("Name,Key,KEY\n") == "400 The API Keys file has a column twice: KEY");
    CHECK(world.refused(std::string(6U << 20U, 'x') + "y") ==
          "400 The API Keys file must not exceed 6 MB");
    CHECK(world.keys() == 0);
}

TEST_CASE("a file cannot bring more keys than there may be") {
    World world;
    world.call.installation.api_keys_max = 2;
    const std::string refusal = "429 Maximum number of API Keys for this account has been reached";
    world.make_key("held");
    CHECK(world.refused("Name,Key\na," + kFirst + "\nb," + kSecond) == refusal);
    CHECK(world.keys() == 1);
    CHECK(world.refused("Name,Key\na,x\nb,x\nc,x") == refusal);
    CHECK(world.import("Name,Key\na," + kFirst).array("ids").size() == 1);
    CHECK(world.import("Name,Key\nb," + kFirst).array("ids").size() == 1);
}
