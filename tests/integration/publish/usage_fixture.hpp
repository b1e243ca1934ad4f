#pragma once

#include <functional>
#include <map>

#include "control-plane/publish/usage_mover.hpp"
#include "tests/integration/store/fixture.hpp"
#include "tests/support/redis_server.hpp"

namespace turnpike::publish {

inline redis::Options redis_options(const std::string& url) {
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
struct UsageWorld {
    static constexpr std::chrono::seconds kPatience{1};

    UsageWorld() {
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
        REQUIRE(client.call({"HINCRBY", names.usage_counts(in), name, value}, kPatience));
    }
    void raw(unsigned in, const std::string& name, const std::string& value) {
        REQUIRE(client.call({"HSET", names.usage_counts(in), name, value}, kPatience));
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
        return client.call({"EXISTS", names.usage_counts(in), names.usage_moving(in)}, kPatience)
                   ->integer == 0;
    }
    bool is_filled(unsigned in) {
        return client.call({"EXISTS", names.usage_since(in)}, kPatience)->integer == 1;
    }
    /// "w used" of a quota, or "".
    std::string quota(const std::string& plan, const std::string& key) {
        const auto held = client.call(
            {"HMGET", names.usage_quota(shard(plan, key), plan, key), "w", "used"}, kPatience);
        REQUIRE(held);
        if (held->elements[0].is_nil()) return "";
        return held->elements[0].text + " " + held->elements[1].text;
    }
    std::string month_with(std::int64_t used) {
        const auto window = service::quota_window(service::QuotaPeriod::Month, wall_now());
        return std::to_string(epoch_seconds(window.start)) + " " + std::to_string(used);
    }

    store::TestDatabase test;
    tests::RedisServer redis;
    redis::Client client{redis_options(redis.url())};
    snapshot::PublishedNames names{"test"};
    UsageLedger& ledger = test.database.usage_ledger();
    UsageShards shards{client, names, 10'000, std::chrono::seconds(2)};
    std::vector<std::string> warnings;
};

}  // namespace turnpike::publish
