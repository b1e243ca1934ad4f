#include "control-plane/publish/rollout.hpp"

#include "tests/integration/publish/fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE_FIXTURE(Running,
                  "a deployment reaches a worker, a newer one replaces it, a deleted stage goes") {
    management.deploy("api/prod", "one");
    CHECK(comes_to_serve(worker, "api/prod", "/one"));
    CHECK(worker.get("api/prod", "/two") == "no route");
    management.deploy("api/prod", "two");
    CHECK(comes_to_serve(worker, "api/prod", "/two", 1));
    management.remove_stage("api/prod");
    CHECK(eventually([&] { return worker.get("api/prod", "/two") == "no stage"; }));
}

TEST_CASE_FIXTURE(Running, "plans are published and changed") {
    management.put_plan("p1", "api/prod");
    CHECK(eventually([&] { return worker.plan_covers("p1", "api", "prod"); }));
    management.put_plan("p1", "api/dev");
    CHECK(eventually([&] { return worker.plan_covers("p1", "api", "dev"); }));
    CHECK_FALSE(worker.plan_covers("p1", "api", "prod"));
}

TEST_CASE_FIXTURE(Setup,
                  "a worker without anything published is not ready; one with an empty state is") {
    Worker worker(redis.url(), folder.path());
    CHECK(eventually([&] { return worker.loader().is_connected(); }));
    CHECK_FALSE(worker.loader().is_ready());
    ControlPlane control(database, redis.url());
    CHECK(eventually([&] { return worker.loader().is_ready(); }));
}

TEST_CASE_FIXTURE(Running,
                  "a stage that cannot be compiled keeps its old version and is reported") {
    management.deploy("api/prod", "one");
    REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
    management.deploy_document("api/prod", "{\"format\":99}");
    const publish::Rollout rollout(client, snapshot::PublishedNames("test"), [] { return 0; });
    CHECK(eventually([&] {
        const auto answer = rollout.workers(wall_now());
        return answer && !answer->array("workers").empty() &&
               !answer->array("workers")[0].array("errors").empty();
    }));
    CHECK(worker.get("api/prod", "/one") == "served");
    management.deploy("api/prod", "three");
    CHECK(comes_to_serve(worker, "api/prod", "/three"));
    CHECK(eventually([&] {
        const auto answer = rollout.workers(wall_now());
        return answer && answer->array("workers")[0].array("errors").empty();
    }));
}

TEST_CASE_FIXTURE(Publishing, "the rollout tells who runs what") {
    const publish::Rollout rollout(client, snapshot::PublishedNames("test"), [] { return 3; });
    {
        Worker worker(redis.url(), folder.path());
        management.deploy("api/prod", "one");
        REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
        CHECK(eventually([&] {
            const auto answer = rollout.rollout(wall_now());
            return answer && answer->array("workers").size() == 1 &&
                   answer->array("workers")[0].integer("revision") ==
                       answer->integer("latestRevision") &&
                   *answer->integer("latestRevision") > 0;
        }));
        const auto answer = rollout.rollout(wall_now());
        CHECK(answer->integer("unpublished") == 3);
        CHECK_FALSE(answer->flag("isComplete", true));
        const json::Value& shown = answer->array("workers")[0];
        CHECK(shown.text("host") == "host");
        CHECK(shown.flag("isReady"));
        CHECK_FALSE(shown.flag("isAway", true));
        CHECK(shown.array("listen")[0].as_string() == "0.0.0.0:8443");
        CHECK(rollout.workers(wall_now() + 20s)->array("workers")[0].flag("isAway"));
    }
    CHECK(rollout.workers(wall_now())->array("workers").empty());
}

TEST_CASE_FIXTURE(Publishing, "documents that nothing points to are collected") {
    const auto documents = [this] {
        const auto keys = client.call({"KEYS", "test:blob:*"}, 1s);
        return keys ? keys->elements.size() : 0;
    };
    management.deploy("api/prod", "one");
    CHECK(eventually([&] { return documents() == 1; }));
    management.deploy("api/prod", "two");
    management.deploy("api/dev", "two");
    CHECK(eventually([&] {
        return documents() == 1 &&
               client.call({"EXISTS",
                            "test:blob:" + crypto::sha256_hex(Management::document_with({"two"}))},
                           1s)
                       ->integer == 1;
    }));
}

TEST_CASE_FIXTURE(Setup, "one control plane leads; another takes over when it goes") {
    auto first = std::make_unique<ControlPlane>(database, redis.url());
    REQUIRE(eventually([&] { return first->publisher().is_leader(); }));
    ControlPlane second(database, redis.url());
    Worker worker(redis.url(), folder.path());
    management.deploy("api/prod", "one");
    REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
    CHECK_FALSE(second.publisher().is_leader());
    first.reset();
    CHECK(eventually([&] { return second.publisher().is_leader(); }));
    management.deploy("api/prod", "two");
    CHECK(comes_to_serve(worker, "api/prod", "/two"));
}
