#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/simulation/seeds.hpp"
#include "tests/simulation/virtual_ledger.hpp"

/// Plans that get a quota, another period or another limit while workers hold units, or have
/// counted requests without a quota. Source: docs/limits.md, Quotas.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;
constexpr std::int64_t kHourS = 3600;
/// Within that of the change, a quota is told what was used before.
constexpr std::int64_t kBegunUs = 600'000;
/// When no worker goes by the plan as it was.
constexpr std::int64_t kSettledUs = 5 * kSecond;

std::string text(std::string_view what, std::int64_t number, std::int64_t most) {
    return std::string(what) + ": " + std::to_string(number) + ", not " + std::to_string(most);
}

/// How it is when a quota is told for the last time what was used before.
struct Begun {
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
    std::int64_t admitted = 0;  ///< In the window, with those of before the world.
    std::int64_t unknown = 0;   ///< Of these, what the database did not know.
    std::int64_t held = 0;
};

struct Change {
    std::int64_t at_us = 0;
    std::int64_t used_before = 0;  ///< In an hour before, of the same day.
    model::Quota quota;
};

LimitsTerms some_terms(World& world) {
    LimitsTerms terms;
    terms.policy = world.one_in(4) ? "open" : "closed";
    terms.workers = static_cast<int>(2 + world.upto(1));
    terms.requests_per_second = 5 + static_cast<double>(world.upto(15));
    return terms;
}

/// From no quota, or from one of another period, to this one.
Change some_change(World& world, LimitsTerms& terms) {
    Change change;
    change.at_us = kStart + kSecond + world.upto(kSecond);
    change.quota.limit = world.one_in(3) ? 16'000 + world.upto(20'000) : 100 + world.upto(300);
    change.quota.period = world.one_in(2) ? "DAY" : "HOUR";
    change.quota.quota_since_s = (kEpochUs + change.at_us) / 1'000'000;
    if (world.one_in(2)) change.used_before = world.upto(change.quota.limit / 2);
    if (world.one_in(3)) {
        terms.quota = change.quota.limit + world.upto(50);
        terms.period = change.quota.period == "DAY" ? "HOUR" : "DAY";
    }
    return change;
}

/// Requests of the quota's window, with those of before the world.
std::int64_t in_window(const LimitsWorld& limits, const Change& change) {
    return limits.admissions() + (change.quota.period == "DAY" ? change.used_before : 0);
}

void publish(World& world, LimitsWorld& limits, const Change& change) {
    model::UsagePlan plan = limits.plan();
    plan.quota = change.quota;
    limits.publish(plan, {}, world.one_in(4) ? 3 * kSecond : kSecond / 5);
}

std::string verdict(LimitsWorld& limits, const Change& change, const Begun& begun) {
    const std::int64_t admitted = in_window(limits, change);
    const std::int64_t counted = limits.quota().used() + limits.quota().held();
    if (counted > admitted) return text("counted twice", counted, admitted);
    // What is held may be among what the database knew, or not.
    const std::int64_t missing = begun.unknown + begun.held;
    if (counted < admitted - missing) return text("counted", counted, admitted - missing);
    if (limits.plan().without_redis == "open") return {};
    const std::int64_t most = std::max(change.quota.limit + missing, begun.admitted + begun.held);
    return admitted > most ? text("admitted", admitted, most) : "";
}

std::string run_new_quota(std::uint64_t seed) {
    World world(seed);
    LimitsTerms terms = some_terms(world);
    const Change change = some_change(world, terms);
    LimitsWorld limits(world, terms);
    VirtualLedger ledger(world, limits);
    ledger.add_before(kEpochUs / 1'000'000 - 3 * kHourS, change.used_before);
    const bool is_sound = world.one_in(2);
    const std::int64_t killed_one_in = is_sound ? 0 : 10 + world.upto(100);
    if (!is_sound) ledger.fails_one_in = 5 + world.upto(20);
    limits.redis().on_step = [&world, &change, killed_one_in] {
        const bool is_over = world.now_us() > change.at_us + 2 * kSecond;
        if (!is_over && killed_one_in > 0 && world.one_in(killed_one_in)) throw Killed{};
    };
    ControlPlane one(limits, ledger);
    ControlPlane other(limits, ledger);
    Begun begun;
    limits.keeper().on_begun = [&](std::int64_t used) {
        if (begun.first_us == 0) begun.first_us = world.now_us();
        begun.last_us = world.now_us();
        begun.admitted = in_window(limits, change);
        // Those that are granted and do not know yet are in neither.
        begun.unknown = begun.admitted + limits.waiting() - used;
        begun.held = limits.quota().held() + limits.quota().forgotten(kEpochUs + world.now_us());
    };
    world.after(change.at_us - kStart, [&] { publish(world, limits, change); });
    world.after(change.at_us + 2 * kSecond - kStart, [&] { ledger.fails_one_in = 0; });
    limits.start();
    move_usage(world, one, other, change.at_us + kSettledUs + 3 * kSecond);
    limits.rest();
    move_usage(world, one, other, change.at_us + kSettledUs + 6 * kSecond);
    if (!limits.violation().empty()) return limits.violation();
    if (begun.last_us < change.at_us + kSettledUs) return "it is not told once more";
    if (is_sound && begun.first_us > change.at_us + kBegunUs) return "it is told late";
    return verdict(limits, change, begun);
}

