#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/access/principal_source.hpp"
#include "control-plane/publish/source.hpp"
#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::StoreUnavailable;
using service::Table;
using service::Transaction;

constexpr Milliseconds kPromised{2000};

/// An operation that must end with StoreUnavailable in the promised time.
void check_away(Database& database, service::Access access = service::Access::Write) {
    const SteadyTime start = steady_now();
    CHECK_THROWS_AS(database.store().run(access,
                                         [](Transaction& transaction) {
                                             transaction.count(Table::RestApis, "", 1);
                                             return Result<json::Value>(json::Value());
                                         }),
                    StoreUnavailable);
    CHECK(steady_now() - start < kPromised);
}

/// Several at once, more than there are connections.
void check_all_away(Database& database) {
    std::vector<std::thread> callers;
    for (int i = 0; i < 12; ++i) {
        callers.emplace_back([&database, i] {
            check_away(database, i % 2 == 0 ? service::Access::Read : service::Access::Write);
        });
    }
    for (std::thread& caller : callers) caller.join();
}

bool works(Database& database) {
    try {
        return database.store()
            .run(service::Access::Read,
                 [](Transaction& transaction) {
                     transaction.count(Table::RestApis, "", 1);
                     return Result<json::Value>(json::Value());
                 })
            .has_value();
    } catch (const StoreUnavailable&) {
        return false;
    }
}

void check_recovers(Database& database, Milliseconds within) {
    const SteadyTime deadline = steady_now() + within;
    while (!works(database) && steady_now() < deadline) std::this_thread::yield();
    CHECK(works(database));
}

TEST_CASE("a database that is gone is told in time, and used again when it is back") {
    TestDatabase test(4);
    CHECK(works(test.database));
    test.server.kill();
    check_all_away(test.database);
    CHECK(test.database.ping().error().kind == Error::Kind::Unavailable);
    CHECK_THROWS_AS(test.database.principals().revision(), StoreUnavailable);
    CHECK_THROWS_AS(test.database.publication().outbox_count(), StoreUnavailable);
    test.server.start();
    check_recovers(test.database, Milliseconds{1000});
    CHECK(test.database.ping());
    CHECK(test.database.publication().outbox_count() == 0);
}

TEST_CASE("a database that hangs is told in time, and used again when it goes on") {
    TestDatabase test(4);
    CHECK(works(test.database));
    CHECK(test.database.publication().outbox_count() == 0);
    test.server.pause();
    check_all_away(test.database);
    check_all_away(test.database);
    const SteadyTime start = steady_now();
    CHECK_THROWS_AS(test.database.publication().outbox_count(), StoreUnavailable);
    CHECK(steady_now() - start < kPromised);
    test.server.resume();
    check_recovers(test.database, Milliseconds{4000});
}

TEST_CASE("a database that hangs in the middle of an operation keeps nothing of it") {
    TestDatabase test;
    SteadyTime paused;
    CHECK_THROWS_AS(
        test.database.store().run(service::Access::Write,
                                  [&](Transaction& transaction) {
                                      transaction.insert(Table::RestApis, {"", "a"}, named("a"));
                                      test.server.pause();
                                      paused = steady_now();
                                      transaction.count(Table::RestApis, "", 1);
                                      return Result<json::Value>(json::Value());
                                  }),
        StoreUnavailable);
    CHECK(steady_now() - paused < kPromised);
    test.server.resume();
    check_recovers(test.database, Milliseconds{4000});
    test.read([](Transaction& transaction) {
        CHECK_FALSE(transaction.exists(Table::RestApis, {"", "a"}));
    });
}

TEST_CASE("a restart of the database between operations is not noticed") {
    TestDatabase test(4);
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back([&test] { CHECK(works(test.database)); });
    for (std::thread& caller : callers) caller.join();
    test.server.kill();
    test.server.start();
    for (int i = 0; i < 8; ++i) CHECK(works(test.database));
}

TEST_CASE("a statement that takes too long is ended by the server, and the pool goes on") {
    TestDatabase test(1);
    test.server.query(
        "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_sleep(30); RETURN NEW; END'; "
        "CREATE TRIGGER lingers BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION linger()");
    const SteadyTime start = steady_now();
    CHECK_THROWS_AS(test.write([](Transaction& transaction) {
        transaction.insert(Table::Accounts, {"", "x"}, named("x"));
    }),
                    StoreUnavailable);
    CHECK(steady_now() - start < kPromised);
    CHECK(works(test.database));
}

/// Has the server do this while it commits whatever inserted a REST API.
void when_committing(TestDatabase& test, const std::string& statement) {
    test.server.query("CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " +
                      statement +
                      "; RETURN NULL; END$$; "
                      "CREATE CONSTRAINT TRIGGER meddles AFTER INSERT ON rest_apis "
                      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION meddle()");
}

/// Returns: how often the operation ran until the store gave up on it.
int runs_with_unknown_outcome(TestDatabase& test) {
    int runs = 0;
    const auto add = [&runs](Transaction& transaction) {
        ++runs;
        transaction.insert(Table::RestApis, {"", "a"}, named("a"));
        return Result<json::Value>(json::Value());
    };
    CHECK_THROWS_AS(test.database.store().run(service::Access::Write, add),
                    service::OutcomeUnknown);
    return runs;
}

bool has_api(TestDatabase& test) {
    bool exists = false;
    test.read([&exists](Transaction& transaction) {
        exists = transaction.exists(Table::RestApis, {"", "a"});
    });
    return exists;
}

TEST_CASE("a connection that is lost in a commit leaves the outcome open, and nothing runs again") {
    TestDatabase test;
    when_committing(test, "PERFORM pg_terminate_backend(pg_backend_pid())");
    CHECK(runs_with_unknown_outcome(test) == 1);
    CHECK_FALSE(has_api(test));
}

TEST_CASE("an operation of unknown outcome may have been committed") {
    TestDatabase test;
    // Commits locally, and then waits for a standby that never comes.
    test.server.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    test.server.kill();
    test.server.start();
    std::thread killer([&test] {
        const SteadyTime deadline = steady_now() + Seconds{10};
        std::string ended;
        while (ended.empty() && steady_now() < deadline) {
            ended = test.server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE wait_event = 'SyncRep'");
        }
    });
    CHECK(runs_with_unknown_outcome(test) == 1);
    killer.join();
    CHECK(has_api(test));
}

TEST_CASE("what was read, or refused, is told although the connection is lost at the end") {
    TestDatabase test;
    const auto cut = [&test] {
        test.server.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND application_name = 'turnpike-control'");
    };
    test.read([&cut](Transaction& transaction) {
        CHECK_FALSE(transaction.exists(Table::RestApis, {"", "a"}));
        cut();
    });
    const auto refused =
        test.database.store().run(service::Access::Write, [&cut](Transaction& transaction) {
            transaction.insert(Table::RestApis, {"", "a"}, named("a"));
            cut();
            return Result<json::Value>(conflict("no"));
        });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "no");
    CHECK_FALSE(has_api(test));
}

TEST_CASE("a server that never existed is told at once") {
    DatabaseOptions options;
    options.url = "host=/nowhere user=nobody dbname=none";
    Database database(options, test_master_key());
    check_all_away(database);
    CHECK_THROWS_AS(database.migrate(), StoreUnavailable);
}

}  // namespace
}  // namespace turnpike::store
