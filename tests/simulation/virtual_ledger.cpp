#include "tests/simulation/virtual_ledger.hpp"

#include <algorithm>
#include <utility>

#include "control-plane/service/store.hpp"

namespace turnpike::test {

using publish::PlanKey;
using publish::QuotaUse;
using publish::QuotaUsePage;

namespace {

const PlanKey kPlace{"plan", "key"};
/// Between two turns, on average.
constexpr std::int64_t kTurnUs = 250'000;

}  // namespace

void VirtualLedger::step() {
    limits_.redis().on_step();
    if (fails_one_in > 0 && world_.one_in(fails_one_in)) {
        throw service::StoreUnavailable("the database is away");
    }
}

bool VirtualLedger::apply(unsigned, std::string_view batch,
                          const std::vector<service::UsageCount>& counts) {
    step();
    const bool is_new = batches_.insert(std::string(batch)).second;
    for (const service::UsageCount& count : counts) {
        if (!is_new) break;
        used_ += count.used;
        by_hour_[epoch_seconds(WallTime(count.day)) + 3600 * count.hour] += count.used;
    }
    // Committed, whether it is told or not.
    step();
    return is_new;
}

std::int64_t VirtualLedger::used_between(std::int64_t from_s, std::int64_t to_s) const {
    std::int64_t requests = 0;
    for (const auto& [hour_s, used] : by_hour_) {
        if (hour_s >= from_s && hour_s < to_s) requests += used;
    }
    return requests;
}

std::map<std::string, WallTime> VirtualLedger::plans_with_quota_since(WallTime time) {
    step();
    const auto& quota = limits_.plan().quota;
    if (!quota || quota->quota_since_s < epoch_seconds(time)) return {};
    return {{kPlace.plan_id, WallTime(Seconds(quota->quota_since_s))}};
}

std::vector<QuotaUse> VirtualLedger::uses_at(WallTime moment) const {
    if (!limits_.plan().quota) return {};
    const auto period = *limits::parse_quota_period(limits_.plan().quota->period);
    const service::QuotaWindow window = service::quota_window(period, moment);
    // Of an hour, what is in it; of the others, all days up to that of the moment.
    const WallTime day_end = WallTime(day_of(moment)) + std::chrono::days(1);
    const std::int64_t used =
        used_between(epoch_seconds(window.start), epoch_seconds(std::min(window.end, day_end)));
    if (used == 0) return {};
    return {{kPlace, period, used}};
}

QuotaUsePage VirtualLedger::quota_use_after(const PlanKey& after, WallTime moment) {
    step();
    QuotaUsePage page;
    page.is_last = true;
    if (after < kPlace) page.uses = uses_at(moment);
    return page;
}

std::vector<QuotaUse> VirtualLedger::quota_use_of(const std::vector<PlanKey>& places,
                                                  WallTime moment) {
    step();
    return places.empty() ? std::vector<QuotaUse>{} : uses_at(moment);
}

void ControlPlane::turn() {
    if (std::exchange(is_turning_, true)) return;
    try {
        (void)mover_->turn();
    } catch (const Killed&) {
        begin();
    }
    is_turning_ = false;
}

void ControlPlane::begin() {
    mover_.reset();
    client_ = std::make_unique<redis::Client>(redis::Options{.url = "redis://simulated"});
    mover_ = std::make_unique<publish::UsageMover>(
        ledger_, *client_, limits_.names(), publish::UsageMover::Options{}, [] { return true; },
        [](const std::string&, bool) {});
}

void move_usage(World& world, ControlPlane& one, ControlPlane& other, std::int64_t until_us) {
    while (world.now_us() < until_us) {
        world.after(world.upto(kTurnUs), [&other] { other.turn(); });
        one.turn();
        world.run_until(world.now_us() + kTurnUs / 2 + world.upto(kTurnUs));
    }
}

}  // namespace turnpike::test