struct Limited {
    std::int64_t admitted = 0;  ///< When every worker has the new limit,
    std::int64_t held = 0;      ///< held then,
    std::int64_t waiting = 0;   ///< and asked for by the old one.
};

/// When all have it.
void note_installed(World& world, LimitsWorld& limits, Limited& limited) {
    if (!limits.is_installed()) {
        return world.after(1'000, [&] { note_installed(world, limits, limited); });
    }
    limited = {limits.admissions(), limits.quota().held(), limits.waiting()};
}

/// A plan's limit is changed, or UpdateUsage is called. Returns: what is allowed from then on.
std::int64_t change_limit(World& world, LimitsWorld& limits) {
    model::UsagePlan plan = limits.plan();
    std::vector<model::ApiKey::Extension> extensions;
    const std::int64_t limit = plan.quota->limit;
    std::int64_t allowed = limit + world.upto(limit) - limit / 2;
    if (world.one_in(2)) {
        const std::int64_t window_s = window_of(plan.quota->period, redis_clock_us()).first_s;
        extensions = {{"plan", window_s, allowed - limit}};
    } else {
        plan.quota->limit = allowed;
    }
    limits.publish(plan, extensions, kSecond / 5);
    return allowed;
}

std::string run_limit(std::uint64_t seed) {
    World world(seed);
    LimitsTerms terms = some_terms(world);
    terms.policy = "closed";
    const bool is_large = world.one_in(3);
    terms.quota = is_large ? 16'000 + world.upto(4'000) : 20 + world.upto(200);
    const double offered = is_large ? 300 : static_cast<double>(terms.quota) / 2;
    terms.requests_per_second = offered / terms.workers;
    LimitsWorld limits(world, terms);
    for (unsigned shard = 0; shard < snapshot::kUsageShards; ++shard) {
        limits.keeper().set_filled(limits.names().usage_since(shard));
    }
    // Most of a large one was used before.
    if (is_large) {
        const std::int64_t window_s = window_of(terms.period, terms.epoch_us).first_s;
        limits.quota().begin_with(window_s, terms.quota - 600);
    }
    const std::int64_t used_before = is_large ? terms.quota - 600 : 0;
    const std::int64_t changed_us = kStart + kSecond / 2 + world.upto(2 * kSecond);
    std::int64_t allowed = 0;
    Limited limited;
    world.after(changed_us - kStart, [&] {
        allowed = change_limit(world, limits);
        note_installed(world, limits, limited);
    });
    limits.start();
    world.run_until(changed_us + 2 * kSecond);
    limits.rest();
    world.run_until(changed_us + 6 * kSecond);
    if (!limits.violation().empty()) return limits.violation();
    const std::int64_t admitted = used_before + limits.admissions();
    const std::int64_t counted = limits.quota().used() + limits.quota().held();
    if (counted != admitted) return text("counted", counted, admitted);
    const std::int64_t most =
        std::max(allowed, used_before + limited.admitted + limited.held + limited.waiting);
    if (admitted > most) return text("admitted", admitted, most);
    bool is_refused = false;
    for (const auto& of_worker : limits.decided()) {
        is_refused = is_refused || (!of_worker.empty() && of_worker.back().is_over_quota);
    }
    const std::int64_t waste = is_large ? terms.quota / 1000 * 2 : 0;
    if (is_refused && admitted < allowed - waste) return text("refused at", admitted, allowed);
    return {};
}

}  // namespace

TEST_CASE("a plan that gets a quota counts what was used before once, and admits no more than it") {
    run_seeds("quota_simulation_test", run_new_quota);
}

TEST_CASE("a limit that is changed holds once every worker has it, and nothing is lost") {
    run_seeds("quota_simulation_test", run_limit);
}
