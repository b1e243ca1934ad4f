#include <doctest/doctest.h>

#include <optional>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

CalendarDay day(std::string_view text) { return *parse_day(text); }

/// It is Wednesday, 2026-11-18, 12:30.
struct World : InstallationUnderTest {
    World() {
        set_time("2026-11-18", 12, 30);
        key = make_key("k");
    }
    void set_time(std::string_view date, int hour, int minute = 0) {
        call.now = WallTime(day(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute);
    }
    /// A plan with the key.
    void make_plan_with(const Value& quota) {
        Value input = Object{{"name", "p"}};
        if (!quota.is_null()) input["quota"] = quota;
        plan = call.ok("CreateUsagePlan", input).text("id");
        call.ok("CreateUsagePlanKey", plan_key(plan, key));
    }
    void make_plan_of(const char* period, std::int64_t limit, std::int64_t offset = 0) {
        make_plan_with(Object{{"limit", limit}, {"period", period}, {"offset", offset}});
    }
    void count(std::string_view date, int hour, std::int64_t used) {
        const auto done =
            call.store.run(service::Access::Write, [&](service::Transaction& transaction) {
                transaction.add_usage({{plan, key, day(date), hour, used}});
                return Result<Value>(Value());
            });
        REQUIRE(done);
    }
    Value range(std::string_view first, std::string_view last) const {
        return Object{{"usagePlanId", plan}, {"startDate", first}, {"endDate", last}};
    }
    /// "[[1,9],[0,9]]" of the key.
    std::string usage(std::string_view first, std::string_view last) {
        return json::write(*call.ok("GetUsage", range(first, last)).object("items").find(key));
    }
    Value remaining_input(std::string_view value) const {
        return Object{{"usagePlanId", plan},
                      {"keyId", key},
                      {"patchOperations", Array{operation("replace", "/remaining", value)}}};
    }
    /// Today's pair as UpdateUsage answers it.
    std::string set_remaining(std::string_view value) {
        return json::write(
            *call.ok("UpdateUsage", remaining_input(value)).object("items").find(key));
    }

    std::string key;
    std::string plan;
};

}  // namespace

TEST_CASE("a report has a pair for every day, used or not") {
    World world;
    world.make_plan_of("DAY", 10);
    world.count("2026-11-16", 1, 3);
    world.count("2026-11-16", 9, 1);
    world.count("2026-11-18", 12, 2);
    CHECK(world.usage("2026-11-15", "2026-11-19") == "[[0,10],[4,6],[0,10],[2,8],[0,10]]");
    const Value report = world.call.ok("GetUsage", world.range("2026-11-15", "2026-11-19"));
    CHECK(report.text("usagePlanId") == world.plan);
    CHECK(report.text("startDate") == "2026-11-15");
    CHECK(report.text("endDate") == "2026-11-19");
    CHECK(report.find("position") == nullptr);
}

TEST_CASE("what remains of a week or month goes down day by day and starts anew") {
    World world;
    world.make_plan_of("WEEK", 10);
    world.count("2026-11-13", 1, 4);
    world.count("2026-11-15", 1, 3);  // a Sunday
    world.count("2026-11-17", 1, 9);
    CHECK(world.usage("2026-11-14", "2026-11-18") == "[[0,6],[3,7],[0,7],[9,0],[0,0]]");
    CHECK(world.usage("2026-11-17", "2026-11-22") == "[[9,0],[0,0],[0,0],[0,0],[0,0],[0,10]]");

    World monthly;
    monthly.make_plan_of("MONTH", 100);
    monthly.count("2026-10-31", 23, 60);
    monthly.count("2026-11-02", 0, 30);
    CHECK(monthly.usage("2026-10-31", "2026-11-02") == "[[60,40],[0,100],[30,70]]");
}

TEST_CASE("an hourly quota shows the last hour of a day, and the current one of today") {
    World world;
    world.make_plan_of("HOUR", 10);
    world.count("2026-11-16", 22, 4);
    world.count("2026-11-17", 23, 4);
    world.count("2026-11-17", 22, 9);  // late: before the last hour
    world.count("2026-11-18", 11, 5);
    CHECK(world.usage("2026-11-16", "2026-11-18") == "[[4,10],[13,6],[5,10]]");
    world.count("2026-11-18", 12, 7);
    CHECK(world.usage("2026-11-18", "2026-11-19") == "[[12,3],[0,10]]");
}

