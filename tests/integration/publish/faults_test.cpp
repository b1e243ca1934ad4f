#include "tests/integration/publish/fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE_FIXTURE(Running, "an emptied Redis is filled again, and traffic goes on meanwhile") {
    deploy_with_key();
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    CHECK(worker.get("api/prod", "/one") == "served");
    CHECK(worker.key("value") == "k1");
    CHECK(eventually([&] { return client.call({"EXISTS", "{test}:epoch"}, 1s)->integer == 1; }));
    management.deploy("api/prod", "two");
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
    CHECK(comes_to_know(worker, "value", "k1", 1));
}

TEST_CASE_FIXTURE(Setup, "a Redis that is emptied while it is filled is filled once more") {
    management.deploy("api/prod", "one");
    management.put_plan("p1", "api/prod");
    management.put_key("k1", "value");
    {
        ControlPlane control(database, redis.url());
        REQUIRE(eventually([this] { return FakeSource(database).outbox_count() == 0; }));
    }
    REQUIRE(client.call({"FLUSHALL"}, 1s));
    int pages_of_keys = 0;
    int emptied_at = 0;
    SUBCASE("before the keys") { emptied_at = 1; }
    SUBCASE("after the keys") { emptied_at = 2; }
    database.on_ids = [&](service::Effect::Kind kind) {
        if (kind != service::Effect::Kind::ApiKey || ++pages_of_keys != emptied_at) return;
        REQUIRE(client.call({"FLUSHALL"}, 1s));
    };
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    CHECK(comes_to_serve(worker, "api/prod", "/one"));
    CHECK(comes_to_know(worker, "value", "k1"));
    CHECK(worker.plan_covers("p1", "api", "prod"));
}

TEST_CASE_FIXTURE(Running, "what one server of a cluster forgot is published again") {
    deploy_with_key();
    const auto keys = [this] { return client.call({"KEYS", "test:key:*"}, 1s)->elements; };
    const std::string epoch = client.call({"GET", "{test}:epoch"}, 1s)->text;
    REQUIRE(keys().size() == 1);
    SUBCASE("everything, its marks too") { REQUIRE(client.call({"DEL", "test:mark:7"}, 1s)); }
    SUBCASE("its last moments: a mark is behind") {
        REQUIRE(client.call({"SET", "test:mark:63", epoch + " 1"}, 1s));
    }
    std::size_t expected = 1;
    SUBCASE("everything, and more is published before anybody looks") {
        REQUIRE(client.call({"DEL", "test:mark:7"}, 1s));
        management.put_key("k2", "another");
        expected = 2;
    }
    REQUIRE(client.call({"DEL", keys().front().text}, 1s));
    CHECK(eventually([&] { return keys().size() == expected; }));
    CHECK(eventually([&] { return client.call({"GET", "{test}:epoch"}, 1s)->text != epoch; }));
    CHECK(comes_to_know(worker, "value", "k1", 1));
}

TEST_CASE_FIXTURE(Setup, "what is whole is not published again") {
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
    const std::string epoch = client.call({"GET", "{test}:epoch"}, 1s)->text;
    for (const char* version : {"two", "three"}) {
        management.deploy("api/prod", version);
        REQUIRE(comes_to_serve(worker, "api/prod", std::string("/") + version));
    }
    CHECK(client.call({"GET", "{test}:epoch"}, 1s)->text == epoch);
}

TEST_CASE_FIXTURE(Setup, "what another installation published is replaced") {
    REQUIRE(client.call({"SET", "{test}:epoch", "foreign"}, 1s));
    REQUIRE(client.call({"SET", "{test}:revision", "1000000"}, 1s));
    REQUIRE(client.call({"HSET", "{test}:stages", "old/stage", "{}"}, 1s));
    REQUIRE(client.call({"HSET", "test:key:abc", "d", "{}"}, 1s));
    management.deploy("api/prod", "one");
    ControlPlane control(database, redis.url());
    Worker worker(redis.url(), folder.path());
    CHECK(comes_to_serve(worker, "api/prod", "/one"));
    CHECK(worker.get("old/stage", "/") == "no stage");
    CHECK(client.call({"EXISTS", "test:key:abc"}, 1s)->integer == 0);
}

TEST_CASE_FIXTURE(Running,
                  "Redis killed: the outbox waits, traffic goes on, and everything catches up") {
    deploy_with_key();
    redis.kill();
    management.deploy("api/prod", "two");
    CHECK(eventually([&] { return !worker.loader().is_connected(); }));
    CHECK(worker.get("api/prod", "/one") == "served");
    CHECK(worker.key("value") == "k1");
    CHECK(worker.key("another").starts_with("error"));
    redis.start();
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
    CHECK(comes_to_know(worker, "another", "none"));
}

