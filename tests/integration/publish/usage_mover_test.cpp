#include "tests/integration/publish/usage_fixture.hpp"

using namespace turnpike;
using namespace turnpike::publish;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(UsageWorld, "counts of every shard move to the database, by plan, key and day") {
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

TEST_CASE_FIXTURE(UsageWorld,
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

TEST_CASE_FIXTURE(UsageWorld, "what is long is taken in batches, nothing twice and nothing left") {
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

TEST_CASE_FIXTURE(UsageWorld, "counts that came while a batch was under way are the next batch") {
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

TEST_CASE_FIXTURE(UsageWorld, "killed after any step, each count is added once") {
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

TEST_CASE_FIXTURE(UsageWorld, "two movers at once add each count once") {
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

TEST_CASE_FIXTURE(UsageWorld, "a late mover does not drop the batch of another") {
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

TEST_CASE_FIXTURE(UsageWorld, "counts of what is gone, and fields that say nothing, are dropped") {
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

TEST_CASE_FIXTURE(UsageWorld, "the database away: counts wait, and nothing is lost") {
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

TEST_CASE_FIXTURE(UsageWorld, "Redis away: what it has is moved when it is back") {
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

TEST_CASE_FIXTURE(UsageWorld, "a shard whose turn fails holds no other up") {
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

TEST_CASE_FIXTURE(UsageWorld, "notes of batches go after an hour, but for the last of a shard") {
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

TEST_CASE_FIXTURE(UsageWorld, "only the leader moves, and once more when it stops") {
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