TEST_CASE("the first window of a quota is shorter by the offset") {
    World world;
    world.make_plan_of("WEEK", 10, 6);
    CHECK(world.usage("2026-11-21", "2026-11-22") == "[[0,4],[0,10]]");
}

TEST_CASE("without a quota nothing is known to remain") {
    World world;
    world.make_plan_with({});
    world.count("2026-11-18", 3, 5);
    CHECK(world.usage("2026-11-18", "2026-11-18") == "[[5,-1]]");
    CHECK(world.call.refused("UpdateUsage", world.remaining_input("5")) ==
          "400 Usage Plan " + world.plan + " has no quota");
}

TEST_CASE("an extension sets what remains in the current window only, from its day on") {
    World world;
    world.make_plan_of("WEEK", 10);
    world.count("2026-11-16", 1, 10);
    CHECK(world.set_remaining("25") == "[[0,25]]");
    world.count("2026-11-18", 13, 5);
    CHECK(world.usage("2026-11-16", "2026-11-22") ==
          "[[10,0],[0,0],[5,20],[0,20],[0,20],[0,20],[0,10]]");
    CHECK(world.set_remaining("1") == "[[5,1]]");
    world.set_time("2026-11-22", 0);
    CHECK(world.usage("2026-11-22", "2026-11-22") == "[[0,10]]");
}

/// Workers that know more, or nothing.
struct Workers final : service::LiveUsage {
    std::optional<std::int64_t> used(std::string_view plan_id, std::string_view key_id,
                                     WallTime window_start) const override {
        asked = std::string(plan_id) + "/" + std::string(key_id) + " " + to_iso8601(window_start);
        return known;
    }
    std::optional<std::vector<std::optional<limits::StoredState>>> states(
        const std::vector<Question>&) const override {
        return std::nullopt;
    }
    std::optional<std::int64_t> known;
    mutable std::string asked;
};

TEST_CASE("what remains is set from now on, also of requests that the database does not know") {
    World world;
    Workers workers;
    world.call.live_usage = &workers;
    world.make_plan_of("WEEK", 10);
    world.count("2026-11-16", 1, 3);
    world.count("2026-11-18", 1, 1);
    workers.known = 9;
    CHECK(world.set_remaining("25") == "[[6,25]]");
    CHECK(workers.asked == world.plan + "/" + world.key + " 2026-11-15T00:00:00Z");
    world.count("2026-11-18", 12, 5);
    CHECK(world.usage("2026-11-18", "2026-11-18") == "[[6,25]]");
    // Redis lost some, or cannot tell: what is stored counts.
    for (const std::optional<std::int64_t> less : {std::optional<std::int64_t>(2), {}}) {
        workers.known = less;
        CHECK(world.set_remaining("7") == "[[6,7]]");
    }
}

TEST_CASE("what workers know of this hour counts for an hourly quota") {
    World world;
    Workers workers;
    world.call.live_usage = &workers;
    world.make_plan_of("HOUR", 10);
    world.count("2026-11-18", 11, 4);
    workers.known = 3;
    CHECK(world.set_remaining("6") == "[[7,6]]");
    CHECK(workers.asked.ends_with(" 2026-11-18T12:00:00Z"));
    world.count("2026-11-18", 12, 3);
    CHECK(world.usage("2026-11-18", "2026-11-18") == "[[7,6]]");
}

TEST_CASE("workers are told what was granted, and nothing if nothing was") {
    World world;
    world.make_plan_of("DAY", 10);
    world.call.store.forget_effects();
    world.set_remaining("25");
    REQUIRE(world.call.store.effects().size() == 1);
    CHECK(world.call.store.effects()[0].kind == service::Effect::Kind::ApiKey);
    CHECK(world.call.store.effects()[0].id == world.key);
    Value input = world.remaining_input("1");
    input["patchOperations"] = Array{};
    world.call.ok("UpdateUsage", input);
    CHECK(world.call.store.effects().size() == 1);
}

TEST_CASE("an extension stays what it is when the limit changes") {
    World world;
    world.make_plan_of("DAY", 10);
    world.count("2026-11-18", 1, 4);
    CHECK(world.set_remaining("11") == "[[4,11]]");  // five more
    world.call.ok("UpdateUsagePlan",
                  Object{{"usagePlanId", world.plan},
                         {"patchOperations", Array{operation("replace", "/quota/limit", "20")}}});
    CHECK(world.usage("2026-11-18", "2026-11-18") == "[[4,21]]");
}