TEST_CASE_FIXTURE(Running, "the database away: workers go on, and publishing resumes") {
    management.deploy("api/prod", "one");
    REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
    management.set_away(true);
    CHECK(eventually([&] { return !control.publisher().is_leader(); }));
    management.set_away(false);
    management.deploy("api/prod", "two");
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
}

TEST_CASE_FIXTURE(Setup, "a worker restarted without Redis serves what it had, keys included") {
    {
        ControlPlane control(database, redis.url());
        Worker worker(redis.url(), folder.path());
        for (int i = 0; i < 100; ++i) {
            management.deploy("api" + std::to_string(i) + "/prod", "one");
        }
        management.put_plan("p1", "api1/prod");
        management.put_key("k1", "value");
        REQUIRE(comes_to_serve(worker, "api99/prod", "/one"));
        REQUIRE(eventually([&] { return worker.plan_covers("p1", "api1", "prod"); }));
        REQUIRE(comes_to_know(worker, "value", "k1"));
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

TEST_CASE_FIXTURE(Publishing, "a restarted worker learns what changed while it was away") {
    {
        Worker worker(redis.url(), folder.path());
        management.deploy("api/prod", "one");
        management.deploy("gone/prod", "one");
        management.put_key("k1", "value");
        REQUIRE(comes_to_serve(worker, "gone/prod", "/one"));
        REQUIRE(comes_to_know(worker, "value", "k1"));
    }
    management.deploy("api/prod", "two");
    management.remove_stage("gone/prod");
    management.put_key("k1", "value", false);
    Worker worker(redis.url(), folder.path());
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
    CHECK(eventually([&] { return worker.get("gone/prod", "/one") == "no stage"; }));
    CHECK(comes_to_know(worker, "value", "k1 disabled"));
}

TEST_CASE_FIXTURE(Publishing, "a trimmed stream makes a worker read everything") {
    {
        Worker worker(redis.url(), folder.path());
        management.deploy("api/prod", "one");
        REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
    }
    management.deploy("api/prod", "two");
    management.deploy("other/prod", "two");
    REQUIRE(eventually([&] { return client.call({"HLEN", "{test}:stages"}, 1s)->integer == 2; }));
    REQUIRE(client.call({"XTRIM", "{test}:stream", "MAXLEN", "0"}, 1s));
    Worker worker(redis.url(), folder.path());
    management.deploy("third/prod", "two");
    CHECK(comes_to_serve(worker, "third/prod", "/two"));
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
    CHECK(worker.get("other/prod", "/two") == "served");
}

TEST_CASE_FIXTURE(Publishing,
                  "a second process on the same state directory serves, and takes it over") {
    auto first = std::make_unique<Worker>(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    REQUIRE(comes_to_serve(*first, "api/prod", "/one"));
    Worker second(redis.url(), folder.path());
    CHECK(comes_to_serve(second, "api/prod", "/one"));
    management.deploy("api/prod", "two");
    CHECK(comes_to_serve(second, "api/prod", "/two"));
    CHECK(comes_to_serve(*first, "api/prod", "/two"));
    first.reset();
    CHECK(second.get("api/prod", "/two") == "served");
}

TEST_CASE_FIXTURE(Publishing,
                  "stages beyond the memory budget are dropped and loaded again when asked for") {
    Worker worker(redis.url(), folder.path(), 10'000);
    for (int i = 0; i < 30; ++i) {
        management.deploy("api" + std::to_string(i) + "/prod", "path" + std::to_string(i));
    }
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 30; ++i) {
            const std::string number = std::to_string(i);
            CHECK(comes_to_serve(worker, "api" + number + "/prod", "/path" + number));
        }
    }
}

TEST_CASE_FIXTURE(Running, "a changed, disabled or deleted API key counts at once") {
    REQUIRE(eventually([&] { return worker.loader().is_ready(); }));
    CHECK(worker.key("value") == "none");
    management.put_key("k1", "value");
    CHECK(comes_to_know(worker, "value", "k1"));
    management.put_key("k1", "value", false);
    CHECK(comes_to_know(worker, "value", "k1 disabled"));
    management.put_key("k1", "other value");
    CHECK(comes_to_know(worker, "value", "none"));
    CHECK(comes_to_know(worker, "other value", "k1"));
    management.remove_key("k1");
    CHECK(comes_to_know(worker, "other value", "none"));
    CHECK(worker.key("") == "none");
    CHECK(worker.key(std::string(10'000, 'x')) == "none");
}
