#include <doctest/doctest.h>

#include <map>
#include <optional>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

using limits::StoredState;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// It is Wednesday, 2026-11-18, 12:30 for the control plane.
const WallTime kNow = WallTime(*parse_day("2026-11-18")) + std::chrono::minutes(750);

std::int64_t microseconds(WallTime time) { return epoch_milliseconds(time) * 1000; }

/// What lies in Redis; what is not named is not there.
struct Redis final : service::LiveUsage {
    std::optional<std::int64_t> used(std::string_view, std::string_view, WallTime) const override {
        return std::nullopt;
    }
    std::optional<std::vector<std::optional<StoredState>>> states(
        const std::vector<Question>& questions) const override {
        if (is_away) return std::nullopt;
        std::vector<std::optional<StoredState>> found;
        for (const Question& question : questions) {
            const std::string name = question.bucket.empty()
                                         ? "quota:" + question.plan_id + "/" + question.key_id
                                         : question.bucket;
            asked.push_back(name);
            StoredState state{microseconds(now), is_filled, {}};
            if (const auto known = held.find(name); known != held.end())
                state.fields = known->second;
            found.emplace_back(name == unreadable ? std::nullopt : std::optional(state));
        }
        return found;
    }
    WallTime now = kNow;
    bool is_away = false;
    bool is_filled = true;
    std::string unreadable;
    std::map<std::string, Fields> held;
    mutable std::vector<std::string> asked;
};

struct World : InstallationUnderTest {
    World() {
        call.now = kNow;
        call.live_usage = &redis;
        key = make_key("k");
        deploy("prod");
    }
    std::string join(const Value& quota, const Value& throttle, const Value& methods = {}) {
        Value stage = Object{{"apiId", api}, {"stage", "prod"}};
        if (!methods.is_null()) stage["throttle"] = methods;
        Value input = Object{{"name", "gold"}, {"apiStages", Array{stage}}};
        if (!quota.is_null()) input["quota"] = quota;
        if (!throttle.is_null()) input["throttle"] = throttle;
        const std::string id(call.ok("CreateUsagePlan", input).text("id"));
        call.ok("CreateUsagePlanKey", plan_key(id, key));
        return id;
    }
    void count(const std::string& plan, std::int64_t used) {
        const auto done =
            call.store.run(service::Access::Write, [&](service::Transaction& transaction) {
                transaction.add_usage({{plan, key, day_of(kNow), 12, used}});
                return Result<Value>(Value());
            });
        REQUIRE(done);
    }
    Value limits() { return call.ok("GetKeyLimits", Object{{"apiKey", key}}); }
    /// Of the key's only plan.
    Value plan_of(const Value& shown) {
        REQUIRE(shown.array("plans").size() == 1);
        return shown.array("plans")[0];
    }

    Redis redis;
    std::string key;
};

Value quota(std::int64_t limit, const char* period = "DAY") {
    return Object{{"limit", limit}, {"period", period}, {"offset", 0}};
}
Value throttle(double rate, std::int64_t burst) {
    return Object{{"rateLimit", rate}, {"burstLimit", burst}};
}

}  // namespace