TEST_CASE("usage is not forgotten when a key leaves its plan and comes back") {
    World world;
    world.make_plan_of("DAY", 10);
    world.count("2026-11-18", 1, 4);
    world.call.ok("DeleteUsagePlanKey", world.plan_key(world.plan, world.key));
    CHECK(
        world.call.ok("GetUsage", world.range("2026-11-18", "2026-11-18")).object("items").empty());
    world.call.ok("CreateUsagePlanKey", world.plan_key(world.plan, world.key));
    CHECK(world.usage("2026-11-18", "2026-11-18") == "[[4,6]]");
}

TEST_CASE("reports are paged by key") {
    World world;
    world.make_plan_of("DAY", 10);
    std::size_t keys = 1;
    for (const char* name : {"a", "b", "c"}) {
        world.call.ok("CreateUsagePlanKey", world.plan_key(world.plan, world.make_key(name)));
        ++keys;
    }
    Value input = world.range("2026-11-18", "2026-11-18");
    input["limit"] = 3;
    const Value first = world.call.ok("GetUsage", input);
    CHECK(first.object("items").size() == 3);
    input["position"] = first.text("position");
    const Value second = world.call.ok("GetUsage", input);
    CHECK(second.object("items").size() == keys - 3);
    CHECK(second.find("position") == nullptr);

    Value one = world.range("2026-11-18", "2026-11-18");
    one["keyId"] = world.key;
    CHECK(world.call.ok("GetUsage", one).object("items").size() == 1);
    one["keyId"] = "unknown";
    CHECK(world.call.refused("GetUsage", one) == "404 Invalid API Key identifier specified");
}

TEST_CASE("dates must be dates, in their order, and at most 90 days apart") {
    World world;
    world.make_plan_of("DAY", 10);
    CHECK(world.call.ok("GetUsage", world.range("2026-08-20", "2026-11-18"))
              .object("items")
              .find(world.key)
              ->as_array()
              .size() == 91);
    for (const auto& [first, last] :
         {std::pair{"2026-08-19", "2026-11-18"}, std::pair{"2026-11-18", "2026-11-17"},
          std::pair{"2026-02-29", "2026-11-18"}, std::pair{"2026-11-18", "x"}, std::pair{"", ""}}) {
        INFO(first, " ", last);
        CHECK(world.call.refused("GetUsage", world.range(first, last)).starts_with("400 "));
    }
}

TEST_CASE("usage is that of a plan and a key in it") {
    World world;
    world.make_plan_of("DAY", 10);
    Value input = world.range("2026-11-18", "2026-11-18");
    input["usagePlanId"] = "unknown";
    CHECK(world.call.refused("GetUsage", input) == "404 Invalid Usage Plan ID specified");
    Value update = world.remaining_input("1");
    update["usagePlanId"] = "unknown";
    CHECK(world.call.refused("UpdateUsage", update) == "404 Invalid Usage Plan ID specified");
    update = world.remaining_input("1");
    update["keyId"] = world.make_key("other");
    CHECK(world.call.refused("UpdateUsage", update) == "404 Invalid API Key identifier specified");
}

TEST_CASE("what remains is a number, and the only thing to set") {
    World world;
    world.make_plan_of("DAY", 10);
    for (const char* text : {"-1", "x", "", "2147483648", "1.5"}) {
        CHECK(world.call.refused("UpdateUsage", world.remaining_input(text)) ==
              "400 Remaining quota must be an integer between 0 and 2147483647");
    }
    Value input = world.remaining_input("1");
    input["patchOperations"] = Array{operation("replace", "/used", "1")};
    CHECK(world.call.refused("UpdateUsage", input) ==
          "400 Invalid patch path  '/used' specified for op 'replace'. Must be one of: "
          "[/remaining]");
    input["patchOperations"] = Array{operation("add", "/remaining", "1")};
    CHECK(world.call.refused("UpdateUsage", input) ==
          "400 Invalid patch path  '/remaining' specified for op 'add'. Please choose supported "
          "operations");
    input["patchOperations"] = Array{};
    CHECK(json::write(*world.call.ok("UpdateUsage", input).object("items").find(world.key)) ==
          "[[0,10]]");
}

TEST_CASE("a plan does not show since when it has its quota") {
    World world;
    world.make_plan_of("DAY", 10);
    const Value named = Object{{"usagePlanId", world.plan}};
    CHECK(world.call.ok("GetUsagePlan", named).find("quotaSince") == nullptr);
    CHECK(world.call.ok("GetUsagePlans").array("items")[0].find("quotaSince") == nullptr);
}
