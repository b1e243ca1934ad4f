#include "tests/integration/publish/fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE("an emptied Redis is filled again, and traffic goes on meanwhile") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    management.put_key("k1", "value");
    REQUIRE(eventually([&] { return worker.get("api/prod", "/one") == "served"; }));
    REQUIRE(eventually([&] { return worker.key("value") == "k1"; }));
    redis::Client client(redis_options(redis.url()));
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    CHECK(worker.get("api/prod", "/one") == "served");
    CHECK(worker.key("value") == "k1");
    CHECK(eventually([&] { return client.call({"EXISTS", "{test}:epoch"}, 1s)->integer == 1; }));
    management.deploy("api/prod", "two");
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "served"; }));
    CHECK(eventually([&] { return worker.key("value", 1) == "k1"; }));
}

TEST_CASE("what another installation published is replaced") {
    const RedisServer redis;
    const TemporaryFolder folder;
    redis::Client client(redis_options(redis.url()));
    REQUIRE(client.call({"SET", "{test}:epoch", "foreign"}, 1s));
    REQUIRE(client.call({"SET", "{test}:revision", "1000000"}, 1s));
    REQUIRE(client.call({"HSET", "{test}:stages", "old/stage", "{}"}, 1s));
    REQUIRE(client.call({"HSET", "test:key:abc", "d", "{}"}, 1s));
    FakeSource::Database database;
    Management management(database);
    management.deploy("api/prod", "one");
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    CHECK(eventually([&] { return worker.get("api/prod", "/one") == "served"; }));
    CHECK(worker.get("old/stage", "/") == "no stage");
    CHECK(client.call({"EXISTS", "test:key:abc"}, 1s)->integer == 0);
}

TEST_CASE("Redis killed: the outbox waits, traffic goes on, and everything catches up") {
    RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    management.put_key("k1", "value");
    REQUIRE(eventually([&] { return worker.get("api/prod", "/one") == "served"; }));
    REQUIRE(eventually([&] { return worker.key("value") == "k1"; }));
    redis.kill();
    management.deploy("api/prod", "two");
    CHECK(eventually([&] { return !worker.loader().is_connected(); }));
    CHECK(worker.get("api/prod", "/one") == "served");
    CHECK(worker.key("value") == "k1");
    CHECK(worker.key("another").starts_with("error"));
    redis.start();
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "served"; }));
    CHECK(eventually([&] { return worker.key("another") == "none"; }));
}

TEST_CASE("the database away: workers go on, and publishing resumes") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    REQUIRE(eventually([&] { return worker.get("api/prod", "/one") == "served"; }));
    management.set_away(true);
    CHECK(eventually([&] { return !control.publisher().is_leader(); }));
    management.set_away(false);
    management.deploy("api/prod", "two");
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "served"; }));
}

TEST_CASE("a worker restarted without Redis serves what it had, keys included") {
    RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    {
        ControlPlane control(database, redis.url());
        Worker worker(redis.url(), folder.path());
        for (int i = 0; i < 100; ++i) {
            management.deploy("api" + std::to_string(i) + "/prod", "one");
        }
        management.put_plan("p1", "api1/prod");
        management.put_key("k1", "value");
        REQUIRE(eventually([&] { return worker.get("api99/prod", "/one") == "served"; }));
        REQUIRE(eventually([&] { return worker.plan_covers("p1", "api1", "prod"); }));
        REQUIRE(eventually([&] { return worker.key("value") == "k1"; }));
    }
    redis.kill();
    Worker worker(redis.url(), folder.path());
    CHECK(eventually([&] { return worker.loader().is_ready(); }));
    for (int i = 0; i < 100; ++i) {
        CHECK(worker.get("api" + std::to_string(i) + "/prod", "/one") == "served");
    }
    CHECK(worker.plan_covers("p1", "api1", "prod"));
    CHECK(worker.key("value") == "k1");
    CHECK(worker.key("unseen").starts_with("error"));
}

TEST_CASE("a restarted worker learns what changed while it was away") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    {
        Worker worker(redis.url(), folder.path());
        management.deploy("api/prod", "one");
        management.deploy("gone/prod", "one");
        management.put_key("k1", "value");
        REQUIRE(eventually([&] { return worker.get("gone/prod", "/one") == "served"; }));
        REQUIRE(eventually([&] { return worker.key("value") == "k1"; }));
    }
    management.deploy("api/prod", "two");
    management.remove_stage("gone/prod");
    management.put_key("k1", "value", false);
    Worker worker(redis.url(), folder.path());
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "served"; }));
    CHECK(eventually([&] { return worker.get("gone/prod", "/one") == "no stage"; }));
    CHECK(eventually([&] { return worker.key("value") == "k1 disabled"; }));
}

TEST_CASE("a trimmed stream makes a worker read everything") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    {
        Worker worker(redis.url(), folder.path());
        management.deploy("api/prod", "one");
        REQUIRE(eventually([&] { return worker.get("api/prod", "/one") == "served"; }));
    }
    management.deploy("api/prod", "two");
    management.deploy("other/prod", "two");
    redis::Client client(redis_options(redis.url()));
    REQUIRE(eventually([&] { return client.call({"HLEN", "{test}:stages"}, 1s)->integer == 2; }));
    REQUIRE(client.call({"XTRIM", "{test}:stream", "MAXLEN", "0"}, 1s));
    Worker worker(redis.url(), folder.path());
    management.deploy("third/prod", "two");
    CHECK(eventually([&] { return worker.get("third/prod", "/two") == "served"; }));
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "served"; }));
    CHECK(worker.get("other/prod", "/two") == "served");
}

TEST_CASE("a second process on the same state directory serves, and takes it over") {
    RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    auto first = std::make_unique<Worker>(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    REQUIRE(eventually([&] { return first->get("api/prod", "/one") == "served"; }));
    Worker second(redis.url(), folder.path());
    CHECK(eventually([&] { return second.get("api/prod", "/one") == "served"; }));
    management.deploy("api/prod", "two");
    CHECK(eventually([&] { return second.get("api/prod", "/two") == "served"; }));
    CHECK(eventually([&] { return first->get("api/prod", "/two") == "served"; }));
    first.reset();
    CHECK(second.get("api/prod", "/two") == "served");
}

TEST_CASE("stages beyond the memory budget are dropped and loaded again when asked for") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path(), 10'000);
    for (int i = 0; i < 30; ++i) {
        management.deploy("api" + std::to_string(i) + "/prod", "path" + std::to_string(i));
    }
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 30; ++i) {
            const std::string number = std::to_string(i);
            CHECK(eventually([&] {
                return worker.get("api" + number + "/prod", "/path" + number) == "served";
            }));
        }
    }
}

TEST_CASE("a changed, disabled or deleted API key counts at once") {
    const RedisServer redis;
    const TemporaryFolder folder;
    FakeSource::Database database;
    Management management(database);
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    REQUIRE(eventually([&] { return worker.loader().is_ready(); }));
    CHECK(worker.key("value") == "none");
    management.put_key("k1", "value");
    CHECK(eventually([&] { return worker.key("value") == "k1"; }));
    management.put_key("k1", "value", false);
    CHECK(eventually([&] { return worker.key("value") == "k1 disabled"; }));
    management.put_key("k1", "other value");
    CHECK(eventually([&] { return worker.key("value") == "none"; }));
    CHECK(eventually([&] { return worker.key("other value") == "k1"; }));
    management.remove_key("k1");
    CHECK(eventually([&] { return worker.key("other value") == "none"; }));
    CHECK(worker.key("") == "none");
    CHECK(worker.key(std::string(10'000, 'x')) == "none");
}
