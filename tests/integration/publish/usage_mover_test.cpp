#include "control-plane/publish/usage_mover.hpp"

#include <map>

#include "tests/integration/store/fixture.hpp"
#include "tests/support/redis_server.hpp"

using namespace turnpike;
using namespace turnpike::publish;
using namespace std::chrono_literals;
using service::QuotaPeriod;

namespace {

redis::Options redis_options(const std::string& url) {
    redis::Options options;
    options.url = url;
    return options;
}

/// Fails, or goes away, where the test says.
class FaultyLedger final : public UsageLedger {
public:
    explicit FaultyLedger(UsageLedger& below) : below_(below) {}

    bool apply(unsigned shard, std::string_view batch,
               const std::vector<service::UsageCount>& counts) override {
        if (fails_before_apply) throw service::StoreUnavailable("before");
        const bool is_new = below_.apply(shard, batch, counts);
        if (fails_after_apply) throw service::OutcomeUnknown("after");
        if (after_apply) after_apply();
        return is_new;
    }
    void forget_batches() override { below_.forget_batches(); }
    std::map<std::string, WallTime> plans_with_quota_since(WallTime time) override {
        return below_.plans_with_quota_since(time);
    }
    QuotaUsePage quota_use_after(const PlanKey& after, WallTime moment) override {
        if (fails_to_read) throw service::StoreUnavailable("read");
        QuotaUsePage page = below_.quota_use_after(after, moment);
        if (after_page) after_page();
        return page;
    }
    std::vector<QuotaUse> quota_use_of(const std::vector<PlanKey>& places,
                                       WallTime moment) override {
        return below_.quota_use_of(places, moment);
    }

    bool fails_before_apply = false;
    bool fails_after_apply = false;
    bool fails_to_read = false;
    std::function<void()> after_apply;
    std::function<void()> after_page;

private:
    UsageLedger& below_;
};

/// Plans p1 (monthly quota) and p2 (none), keys k0 to k39 of both; 2026-11-22 (a Sunday), 10:00 by
/// the hours that workers tell.
struct World {
    World() {
        test.write([](service::Transaction& transaction) {
            json::Value plan = store::named("p1");
            plan["quota"] = json::Object{{"limit", 100}, {"offset", 0}, {"period", "MONTH"}};
            transaction.insert(service::Table::UsagePlans, {"", "p1"}, plan);
            transaction.insert(service::Table::UsagePlans, {"", "p2"}, store::named("p2"));
            for (int i = 0; i < 40; ++i) {
                const std::string key = "k" + std::to_string(i);
                transaction.insert(service::Table::ApiKeys, {"", key}, store::named(key));
            }
        });
    }

    UsageMover mover_of(UsageLedger& below, std::size_t fields_per_batch = 10'000) {
        UsageMover::Options options;
        options.fields_per_batch = fields_per_batch;
        return UsageMover(
            below, client, names, options, [] { return true; },
            [this](const std::string& text, bool is_warning) {
                if (is_warning) warnings.push_back(text);
            });
    }
    void turn() {
        UsageMover mover = mover_of(ledger);
        const auto done = mover.turn();
        CHECK_MESSAGE(done, (done ? "" : done.error().detail));
    }
    std::int64_t this_hour() { return epoch_seconds(wall_now()) / 3600; }
    unsigned shard(const std::string& plan, const std::string& key) const {
        return snapshot::usage_shard(plan, key);
    }
    /// As a worker reports it.
    void count(const std::string& plan, const std::string& key, std::int64_t requests,
               std::int64_t hours_ago = 0) {
        field(shard(plan, key), plan + "/" + key + "/" + std::to_string(this_hour() - hours_ago),
              std::to_string(requests));
    }
    void field(unsigned in, const std::string& name, const std::string& value) {
        REQUIRE(client.call({"HINCRBY", names.usage_counts(in), name, value}, 1s));
    }
    void raw(unsigned in, const std::string& name, const std::string& value) {
        REQUIRE(client.call({"HSET", names.usage_counts(in), name, value}, 1s));
    }
    std::int64_t stored(const std::string& plan, const std::string& key) {
        return std::stoll(
            test.server.query("SELECT coalesce(sum(used), 0) FROM usage_days "
                              "WHERE plan_id = '" +
                              plan + "' AND key_id = '" + key + "'"));
    }
    std::int64_t stored_in_all() {
        return std::stoll(test.server.query("SELECT coalesce(sum(used), 0) FROM usage_days"));
    }
    bool is_empty(unsigned in) {
        return client.call({"EXISTS", names.usage_counts(in), names.usage_moving(in)}, 1s)
                   ->integer == 0;
    }
    bool is_filled(unsigned in) {
        return client.call({"EXISTS", names.usage_since(in)}, 1s)->integer == 1;
    }
    /// "w used" of a quota, or "".
    std::string quota(const std::string& plan, const std::string& key) {
        const auto held =
            client.call({"HMGET", names.usage_quota(shard(plan, key), plan, key), "w", "used"}, 1s);
        REQUIRE(held);
        if (held->elements[0].is_nil()) return "";
        return held->elements[0].text + " " + held->elements[1].text;
    }
    std::string month_with(std::int64_t used) {
        const auto window = service::quota_window(QuotaPeriod::Month, wall_now());
        return std::to_string(epoch_seconds(window.start)) + " " + std::to_string(used);
    }

