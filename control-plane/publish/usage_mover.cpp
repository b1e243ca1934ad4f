#include "control-plane/publish/usage_mover.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "control-plane/service/store.hpp"

namespace turnpike::publish {

namespace {

/// Each goes through what came during the one before; after so many the next turn goes on.
constexpr int kRestoringRounds = 20;
constexpr std::size_t kPlacesPerQuestion = 2'000;
/// A control plane that starts looks so far back.
constexpr std::chrono::minutes kQuotaIsNewFor{10};

}  // namespace

UsageMover::UsageMover(UsageLedger& ledger, redis::Client& redis, snapshot::PublishedNames names,
                       Options options, std::function<bool()> is_leader, Report report)
    : ledger_(ledger),
      shards_(redis, std::move(names), options.fields_per_batch, options.redis_timeout),
      options_(options),
      is_leader_(std::move(is_leader)),
      report_(std::move(report)) {}

UsageMover::~UsageMover() { stop(); }

void UsageMover::start() {
    thread_ = std::thread([this] { run(); });
}

void UsageMover::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    stop_asked_.notify_all();
    thread_.join();
}

void UsageMover::run() {
    SteadyTime next = steady_now();
    bool goes_on = true;
    while (goes_on) {
        if (is_leader_()) turn_reporting();
        next = std::max(next + options_.interval, steady_now());
        std::unique_lock lock(mutex_);
        goes_on = !stop_asked_.wait_until(lock, next, [this] { return is_stopping_; });
    }
    if (is_leader_()) turn_reporting();
}

void UsageMover::turn_reporting() {
    const Result<void> done = turn();
    if (done) {
        if (is_failing_) report_("usage is moved again", false);
    } else if (!is_failing_) {
        report_("moving usage failed, trying again: " + done.error().detail + done.error().message,
                true);
    }
    is_failing_ = !done;
}

Result<void> UsageMover::turn() {
    // The database's library throws; this is where that ends.
    try {
        auto all = shards_.take_all();
        if (!all) return all.error();
        Result<void> outcome;
        emptied_.clear();
        const unsigned first = first_shard_;
        for (unsigned i = 0; i < snapshot::kUsageShards; ++i) {
            const unsigned shard = (first + i) % snapshot::kUsageShards;
            // When this one fails it is the last of the next turn: it holds nobody else up.
            first_shard_ = (shard + 1) % snapshot::kUsageShards;
            Result<UsageShards::Taken>& taken = (*all)[shard];
            if (taken && !taken->is_filled) emptied_.insert(shard);
            if (taken) redis_time_ = taken->redis_time;
            const Result<void> moved =
                taken ? move(shard, *std::move(taken)) : Result<void>(taken.error());
            if (!moved && outcome) outcome = moved;
        }
        if (is_stopping()) return outcome;
        for (const auto& rest : {&UsageMover::restore_emptied, &UsageMover::begin_new_quotas,
                                 &UsageMover::forget_if_due}) {
            const Result<void> done = (this->*rest)();
            if (!done && outcome) outcome = done;
        }
        return outcome;
    } catch (const service::StoreUnavailable& away) {
        return unavailable(away.what());
    } catch (const std::exception& failure) {
        return internal_error(failure.what());
    }
}

bool UsageMover::is_stopping() {
    const std::lock_guard lock(mutex_);
    return is_stopping_;
}

/// What was taken, and what more there is.
Result<void> UsageMover::move(unsigned shard, UsageShards::Taken taken) {
    for (std::size_t batches = 1; !taken.batch.empty(); ++batches) {
        if (Result<void> applied = apply(shard, taken); !applied) return applied;
        if (!taken.is_more || batches == options_.batches_per_turn) break;
        Result<UsageShards::Taken> next = shards_.take(shard);
        if (!next) return next.error();
        taken = *std::move(next);
    }
    return {};
}

Result<void> UsageMover::apply(unsigned shard, const UsageShards::Taken& taken) {
    if (taken.unreadable > 0) {
        report_(std::to_string(taken.unreadable) + " counts in Redis cannot be read: dropped",
                true);
    }
    if (ledger_.apply(shard, taken.batch, taken.counts)) {
        std::uint64_t requests = 0;
        for (const auto& count : taken.counts) requests += static_cast<std::uint64_t>(count.used);
        moved_.fetch_add(requests, std::memory_order_relaxed);
    }
    for (const auto& count : taken.counts) {
        if (!taken.is_filled) moved_since_[shard].insert({count.plan_id, count.key_id});
    }
    return shards_.drop(shard, taken.batch);
}

