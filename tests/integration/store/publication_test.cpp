#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/base/encoding.hpp"
#include "common/crypto/hmac.hpp"
#include "control-plane/publish/source.hpp"
#include "control-plane/service/quota_period.hpp"
#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::Effect;
using service::Table;
using service::Transaction;

void tell(TestDatabase& test, const Effect& effect) {
    test.write([&effect](Transaction& transaction) { transaction.emit(effect); });
}

TEST_CASE("the outbox is read oldest first and kept until it is published") {
    TestDatabase test;
    publish::PublicationSource& source = test.database.publication();
    tell(test, {Effect::Kind::Stage, "a/prod"});
    tell(test, {Effect::Kind::UsagePlan, "p"});
    tell(test, {Effect::Kind::ApiKey, "k"});
    tell(test, {Effect::Kind::Stage, "b/prod"});
    CHECK(source.outbox_count() == 4);
    CHECK(source.take_outbox(2).size() == 2);
    const auto rows = source.take_outbox(10);
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].effect.kind == Effect::Kind::Stage);
    CHECK(rows[0].effect.id == "a/prod");
    CHECK(rows[1].effect.kind == Effect::Kind::UsagePlan);
    CHECK(rows[2].effect.kind == Effect::Kind::ApiKey);
    CHECK(rows[3].effect.id == "b/prod");
    source.mark_published({rows[0].id, rows[2].id}, 7);
    CHECK(source.outbox_count() == 2);
    CHECK(source.take_outbox(10).front().effect.id == "p");
    CHECK(source.published_revision() == 7);
    source.mark_published({}, 5);
    CHECK(source.published_revision() == 7);
}

TEST_CASE("revisions grow, and the epoch is kept") {
    TestDatabase test;
    publish::PublicationSource& source = test.database.publication();
    CHECK(source.epoch().empty());
    CHECK(source.published_revision() == 0);
    const std::uint64_t first = source.next_revision();
    CHECK(first > 0);
    CHECK(source.next_revision() > first);
    source.set_epoch("epoch", 3);
    CHECK(source.epoch() == "epoch");
    CHECK(source.published_revision() == 3);
    Database other(test.options(), test_master_key());
    CHECK(other.publication().next_revision() > first + 1);
    CHECK(other.publication().epoch() == "epoch");
}

TEST_CASE("one control plane leads at a time; the next takes over when it resigns or dies") {
    TestDatabase test;
    publish::PublicationSource& first = test.database.publication();
    Database second(test.options(), test_master_key());
    CHECK(first.try_lead());
    CHECK(first.try_lead());
    CHECK_FALSE(second.publication().try_lead());
    first.resign();
    CHECK(second.publication().try_lead());
    CHECK_FALSE(first.try_lead());
    {
        Database third(test.options(), test_master_key());
        second.publication().resign();
        CHECK(third.publication().try_lead());
    }
    const SteadyTime deadline = steady_now() + Seconds{5};
    while (!first.try_lead() && steady_now() < deadline) std::this_thread::yield();
    CHECK(first.try_lead());
}

TEST_CASE("the lead is lost with its connection") {
    TestDatabase test;
    publish::PublicationSource& source = test.database.publication();
    REQUIRE(source.try_lead());
    test.server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = "
        "21616");
    CHECK_THROWS_AS(source.try_lead(), service::StoreUnavailable);
    Database other(test.options(), test_master_key());
    CHECK(other.publication().try_lead());
    CHECK_FALSE(source.try_lead());
}