    store::TestDatabase test;
    tests::RedisServer redis;
    redis::Client client{redis_options(redis.url())};
    snapshot::PublishedNames names{"test"};
    UsageLedger& ledger = test.database.usage_ledger();
    UsageShards shards{client, names, 10'000, 2s};
    std::vector<std::string> warnings;
};

}  // namespace

TEST_CASE_FIXTURE(World, "counts of every shard move to the database, by plan, key and day") {
    for (int i = 0; i < 40; ++i) count("p1", "k" + std::to_string(i), i + 1);
    count("p2", "k3", 70);
    turn();
    CHECK(stored("p1", "k0") == 1);
    CHECK(stored("p1", "k39") == 40);
    CHECK(stored("p2", "k3") == 70);
    CHECK(stored_in_all() == 820 + 70);
    for (unsigned i = 0; i < snapshot::kUsageShards; ++i) CHECK(is_empty(i));
    count("p1", "k0", 5);
    turn();
    turn();
    CHECK(stored("p1", "k0") == 6);
    CHECK(warnings.empty());
}

TEST_CASE_FIXTURE(World,
                  "several hours of one key are one batch, and its last hour is told apart") {
    const unsigned in = shard("p1", "k1");
    const std::int64_t midday = 495'564;  // 2026-07-14, 12:00
    field(in, "p1/k1/" + std::to_string(midday), "3");
    field(in, "p1/k1/" + std::to_string(midday + 1), "4");
    field(in, "p1/k1/" + std::to_string(midday + 24), "5");
    turn();
    CHECK(test.server.query("SELECT day, used, last_hour, last_hour_used FROM usage_days "
                            "ORDER BY day") == "2026-07-14|7|13|4\n2026-07-15|5|12|5");
}

TEST_CASE_FIXTURE(World, "what is long is taken in batches, nothing twice and nothing left") {
    test.write([](service::Transaction& transaction) {
        for (int i = 100; i < 3'100; ++i) {
            const std::string key = "k" + std::to_string(i);
            transaction.insert(service::Table::ApiKeys, {"", key}, store::named(key));
        }
    });
    turn();
    const unsigned in = 5;
    redis::Command command{"HSET", names.usage_counts(in)};
    for (int i = 100; i < 3'100; ++i) {
        command.push_back("p1/k" + std::to_string(i) + "/" + std::to_string(this_hour()));
        command.push_back("2");
    }
    REQUIRE(client.call(command, 5s));
    UsageMover mover = mover_of(ledger, 50);
    REQUIRE(mover.turn());
    CHECK_FALSE(is_empty(in));  // 20 batches a turn
    CHECK(stored_in_all() >= 20 * 50 * 2);
    CHECK(stored_in_all() < 6'000);
    for (int i = 0; i < 2; ++i) REQUIRE(mover.turn());
    CHECK(is_empty(in));
    CHECK(stored_in_all() == 6'000);
    CHECK(mover.moved_requests() == 6'000);
}

TEST_CASE_FIXTURE(World, "counts that came while a batch was under way are the next batch") {
    const unsigned in = shard("p1", "k1");
    count("p1", "k1", 3);
    const auto taken = shards.take(in);
    REQUIRE(taken);
    count("p1", "k1", 4);
    const auto again = shards.take(in);
    REQUIRE(again);
    CHECK(again->batch == taken->batch);
    CHECK(again->is_more);
    REQUIRE(again->counts.size() == 1);
    CHECK(again->counts[0].used == 3);
    turn();
    CHECK(stored("p1", "k1") == 7);
    CHECK(is_empty(in));
}

TEST_CASE_FIXTURE(World, "killed after any step, each count is added once") {
    const unsigned in = shard("p1", "k1");
    count("p1", "k1", 3);
    SUBCASE("after it was put aside") { REQUIRE(shards.take(in)); }
    SUBCASE("after it was added") {
        const auto taken = shards.take(in);
        REQUIRE(taken);
        CHECK(ledger.apply(in, taken->batch, taken->counts));
    }
    SUBCASE("in the commit, which was made") {
        FaultyLedger faulty(ledger);
        faulty.fails_after_apply = true;
        UsageMover mover = mover_of(faulty);
        CHECK_FALSE(mover.turn());
        CHECK_FALSE(is_empty(in));
    }
    SUBCASE("in the commit, which was not made") {
        FaultyLedger faulty(ledger);
        faulty.fails_before_apply = true;
        UsageMover mover = mover_of(faulty);
        CHECK_FALSE(mover.turn());
    }
    SUBCASE("after it was dropped") {
        const auto taken = shards.take(in);
        REQUIRE(taken);
        CHECK(ledger.apply(in, taken->batch, taken->counts));
        REQUIRE(shards.drop(in, taken->batch));
    }
    count("p1", "k1", 10);
    turn();
    CHECK(stored("p1", "k1") == 13);
    CHECK(is_empty(in));
}

TEST_CASE_FIXTURE(World, "two movers at once add each count once") {
    for (int round = 0; round < 30; ++round) {
        for (int i = 0; i < 40; ++i) count("p1", "k" + std::to_string(i), 1);
        std::thread other([this] {
            redis::Client own(redis_options(redis.url()));
            UsageMover mover(
                ledger, own, names, {}, [] { return true; }, [](const std::string&, bool) {});
            CHECK(mover.turn());
        });
        turn();
        other.join();
    }
    turn();
    CHECK(stored_in_all() == 30 * 40);
}

TEST_CASE_FIXTURE(World, "a late mover does not drop the batch of another") {
    const unsigned in = shard("p1", "k1");
    count("p1", "k1", 3);
    const auto mine = shards.take(in);
    REQUIRE(mine);
    turn();
    count("p1", "k1", 4);
    const auto theirs = shards.take(in);
    REQUIRE(theirs);
    CHECK(theirs->batch != mine->batch);
    CHECK_FALSE(ledger.apply(in, mine->batch, mine->counts));
    REQUIRE(shards.drop(in, mine->batch));
    turn();
    CHECK(stored("p1", "k1") == 7);
}

TEST_CASE_FIXTURE(World, "counts of what is gone, and fields that say nothing, are dropped") {
    const unsigned in = 4;
    count("p9", "k1", 3);
    count("p1", "k99", 3);
    count("p1", "k1", 2);
    for (const char* name :
         {"", "p1", "p1/k1", "p1/k1/x", "p1/k1/-1", "p1/k1/99999999999", "a/b/c/d"}) {
        raw(in, name, "1");
    }
    raw(in, "p1/k2/495564", "many");
    raw(in, "p1/k2/495565", "-4");
    raw(in, "p1/k2/495566", "9223372036854775807");
    raw(in, "p1/k2/495567", "6");
    turn();
    CHECK(stored_in_all() == 8);
    CHECK(is_empty(in));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].starts_with("10 counts"));
}

TEST_CASE_FIXTURE(World, "the database away: counts wait, and nothing is lost") {
    turn();
    count("p1", "k1", 3);
    test.server.kill();
    UsageMover mover = mover_of(ledger);
    CHECK_FALSE(mover.turn());
    count("p1", "k1", 4);
    CHECK_FALSE(mover.turn());
    test.server.start();
    CHECK(mover.turn());
    CHECK(stored("p1", "k1") == 7);
}

TEST_CASE_FIXTURE(World, "Redis away: what it has is moved when it is back") {
    turn();
    count("p1", "k1", 3);
    redis.pause();
    UsageMover mover(
        ledger, client, names, {.redis_timeout = 50ms}, [] { return true; },
        [](const std::string&, bool) {});
    CHECK_FALSE(mover.turn());
    CHECK_FALSE(mover.turn());
    redis.resume();
    UsageMover later = mover_of(ledger);
    while (!later.turn()) std::this_thread::yield();
    CHECK(stored("p1", "k1") == 3);
}

TEST_CASE_FIXTURE(World, "a shard whose turn fails holds no other up") {
    SUBCASE("when all are filled") { turn(); }
    SUBCASE("when they are to be filled") {}
    const unsigned in = shard("p1", "k1");
    REQUIRE(client.call({"SET", names.usage_counts(in), "no hash"}, 1s));
    for (int i = 0; i < 40; ++i) {
        if (shard("p1", "k" + std::to_string(i)) != in) count("p1", "k" + std::to_string(i), 1);
    }
    UsageMover mover = mover_of(ledger);
    CHECK_FALSE(mover.turn());
    for (unsigned i = 0; i < snapshot::kUsageShards; ++i) {
        if (i == in) continue;
        CHECK(is_empty(i));
        CHECK(is_filled(i));
    }
}

TEST_CASE_FIXTURE(World,
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

TEST_CASE_FIXTURE(World, "a shard that is filled is left alone") {
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

TEST_CASE_FIXTURE(World, "what was counted while usage was put back is put back too") {
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

TEST_CASE_FIXTURE(World, "a Redis that is emptied while it is filled is filled anew") {
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

TEST_CASE_FIXTURE(World,
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

TEST_CASE_FIXTURE(World, "nothing is granted while the database cannot tell what was used") {
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

TEST_CASE_FIXTURE(World, "usage is put back by each plan's own window") {
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

TEST_CASE_FIXTURE(World, "notes of batches go after an hour, but for the last of a shard") {
    CHECK(ledger.apply(1, "old", {}));
    CHECK(ledger.apply(1, "older", {}));
    CHECK(ledger.apply(2, "only", {}));
    test.server.query("UPDATE usage_batches SET applied_at = applied_at - interval '2 hours'");
    test.server.query(
        "UPDATE usage_batches SET applied_at = applied_at - interval '1 hour' "
        "WHERE batch = 'older'");
    ledger.forget_batches();
    CHECK(test.server.query("SELECT batch FROM usage_batches ORDER BY batch") == "old\nonly");
    CHECK(ledger.apply(1, "new", {}));
    ledger.forget_batches();
    CHECK(test.server.query("SELECT batch FROM usage_batches ORDER BY batch") == "new\nonly");
    CHECK_FALSE(ledger.apply(2, "only", {{"p1", "k1", *parse_day("2026-11-18"), 1, 5}}));
    CHECK(stored_in_all() == 0);
}

TEST_CASE_FIXTURE(World, "only the leader moves, and once more when it stops") {
    bool leads = false;
    count("p1", "k1", 5);
    {
        UsageMover mover(
            ledger, client, names, {.interval = 1h}, [&leads] { return leads; },
            [](const std::string&, bool) {});
        mover.start();
        mover.stop();
        CHECK(stored_in_all() == 0);
    }
    leads = true;
    UsageMover mover(
        ledger, client, names, {.interval = 1h}, [&leads] { return leads; },
        [](const std::string&, bool) {});
    mover.start();
    while (mover.moved_requests() == 0) std::this_thread::yield();
    count("p1", "k1", 6);
    mover.stop();
    CHECK(stored_in_all() == 11);
}
