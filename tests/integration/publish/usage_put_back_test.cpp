#include "tests/integration/publish/usage_fixture.hpp"

using namespace turnpike;
using namespace turnpike::publish;
using namespace std::chrono_literals;
using service::QuotaPeriod;

TEST_CASE_FIXTURE(UsageWorld,
                  "an emptied Redis gets back what keys used in their window, then it grants") {
    for (int i = 0; i < 40; ++i) count("p1", "k" + std::to_string(i), i + 1);
    count("p2", "k3", 70);
    turn();
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    count("p1", "k7", 100);  // told by a worker before the shard was filled
    turn();
    for (unsigned i = 0; i < snapshot::kUsageShards; ++i) CHECK(is_filled(i));
    CHECK(quota("p1", "k0") == month_with(1));
    CHECK(quota("p1", "k39") == month_with(40));
    CHECK(quota("p1", "k7") == month_with(108));
    CHECK(quota("p2", "k3").empty());  // has no quota
    const auto life = client.call({"TTL", names.usage_quota(shard("p1", "k0"), "p1", "k0")}, 1s);
    const auto window = service::quota_window(QuotaPeriod::Month, wall_now());
    CHECK(life->integer <= epoch_seconds(window.end) - epoch_seconds(wall_now()) + 3601);
    CHECK(life->integer > 0);
}

TEST_CASE_FIXTURE(UsageWorld, "a shard that is filled is left alone") {
    turn();
    count("p1", "k1", 9);
    turn();
    CHECK(quota("p1", "k1").empty());
    const unsigned in = shard("p1", "k1");
    REQUIRE(client.call({"DEL", names.usage_since(in)}, 1s));
    REQUIRE(client.call({"HSET", names.usage_quota(in, "p1", "k1"), "w",
                         month_with(0).substr(0, month_with(0).find(' ')), "used", "12", "h:w1",
                         "3 99999999999999"},
                        1s));
    turn();
    CHECK(quota("p1", "k1") == month_with(12));  // never less than what Redis knew
    CHECK(client.call({"HEXISTS", names.usage_quota(in, "p1", "k1"), "h:w1"}, 1s)->integer == 1);
}

TEST_CASE_FIXTURE(UsageWorld, "what was counted while usage was put back is put back too") {
    count("p1", "k1", 5);
    turn();
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    FaultyLedger busy(ledger);
    int applied = 0;
    busy.after_page = [this] { count("p1", "k1", 20); };
    busy.after_apply = [&] {
        if (++applied < 4) count("p1", "k1", 100);
    };
    UsageMover mover = mover_of(busy);
    CHECK(mover.turn());
    CHECK(is_filled(shard("p1", "k1")));
    CHECK(quota("p1", "k1") == month_with(5 + 20 + 300));
    CHECK(stored("p1", "k1") == 5 + 20 + 300);
}

TEST_CASE_FIXTURE(UsageWorld, "a Redis that is emptied while it is filled is filled anew") {
    count("p1", "k1", 5);
    turn();
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    FaultyLedger busy(ledger);
    busy.after_page = [this] { count("p1", "k1", 20); };
    busy.after_apply = [this] { REQUIRE(client.call({"FLUSHALL"}, 1s)); };  // all was put back
    UsageMover mover = mover_of(busy);
    CHECK_FALSE(mover.turn());
    CHECK_FALSE(is_filled(shard("p1", "k1")));
    busy.after_page = busy.after_apply = {};
    CHECK(mover.turn());
    CHECK(is_filled(shard("p1", "k1")));
    CHECK(quota("p1", "k1") == month_with(25));
}