TEST_CASE("waiting for work ends when an operation commits an effect, or when it is woken") {
    TestDatabase test;
    publish::PublicationSource& source = test.database.publication();
    CHECK(source.outbox_count() == 0);
    const SteadyTime start = steady_now();
    tell(test, {Effect::Kind::ApiKey, "k"});
    source.wait_for_work(Milliseconds{60'000});
    std::thread teller([&test] { tell(test, {Effect::Kind::ApiKey, "k"}); });
    source.wait_for_work(Milliseconds{60'000});
    teller.join();
    std::thread waker([&source] { source.wake(); });
    source.wait_for_work(Milliseconds{60'000});
    waker.join();
    CHECK(steady_now() - start < Seconds{30});
    source.wait_for_work(Milliseconds{1});
}

TEST_CASE("a stage is published with its API, its snapshot and its canary's") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        transaction.insert(Table::RestApis, {"", "api"},
                           json::Object{{"name", "the api"}, {"disableExecuteApiEndpoint", true}});
        transaction.insert(Table::Deployments, {"api", "d1"}, json::Object{{"snapshot", "hash1"}});
        transaction.insert(Table::Deployments, {"api", "d2"}, json::Object{{"snapshot", "hash2"}});
        const auto stage = [&transaction](const std::string& name, json::Object document) {
            transaction.insert(Table::Stages, {"api", name}, std::move(document));
        };
        stage("plain", {{"stageName", "plain"},
                        {"deploymentId", "d1"},
                        {"tags", json::Object{{"not", "for workers"}}}});
        stage("canary",
              {{"deploymentId", "d1"}, {"canarySettings", json::Object{{"deploymentId", "d2"}}}});
        stage("same",
              {{"deploymentId", "d1"}, {"canarySettings", json::Object{{"deploymentId", "d1"}}}});
        stage("empty", {{"stageName", "empty"}});
    });
    publish::PublicationSource& source = test.database.publication();
    CHECK(source.stage("api", "plain")->record ==
          json::Value(json::Object{{"stageName", "plain"},
                                   {"deploymentId", "d1"},
                                   {"apiId", "api"},
                                   {"apiName", "the api"},
                                   {"disableExecuteApiEndpoint", true},
                                   {"snapshot", "hash1"}}));
    CHECK(source.stage("api", "canary")->record.text("canarySnapshot") == "hash2");
    CHECK(source.stage("api", "same")->record.find("canarySnapshot") == nullptr);
    CHECK_FALSE(source.stage("api", "empty"));
    CHECK_FALSE(source.stage("api", "absent"));
    CHECK_FALSE(source.stage("absent", "plain"));
}

TEST_CASE("a key is published under the HMAC of its value, with its plans") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        transaction.insert(Table::ApiKeys, {"", "k"},
                           json::Object{{"name", "key"}, {"enabled", true}, {"customerId", "c"}});
        transaction.insert(Table::ApiKeys, {"", "bare"}, named("no value"));
        transaction.put_key_value("k", "the value");
        for (const std::string plan : {"p2", "p1"}) {
            transaction.insert(
                Table::UsagePlans, {"", plan},
                json::Object{{"name", plan}, {"tags", json::Object{{"not", "for workers"}}}});
            transaction.insert(Table::UsagePlanKeys, {plan, "k"}, named("key"));
        }
    });
    publish::PublicationSource& source = test.database.publication();
    const auto key = source.key("k");
    REQUIRE(key);
    CHECK(key->lookup == to_hex(crypto::view(crypto::hmac_sha256(
                             test_master_key().derive(crypto::kApiKeyLookupLabel), "the value"))));
    CHECK(key->record == json::Value(json::Object{{"id", "k"},
                                                  {"enabled", true},
                                                  {"name", "key"},
                                                  {"customerId", "c"},
                                                  {"plans", json::Array{"p1", "p2"}}}));
    CHECK_FALSE(source.key("bare"));
    CHECK_FALSE(source.key("absent"));
    CHECK(source.plan("p1") == named("p1"));
    CHECK_FALSE(source.plan("absent"));
}

TEST_CASE("a key is published with what it was granted in windows that are not over") {
    TestDatabase test;
    const WallTime now = wall_now();
    const auto start = [now](service::QuotaPeriod period) {
        return service::quota_window(period, now).start;
    };
    const WallTime month = start(service::QuotaPeriod::Month);
    test.write([&](Transaction& transaction) {
        for (const std::string id : {"k", "other"}) {
            transaction.insert(Table::ApiKeys, {"", id}, named(id));
            transaction.put_key_value(id, "value of " + id);
        }
        for (const std::string period : {"MONTH", "DAY", ""}) {
            json::Value plan = named(period);
            if (!period.empty()) plan["quota"] = json::Object{{"limit", 1}, {"period", period}};
            transaction.insert(Table::UsagePlans, {"", "p" + period}, plan);
            transaction.put_usage_extension("p" + period, {"k", month, -5, now});
        }
        transaction.put_usage_extension("pMONTH", {"k", month - std::chrono::days(20), 70, now});
        transaction.put_usage_extension("pDAY", {"k", start(service::QuotaPeriod::Day), 9, now});
    });
    auto& source = test.database.publication();
    const auto keys = source.keys({"other", "absent", "k"});
    REQUIRE(keys.size() == 2);
    for (const auto& [id, key] : keys) {
        CHECK(key.record == source.key(id)->record);
        if (id == "other") CHECK(key.record.find("extensions") == nullptr);
        if (id != "k") continue;
        CHECK(
            key.record.array("extensions") ==
            json::Array{
                json::Object{{"plan", "pDAY"},
                             {"windowStart", epoch_seconds(start(service::QuotaPeriod::Day))},
                             {"requests", 9}},
                json::Object{
                    {"plan", "pMONTH"}, {"windowStart", epoch_seconds(month)}, {"requests", -5}}});
    }
}

TEST_CASE("everything can be listed for publishing anew, in batches") {
    TestDatabase test;
    std::string hash;
    test.write([&hash](Transaction& transaction) {
        for (const std::string api : {"b", "a"}) {
            transaction.insert(Table::RestApis, {"", api}, named(api));
            for (const std::string stage : {"prod", "dev"}) {
                transaction.insert(Table::Stages, {api, stage}, named(stage));
            }
            transaction.insert(Table::UsagePlans, {"", "plan-" + api}, named(api));
            transaction.insert(Table::ApiKeys, {"", "key-" + api}, named(api));
        }
        hash = transaction.put_blob("blob");
    });
    publish::PublicationSource& source = test.database.publication();
    using Ids = std::vector<std::string>;
    CHECK(source.ids(Effect::Kind::Stage, "", 3) == Ids{"a/dev", "a/prod", "b/dev"});
    CHECK(source.ids(Effect::Kind::Stage, "b/dev", 3) == Ids{"b/prod"});
    CHECK(source.ids(Effect::Kind::Stage, "b/prod", 3).empty());
    CHECK(source.ids(Effect::Kind::UsagePlan, "plan-a", 9) == Ids{"plan-b"});
    CHECK(source.ids(Effect::Kind::ApiKey, "", 9) == Ids{"key-a", "key-b"});
    CHECK(source.blob(hash) == "blob");
    CHECK_FALSE(source.blob("absent"));
}

}  // namespace
}  // namespace turnpike::store