TEST_CASE("the limits of a key are what Redis counts now") {
    World world;
    const std::string plan = world.join(quota(100), throttle(10, 20));
    const std::string name = plan + "/" + world.key;
    world.count(plan, 3);
    world.redis.held["quota:" + name] = {
        {"w", std::to_string(epoch_seconds(WallTime(day_of(kNow))))},
        {"used", "5"},
        {"h:one", "2 " + std::to_string(microseconds(kNow + Seconds(5)))}};
    world.redis.held["client:" + name] = {
        {"level", "4.5"},
        {"at", std::to_string(microseconds(kNow - Milliseconds(100)))},
        {"h:one", "3 " + std::to_string(microseconds(kNow + Seconds(5))) + " 1 0 0"}};
    const Value shown = world.limits();
    CHECK(shown.text("id") == world.key);
    CHECK(shown.text("name") == "k");
    CHECK(shown.flag("enabled"));
    CHECK_FALSE(shown.flag("degraded"));
    const Value one = world.plan_of(shown);
    CHECK(one.text("id") == plan);
    CHECK(one.text("name") == "gold");
    CHECK(*one.find("throttle") ==
          Value(Object{
              {"rateLimit", 10.0}, {"burstLimit", 20}, {"tokens", 5}, {"heldByWorkers", 3}}));
    CHECK(*one.find("quota") == Value(Object{{"limit", 100},
                                             {"period", "DAY"},
                                             {"allowance", 100},
                                             {"windowStart", 1'794'960'000},
                                             {"windowEnd", 1'795'046'400},
                                             {"used", 5},
                                             {"remaining", 95},
                                             {"heldByWorkers", 2}}));
}

TEST_CASE("throttles of methods are shown, each with its own bucket") {
    World world;
    const std::string plan = world.join({}, {}, Object{{"/pets/GET", throttle(2, 4)}});
    const std::string bucket =
        "client:" + plan + "/" + world.key + "/" + world.api + "/prod/pets/GET";
    world.redis.held[bucket] = {{"level", "1"}, {"at", std::to_string(microseconds(kNow))}};
    const Value one = world.plan_of(world.limits());
    CHECK(world.redis.asked == std::vector{bucket});
    CHECK(one.find("throttle") == nullptr);
    CHECK(one.find("quota") == nullptr);
    REQUIRE(one.array("methods").size() == 1);
    const Value& method = one.array("methods")[0];
    CHECK(method.text("apiId") == world.api);
    CHECK(method.text("stage") == "prod");
    CHECK(method.text("method") == "/pets/GET");
    CHECK(method.integer("burstLimit") == 4);
    CHECK(method.integer("tokens") == 1);
}

TEST_CASE("without Redis the stored numbers are shown, and that they are") {
    World world;
    const std::string plan = world.join(quota(100), throttle(10, 20));
    world.count(plan, 7);
    const auto is_stored = [&] {
        const Value shown = world.limits();
        const Value one = world.plan_of(shown);
        return shown.flag("degraded") && one.find("quota")->integer("used") == 7 &&
               one.find("quota")->integer("remaining") == 93 &&
               one.find("quota")->find("heldByWorkers") == nullptr;
    };
    world.redis.is_away = true;
    CHECK(is_stored());
    CHECK(world.plan_of(world.limits()).find("throttle")->find("tokens") == nullptr);
    world.redis.is_away = false;
    world.redis.is_filled = false;
    CHECK(is_stored());
    world.redis.is_filled = true;
    world.redis.unreadable = "quota:" + plan + "/" + world.key;
    CHECK(is_stored());
    CHECK(world.plan_of(world.limits()).find("throttle")->integer("tokens") == 20);
    world.call.live_usage = nullptr;
    CHECK(is_stored());
}

TEST_CASE("what is stored counts where Redis knows less, and windows are those of Redis's clock") {
    World world;
    const std::string plan = world.join(quota(100), {});
    world.count(plan, 7);
    CHECK(world.plan_of(world.limits()).find("quota")->integer("used") == 7);
    world.redis.now = kNow + std::chrono::hours(12);
    const Value tomorrow = world.plan_of(world.limits());
    CHECK(tomorrow.find("quota")->integer("used") == 0);
    CHECK(tomorrow.find("quota")->integer("windowStart") == 1'795'046'400);
}

TEST_CASE("what an operator granted is in the allowance") {
    World world;
    const std::string plan = world.join(quota(10), {});
    world.count(plan, 10);
    world.call.ok("UpdateUsage",
                  Object{{"usagePlanId", plan},
                         {"keyId", world.key},
                         {"patchOperations", Array{operation("replace", "/remaining", "5")}}});
    const Value shown = world.plan_of(world.limits());
    CHECK(shown.find("quota")->integer("limit") == 10);
    CHECK(shown.find("quota")->integer("allowance") == 15);
    CHECK(shown.find("quota")->integer("remaining") == 5);
}

TEST_CASE("a key without plans has no limits, and an unknown one is not there") {
    World world;
    CHECK(world.limits().array("plans").empty());
    CHECK_FALSE(world.limits().flag("degraded"));
    CHECK(world.call.refused("GetKeyLimits", Object{{"apiKey", "nothing000"}}) ==
          "404 Invalid API Key identifier specified");
}