TEST_CASE_FIXTURE(UsageWorld,
                  "a plan that gets a quota within a window begins with what its keys used") {
    const auto give_quota = [this](const char* period, std::chrono::seconds ago) {
        test.write([&](service::Transaction& transaction) {
            json::Value plan = store::named("p2");
            plan["quota"] = json::Object{{"limit", 100}, {"period", period}};
            plan["quotaSince"] = epoch_seconds(wall_now() - ago);
            transaction.update(service::Table::UsagePlans, {"", "p2"}, plan);
        });
    };
    turn();
    for (int i = 0; i < 40; ++i) count("p2", "k" + std::to_string(i), i + 1);
    count("p1", "k1", 50);
    UsageMover::Options options;
    options.new_quota_settles = 0ms;
    UsageMover mover(
        ledger, client, names, options, [] { return true; }, [](const std::string&, bool) {});
    REQUIRE(mover.turn());
    CHECK(quota("p2", "k3").empty());
    SUBCASE("long ago: nothing is to be done") {
        give_quota("MONTH", 1h);
        REQUIRE(mover.turn());
        CHECK(quota("p2", "k3").empty());
    }
    SUBCASE("now") {
        give_quota("MONTH", 0s);
        REQUIRE(mover.turn());
        for (int i = 0; i < 40; ++i)
            CHECK(quota("p2", "k" + std::to_string(i)) == month_with(i + 1));
        CHECK(quota("p1", "k1").empty());
        // A worker with the old plan made it anew, one with the new plan used some more.
        const auto name = [this](const char* key) {
            return names.usage_quota(shard("p2", key), "p2", key);
        };
        REQUIRE(client.call({"HSET", name("k3"), "w", "1", "used", "1"}, 1s));
        REQUIRE(client.call({"HSET", name("k4"), "used", "30", "h:w1", "3 99999999999999"}, 1s));
        // What lessees hold they may have used and reported, and tell the quota later.
        REQUIRE(client.call(
            {"HSET", name("k5"), "used", "4", "h:w1", "1 99999999999999", "h:w2", "1 9"}, 1s));
        REQUIRE(client.call({"HSET", name("k6"), "used", "3", "h:w1", "3 99999999999999"}, 1s));
        REQUIRE(mover.turn());
        CHECK(quota("p2", "k5") == month_with(4));
        CHECK(quota("p2", "k6") == month_with(4));
        CHECK(quota("p2", "k3") == month_with(4));
        CHECK(quota("p2", "k4") == month_with(30));
        CHECK(client.call({"HEXISTS", name("k4"), "h:w1"}, 1s)->integer == 1);
        // Then it is left to the workers.
        REQUIRE(client.call({"DEL", name("k3")}, 1s));
        REQUIRE(mover.turn());
        CHECK(quota("p2", "k3").empty());
        give_quota("DAY", -1s);
        REQUIRE(mover.turn());
        const auto day = service::quota_window(QuotaPeriod::Day, wall_now());
        CHECK(quota("p2", "k3") == std::to_string(epoch_seconds(day.start)) + " 4");
    }
}

TEST_CASE_FIXTURE(UsageWorld, "nothing is granted while the database cannot tell what was used") {
    count("p1", "k1", 5);
    turn();
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    FaultyLedger faulty(ledger);
    faulty.fails_to_read = true;
    UsageMover mover = mover_of(faulty);
    CHECK_FALSE(mover.turn());
    CHECK_FALSE(is_filled(shard("p1", "k1")));
    faulty.fails_to_read = false;
    CHECK(mover.turn());
    CHECK(quota("p1", "k1") == month_with(5));
}

TEST_CASE_FIXTURE(UsageWorld, "usage is put back by each plan's own window") {
    test.write([](service::Transaction& transaction) {
        for (const char* period : {"HOUR", "DAY", "WEEK"}) {
            json::Value plan = store::named(period);
            plan["quota"] = json::Object{{"limit", 9}, {"period", period}};
            transaction.insert(service::Table::UsagePlans, {"", period}, plan);
        }
    });
    // A Wednesday, 12:30; the month began on a Sunday.
    const WallTime now = WallTime(*parse_day("2026-11-18")) + 12h + 30min;
    const auto add = [this](const char* date, int hour, std::int64_t used) {
        test.write([&](service::Transaction& transaction) {
            for (const char* plan : {"HOUR", "DAY", "WEEK", "p1", "p2"}) {
                transaction.add_usage({{plan, "k1", *parse_day(date), hour, used}});
            }
        });
    };
    add("2026-11-18", 12, 1);
    add("2026-11-18", 11, 10);
    add("2026-11-15", 3, 100);
    add("2026-11-14", 3, 1'000);
    add("2026-10-31", 3, 10'000);
    add("2026-11-19", 0, 100'000);  // by another clock
    std::map<std::string, std::int64_t> used;
    for (const QuotaUse& use : ledger.quota_use_after({}, now).uses) {
        used[use.place.plan_id] = use.used;
    }
    CHECK(used == std::map<std::string, std::int64_t>{
                      {"HOUR", 1}, {"DAY", 11}, {"WEEK", 111}, {"p1", 1'111}});
    const auto some = ledger.quota_use_of({{"WEEK", "k1"}, {"p2", "k1"}, {"DAY", "k2"}}, now);
    REQUIRE(some.size() == 1);
    CHECK(some[0].used == 111);
}
