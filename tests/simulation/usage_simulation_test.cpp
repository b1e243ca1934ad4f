#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/simulation/seeds.hpp"
#include "tests/simulation/virtual_ledger.hpp"

/// Control planes that move usage and are killed between any two steps, while workers report and
/// Redis loses its memory. Source: docs/limits.md, Usage.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;

/// Until who reported knows that it came.
constexpr std::int64_t kAnsweredUs = 200'000;

struct Loss {
    std::int64_t forgotten = 0;  ///< Counts that only Redis had.
    bool is_over = false;
    std::int64_t repeated = 0;  ///< May be reported again: Redis forgot that it had them.
    std::int64_t unmoved = 0;   ///< Admitted, and not in the database when Redis forgot.
    std::int64_t unused = 0;    ///< Granted then, and there for the next request.
};

/// Redis is emptied, now and then.
void empty_some(World& world, LimitsWorld& limits, VirtualLedger& ledger, Loss& loss) {
    world.after(world.upto(3 * kSecond), [&world, &limits, &ledger, &loss] {
        if (loss.is_over) return;
        // Those that are granted and do not know yet as well.
        const std::int64_t admitted = limits.admissions() + limits.waiting();
        loss.unmoved += std::max<std::int64_t>(admitted - ledger.used(), 0);
        loss.unused += std::max<std::int64_t>(limits.quota().used() - admitted, 0);
        loss.repeated += limits.keeper().reported_within(kAnsweredUs);
        loss.forgotten += limits.keeper().counted(
            [&ledger](const std::string& batch) { return ledger.has(batch); });
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

std::string verdict(LimitsWorld& limits, const LimitsTerms& terms, const VirtualLedger& ledger,
                    const Loss& loss) {
    const std::int64_t admitted = limits.admissions();
    if (ledger.used() > admitted + loss.repeated || ledger.used() < admitted - loss.forgotten) {
        return std::to_string(admitted) + " admitted, " + std::to_string(loss.forgotten) +
               " forgotten, moved " + std::to_string(ledger.used());
    }
    if (terms.policy == "closed" && admitted > terms.quota + loss.unmoved) {
        return std::to_string(admitted) + " admitted of " + std::to_string(terms.quota);
    }
    const std::int64_t used = limits.quota().used() + limits.quota().held();
    // What was granted to a caller who had gone is there for the next, or is given back later.
    const bool is_settled =
        used >= admitted - loss.unused && used <= admitted + loss.repeated + terms.workers;
    if (loss.unmoved == 0 && !is_settled) {
        return std::to_string(admitted) + " admitted, used " + std::to_string(used);
    }
    return {};
}

std::string run(std::uint64_t seed, bool is_emptied) {
    World world(seed);
    const LimitsTerms terms = some_terms(world);
    LimitsWorld limits(world, terms);
    VirtualLedger ledger(world, limits);
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
    move_usage(world, one, other, kStart + 3 * kSecond);
    is_over = loss.is_over = true;
    limits.rest();
    network = {};
    ledger.fails_one_in = 0;
    move_usage(world, one, other, kStart + 6 * kSecond);
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
