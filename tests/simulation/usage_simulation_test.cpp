#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "control-plane/publish/usage_mover.hpp"
#include "control-plane/service/store.hpp"
#include "tests/simulation/limits_world.hpp"
#include "tests/simulation/seeds.hpp"

/// Control planes that move usage and are killed between any two steps, while workers report and
/// Redis loses its memory. Source: docs/limits.md, Usage.
using namespace turnpike;
using namespace turnpike::test;
using publish::UsageMover;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;
constexpr std::int64_t kTurnUs = 250'000;

/// What ends a control plane. No exception: nothing may catch it.
struct Killed {};

/// The database: what was committed stays.
class Ledger final : public publish::UsageLedger {
public:
    Ledger(World& world, LimitsWorld& limits) : world_(world), limits_(limits) {}

    bool apply(unsigned, std::string_view batch,
               const std::vector<service::UsageCount>& counts) override {
        step();
        const bool is_new = batches.insert(std::string(batch)).second;
        for (const service::UsageCount& count : counts) used += is_new ? count.used : 0;
        // Committed, whether it is told or not.
        step();
        return is_new;
    }
    void forget_batches() override { step(); }
    std::map<std::string, WallTime> plans_with_quota_since(WallTime) override {
        step();
        return {};
    }
    publish::QuotaUsePage quota_use_after(const publish::PlanKey& after, WallTime) override {
        step();
        publish::QuotaUsePage page;
        page.is_last = true;
        if (after < kPlace) page.uses = {{kPlace, service::QuotaPeriod::Day, used}};
        return page;
    }
    std::vector<publish::QuotaUse> quota_use_of(const std::vector<publish::PlanKey>& places,
                                                WallTime) override {
        step();
        std::vector<publish::QuotaUse> uses;
        for (const auto& place : places) uses.push_back({place, service::QuotaPeriod::Day, used});
        return uses;
    }

    std::set<std::string> batches;
    std::int64_t used = 0;
    std::int64_t fails_one_in = 0;

private:
    void step() {
        limits_.redis().on_step();
        if (fails_one_in > 0 && world_.one_in(fails_one_in)) {
            throw service::StoreUnavailable("the database is away");
        }
    }
    const publish::PlanKey kPlace{"plan", "key"};
    World& world_;
    LimitsWorld& limits_;
};

/// One process; killed and begun anew.
class ControlPlane {
public:
    ControlPlane(LimitsWorld& limits, Ledger& ledger) : limits_(limits), ledger_(ledger) {
        begin();
    }
    /// Returns: false if it was at one already.
    void turn() {
        if (std::exchange(is_turning_, true)) return;
        try {
            (void)mover_->turn();
        } catch (const Killed&) {
            begin();
        }
        is_turning_ = false;
    }

private:
    void begin() {
        mover_.reset();
        client_ = std::make_unique<redis::Client>(redis::Options{.url = "redis://simulated"});
        mover_ = std::make_unique<UsageMover>(
            ledger_, *client_, limits_.names(), UsageMover::Options{}, [] { return true; },
            [](const std::string&, bool) {});
    }
    LimitsWorld& limits_;
    Ledger& ledger_;
    std::unique_ptr<redis::Client> client_;
    std::unique_ptr<UsageMover> mover_;
    bool is_turning_ = false;
};

/// Until who reported knows that it came.
constexpr std::int64_t kAnsweredUs = 200'000;

struct Loss {
    std::int64_t forgotten = 0;  ///< Counts that only Redis had.
    bool is_over = false;
    std::int64_t repeated = 0;  ///< May be reported again: Redis forgot that it had them.
    std::int64_t unmoved = 0;   ///< Admitted, and not in the database when Redis forgot.
};

/// Redis is emptied, now and then.
void empty_some(World& world, LimitsWorld& limits, Ledger& ledger, Loss& loss) {
    world.after(world.upto(3 * kSecond), [&world, &limits, &ledger, &loss] {
        if (loss.is_over) return;
        loss.unmoved += limits.admissions() - ledger.used;
        loss.repeated += limits.keeper().reported_within(kAnsweredUs);
        loss.forgotten += limits.keeper().counted(
            [&ledger](const std::string& batch) { return ledger.batches.contains(batch); });
        limits.keeper().empty();
        if (world.one_in(2)) limits.redis().kill(world.upto(kSecond / 2));
        empty_some(world, limits, ledger, loss);
    });
}

LimitsTerms some_terms(World& world) {
    LimitsTerms terms;
    terms.policy = world.one_in(2) ? "closed" : "open";
    terms.workers = static_cast<int>(1 + world.upto(2));
    terms.quota = world.one_in(2) ? 50 + world.upto(100) : 10'000;
    terms.requests_per_second = 10 + static_cast<double>(world.upto(30));
    return terms;
}

/// Two control planes take turns, also while the other is at one.
void move(World& world, ControlPlane& one, ControlPlane& other, std::int64_t until_us) {
    while (world.now_us() < until_us) {
        world.after(world.upto(kTurnUs), [&other] { other.turn(); });
        one.turn();
        world.run_until(world.now_us() + world.upto(kTurnUs));
    }
}

std::string verdict(LimitsWorld& limits, const LimitsTerms& terms, const Ledger& ledger,
                    const Loss& loss) {
    const std::int64_t admitted = limits.admissions();
    if (ledger.used > admitted + loss.repeated || ledger.used < admitted - loss.forgotten) {
        return std::to_string(admitted) + " admitted, " + std::to_string(loss.forgotten) +
               " forgotten, moved " + std::to_string(ledger.used);
    }
    if (terms.policy == "closed" && admitted > terms.quota + loss.unmoved) {
        return std::to_string(admitted) + " admitted of " + std::to_string(terms.quota);
    }
    const std::int64_t used = limits.quota().used() + limits.quota().held();
    if (loss.unmoved == 0 && used != admitted) {
        return std::to_string(admitted) + " admitted, used " + std::to_string(used);
    }
    return {};
}

std::string run(std::uint64_t seed, bool is_emptied) {
    World world(seed);
    const LimitsTerms terms = some_terms(world);
    LimitsWorld limits(world, terms);
    Ledger ledger(world, limits);
    Network& network = limits.redis().network;
    network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    network.lost_one_in = is_emptied ? 0 : world.upto(1) * (20 + world.upto(100));
    ledger.fails_one_in = world.upto(1) * (4 + world.upto(20));
    const std::int64_t killed_one_in = world.upto(1) * (4 + world.upto(60));
    bool is_over = false;
    limits.redis().on_step = [&world, &is_over, killed_one_in] {
        if (!is_over && killed_one_in > 0 && world.one_in(killed_one_in)) throw Killed{};
    };
    ControlPlane one(limits, ledger);
    ControlPlane other(limits, ledger);
    Loss loss;
    if (is_emptied) empty_some(world, limits, ledger, loss);
    limits.start();
    move(world, one, other, kStart + 3 * kSecond);
    is_over = loss.is_over = true;
    limits.rest();
    network = {};
    ledger.fails_one_in = 0;
    move(world, one, other, kStart + 6 * kSecond);
    if (!limits.violation().empty()) return limits.violation();
    return verdict(limits, terms, ledger, loss);
}

}  // namespace

TEST_CASE("usage is moved once, whenever a control plane is killed") {
    run_seeds("usage_simulation_test", [](std::uint64_t seed) { return run(seed, false); });
}

TEST_CASE("a Redis that is emptied forgets what was not moved, and never the quota") {
    run_seeds("usage_simulation_test", [](std::uint64_t seed) { return run(seed, true); });
}