/// Everything of the current windows, then what was counted meanwhile, until nothing is left that
/// the database does not know.
Result<void> UsageMover::restore_emptied() {
    const std::set<unsigned> shards = emptied_;
    if (shards.empty()) return {};
    if (!std::exchange(is_restoring_, true)) report_("Redis lacks usage; putting it back", false);
    std::map<unsigned, std::string> fillings;
    for (const unsigned shard : shards) {
        moved_since_[shard].clear();
        Result<std::string> filling = shards_.begin_filling(shard);
        if (!filling) return filling.error();
        fillings[shard] = *std::move(filling);
    }
    const Result<UsageShards::Taken> now = shards_.take(*shards.begin());
    if (!now) return now.error();
    QuotaUsePage page;
    while (!page.is_last) {
        page = ledger_.quota_use_after(page.next, now->redis_time);
        std::erase_if(page.uses, [&shards](const QuotaUse& use) {
            return !shards.contains(snapshot::usage_shard(use.place.plan_id, use.place.key_id));
        });
        if (Result<void> done =
                shards_.put_back(page.uses, now->redis_time, UsageShards::Shards::NotFilled);
            !done) {
            return done;
        }
        if (is_stopping()) return unavailable("stopping");
    }
    Result<void> outcome;
    for (const auto& [shard, filling] : fillings) {
        const Result<void> done = finish_restoring(shard, filling);
        if (!done && outcome) outcome = done;
    }
    if (!outcome) return outcome;
    is_restoring_ = false;
    report_("usage is in Redis", false);
    return {};
}

Result<void> UsageMover::finish_restoring(unsigned shard, const std::string& filling) {
    for (int round = 0; round < kRestoringRounds; ++round) {
        const Result<bool> filled = shards_.set_filled(shard, filling);
        if (!filled) return filled.error();
        if (*filled) return {};
        Result<UsageShards::Taken> taken = shards_.take(shard);
        if (!taken) return taken.error();
        const WallTime now = taken->redis_time;
        if (Result<void> moved = move(shard, *std::move(taken)); !moved) return moved;
        const std::set<PlanKey> places = std::exchange(moved_since_[shard], {});
        const std::vector<PlanKey> list(places.begin(), places.end());
        for (std::size_t at = 0; at < list.size(); at += kPlacesPerQuestion) {
            const auto from = list.begin() + static_cast<std::ptrdiff_t>(at);
            const auto to = list.begin() + static_cast<std::ptrdiff_t>(
                                               std::min(at + kPlacesPerQuestion, list.size()));
            const auto uses = ledger_.quota_use_of({from, to}, now);
            if (Result<void> done = shards_.put_back(uses, now, UsageShards::Shards::NotFilled);
                !done) {
                return done;
            }
        }
    }
    return unavailable("counts come faster than they are moved");
}

/// A plan that gets a quota, or another period, within a window: what its keys used in it before
/// counts, as GetUsage tells. Once at once, and once more when no worker goes by the old plan.
Result<void> UsageMover::begin_new_quotas() {
    const auto plans = ledger_.plans_with_quota_since(redis_time_ - kQuotaIsNewFor);
    std::erase_if(new_quotas_, [&plans](const auto& one) { return !plans.contains(one.first); });
    for (const auto& [plan_id, since] : plans) {
        const auto [place, is_unknown] = new_quotas_.try_emplace(plan_id);
        NewQuota& quota = place->second;
        const SteadyTime now = steady_now();
        if (is_unknown || quota.since != since) {
            quota = {since, now + options_.new_quota_settles};
        } else if (quota.is_settled || now < quota.begins_again) {
            continue;
        } else {
            quota.is_settled = true;
        }
        if (Result<void> done = begin_quota(plan_id, redis_time_); !done) {
            new_quotas_.erase(place);
            return done;
        }
    }
    return {};
}

Result<void> UsageMover::begin_quota(const std::string& plan_id, WallTime moment) {
    QuotaUsePage page;
    page.next.plan_id = plan_id;
    while (!page.is_last && page.next.plan_id == plan_id && !is_stopping()) {
        page = ledger_.quota_use_after(page.next, moment);
        std::erase_if(page.uses, [&](const QuotaUse& use) { return use.place.plan_id != plan_id; });
        if (Result<void> done = shards_.put_back(page.uses, moment, UsageShards::Shards::All);
            !done) {
            return done;
        }
    }
    return {};
}

Result<void> UsageMover::forget_if_due() {
    const SteadyTime now = steady_now();
    if (now < next_forgetting_) return {};
    next_forgetting_ = now + options_.forget_every;
    ledger_.forget_batches();
    return {};
}

}  // namespace turnpike::publish
