#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/simulation/seeds.hpp"
#include "tests/simulation/virtual_ledger.hpp"

/// Quotas whose window ends while units are held, requests wait, reports are late, and Redis fails
/// or loses its memory. Source: docs/limits.md, Quotas.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;
/// 1 February 2026, a Sunday: an hour, a day, a week and a month end together.
constexpr std::int64_t kMidnightS = 1'769'904'000;
/// Between two reports, with a timer that is late and the way there.
constexpr std::int64_t kReportUs = 415'000;

struct Setting {
    LimitsTerms terms;
    std::int64_t end_us = 0;  ///< When the window ends, by the world's time.
    std::int64_t allowed_before = 0;
    std::int64_t allowed_after = 0;
    bool is_sound = false;
    bool is_lossy = false;
};

/// An offset, or what UpdateUsage granted, counts in one of the two windows only.
void grant_some(World& world, Setting& setting) {
    LimitsTerms& terms = setting.terms;
    setting.allowed_before = setting.allowed_after = terms.quota;
    if (world.one_in(4)) {
        terms.offset = world.upto(terms.quota / 2);
        const bool is_first = world.one_in(2);
        terms.quota_since_s = is_first ? kMidnightS - 1 - world.upto(1800) : 1'000'000'000;
        if (is_first) setting.allowed_before -= terms.offset;
    }
    if (world.one_in(4)) {
        const std::int64_t more = world.upto(terms.quota) - terms.quota / 2;
        const bool is_first = world.one_in(2);
        const std::int64_t moment_us = kMidnightS * 1'000'000 - (is_first ? 1 : 0);
        terms.extensions = {{"plan", window_of(terms.period, moment_us).first_s, more}};
        std::int64_t& allowed = is_first ? setting.allowed_before : setting.allowed_after;
        allowed = std::max<std::int64_t>(allowed + more, 0);
    }
}

Setting some_setting(World& world) {
    static constexpr const char* kPeriods[] = {"HOUR", "DAY", "WEEK", "MONTH"};
    static constexpr const char* kPolicies[] = {"closed", "closed", "open", "local-share"};
    Setting setting;
    LimitsTerms& terms = setting.terms;
    setting.end_us = kStart + kSecond + world.upto(kSecond);
    terms.epoch_us = kMidnightS * 1'000'000 - setting.end_us;
    terms.period = kPeriods[world.upto(3)];
    terms.policy = kPolicies[world.upto(3)];
    terms.workers = static_cast<int>(1 + world.upto(2));
    const bool is_large = world.one_in(3);
    terms.quota = is_large ? 16'000 + world.upto(20'000) : 20 + world.upto(100);
    // From hardly anything to twice the quota in each window.
    const double offered = is_large ? 200 + static_cast<double>(world.upto(200))
                                    : static_cast<double>(terms.quota) * 0.7 *
                                          (0.2 + static_cast<double>(world.upto(18)) / 10);
    terms.requests_per_second = offered / terms.workers;
    grant_some(world, setting);
    return setting;
}

/// What was admitted by when: with its arrival before the end and its answer after it, Redis may
/// have granted it in either window.
struct Counts {
    std::int64_t before = 0;
    std::int64_t astride = 0;
    std::int64_t after = 0;
};

struct Windows {
    Counts all;
    Counts by_policy;
    std::int64_t late = 0;  ///< Before the end, but perhaps not reported by then.
    bool refused_before = false;
    bool refused_after = false;
};

Windows split(const LimitsWorld& limits, const Setting& setting) {
    Windows windows;
    for (const auto& of_worker : limits.decided()) {
        for (const auto& one : of_worker) {
            const bool is_before = one.at_us < setting.end_us;
            const bool is_after = one.since_us >= setting.end_us;
            if (!one.is_admitted) {
                const bool is_by_redis = one.is_over_quota && !one.is_by_policy;
                windows.refused_before = windows.refused_before || (is_by_redis && is_before);
                windows.refused_after = windows.refused_after || (is_by_redis && is_after);
                continue;
            }
            const auto count =
                is_before ? &Counts::before : (is_after ? &Counts::after : &Counts::astride);
            ++(windows.all.*count);
            if (one.is_by_policy) ++(windows.by_policy.*count);
            if (is_before && one.at_us >= setting.end_us - kReportUs) ++windows.late;
        }
    }
    return windows;
}

/// Redis is killed, or stopped, once; most often the window ends meanwhile.
void break_once(World& world, LimitsWorld& limits, const Setting& setting) {
    const std::int64_t at = setting.end_us - world.upto(3 * kSecond / 2) + kSecond / 4;
    const std::int64_t length = kSecond / 20 + world.upto(3 * kSecond / 2);
    world.after(std::max<std::int64_t>(at - kStart, 0), [&world, &limits, length] {
        if (world.one_in(2)) {
            limits.redis().kill(length);
        } else {
            limits.redis().freeze(length);
        }
    });
}

std::string text(std::string_view what, std::int64_t number, std::int64_t most) {
    return std::string(what) + ": " + std::to_string(number) + ", not " + std::to_string(most);
}

/// What Redis admitted is within what each window allows.
std::string beyond_allowance(const Windows& windows, const Setting& setting) {
    const Counts& all = windows.all;
    const Counts& alone = windows.by_policy;
    const std::int64_t before = all.before - alone.before;
    const std::int64_t after = all.after - alone.after;
    const std::int64_t both = before + after + all.astride - alone.astride;
    if (setting.terms.policy == "closed" && alone.before + alone.astride + alone.after > 0) {
        return "one is admitted by the policy";
    }
    if (before > setting.allowed_before) {
        return text("too many in the first window", before, setting.allowed_before);
    }
    if (after > setting.allowed_after) {
        return text("too many in the second window", after, setting.allowed_after);
    }
    if (both > setting.allowed_before + setting.allowed_after) {
        return text("too many in both", both, setting.allowed_before + setting.allowed_after);
    }
    return {};
}

/// Nobody is refused while there are units, but for what may be held, or asked for at that moment.
std::string refused_too_soon(const Windows& windows, const Setting& setting) {
    const LimitsTerms& terms = setting.terms;
    const std::int64_t waste = terms.quota < 16'000 ? 0 : terms.quota / 1000;
    const Counts& all = windows.all;
    if (windows.refused_before && all.before + all.astride < setting.allowed_before - waste) {
        return text("refused in the first window", all.before, setting.allowed_before);
    }
    if (windows.refused_after && all.after + all.astride < setting.allowed_after - waste) {
        return text("refused in the second window", all.after, setting.allowed_after);
    }
    return {};
}

/// What the quota counts of the second window: all that was admitted in it, and what was owed.
std::string unsettled(LimitsWorld& limits, const Windows& windows) {
    const Counts& all = windows.all;
    if (limits.quota().window_s() != kMidnightS) {
        // Nobody asked in it.
        return all.after == 0 ? "" : text("admitted unasked", all.after, 0);
    }
    const std::int64_t counted = limits.quota().used() + limits.quota().held();
    if (counted < all.after) return text("of the second window count", counted, all.after);
    const std::int64_t most = all.after + all.astride + windows.by_policy.before;
    if (counted > most) return text("in the second window count", counted, most);
    return {};
}

std::string misreported(LimitsWorld& limits, const Windows& windows, const Setting& setting) {
    const Counts& all = windows.all;
    const std::int64_t midnight_us = kMidnightS * 1'000'000;
    const std::int64_t first = limits.keeper().reported_between(0, midnight_us);
    const std::int64_t total = limits.keeper().counted([](const std::string&) { return false; });
    if (total != limits.admissions()) return text("reported", total, limits.admissions());
    if (first > all.before) return text("reported in the first window", first, all.before);
    if (setting.is_sound && first < all.before - windows.late) {
        return text("reported in time", first, all.before - windows.late);
    }
    return {};
}

void fill(LimitsWorld& limits) {
    for (unsigned shard = 0; shard < snapshot::kUsageShards; ++shard) {
        limits.keeper().set_filled(limits.names().usage_since(shard));
    }
}

std::string run_end(std::uint64_t seed) {
    World world(seed);
    Setting setting = some_setting(world);
    const std::int64_t kind = world.upto(3);
    setting.is_sound = kind == 0;
    setting.is_lossy = kind == 1 || kind == 3;
    if (!setting.is_sound && world.one_in(3)) setting.terms.leaves_one_in = 2 + world.upto(10);
    LimitsWorld limits(world, setting.terms);
    limits.redis().network.delay_us_max = 20 + world.upto(950);
    if (setting.is_lossy) {
        limits.redis().network.slow_one_in = world.upto(1) * (4 + world.upto(30));
        limits.redis().network.lost_one_in = world.upto(1) * (10 + world.upto(60));
        limits.redis().network.stalled_one_in = world.upto(1) * (20 + world.upto(60));
    }
    if (kind >= 2) break_once(world, limits, setting);
    fill(limits);
    limits.start();
    world.run_until(setting.end_us + kSecond + world.upto(kSecond));
    limits.rest();
    limits.redis().network = {};
    world.run_until(setting.end_us + 8 * kSecond);
    if (!limits.violation().empty()) return limits.violation();
    const Windows windows = split(limits, setting);
    std::string wrong = beyond_allowance(windows, setting);
    if (wrong.empty()) wrong = unsettled(limits, windows);
    if (wrong.empty()) wrong = misreported(limits, windows, setting);
    if (wrong.empty() && setting.is_sound) wrong = refused_too_soon(windows, setting);
    return wrong;
}

/// What a loss of memory may forget.
struct Loss {
    std::int64_t first = 0;  ///< Admitted in the window, and not in the database then.
    std::int64_t second = 0;
    std::int64_t forgotten = 0;  ///< Counts that only Redis had.
    std::int64_t repeated = 0;   ///< May be reported again: Redis forgot that it had them.
    std::int64_t admitted_by_end = 0;
    std::int64_t unreported_by_end = 0;
};

/// Until who reported knows that it came.
constexpr std::int64_t kAnsweredUs = 200'000;

void empty(World& world, LimitsWorld& limits, const VirtualLedger& ledger, const Setting& setting,
           Loss& loss) {
    const std::int64_t known = limits.admissions() + limits.waiting();
    if (world.now_us() < setting.end_us) {
        loss.first += known - ledger.used();
    } else {
        const std::int64_t moved = ledger.used_between(kMidnightS, kMidnightS + 86'400);
        const std::int64_t admitted = known - loss.admitted_by_end;
        loss.second += std::max<std::int64_t>(admitted - moved, 0);
        if (limits.quota().window_s() == kMidnightS) {
            // Units that were granted to callers who went away are there for the next.
            const std::int64_t unused = limits.quota().used() - admitted;
            loss.second += limits.quota().held() + std::max<std::int64_t>(unused, 0);
        }
    }
    loss.repeated += limits.keeper().reported_within(kAnsweredUs);
    loss.forgotten +=
        limits.keeper().counted([&ledger](const std::string& batch) { return ledger.has(batch); });
    limits.keeper().empty();
    if (world.one_in(3)) limits.redis().kill(world.upto(kSecond / 2));
}

std::string verdict(LimitsWorld& limits, const VirtualLedger& ledger, const Setting& setting,
                    const Loss& loss) {
    const Windows windows = split(limits, setting);
    const Counts& all = windows.all;
    const std::int64_t admitted = limits.admissions();
    if (ledger.used() > admitted + loss.repeated || ledger.used() < admitted - loss.forgotten) {
        return text("moved", ledger.used(), admitted);
    }
    const std::int64_t first = ledger.used() - ledger.used_between(kMidnightS, kMidnightS + 86'400);
    if (first > all.before + loss.repeated) return text("moved to before", first, all.before);
    if (setting.terms.policy == "closed") {
        if (all.before > setting.allowed_before + loss.first) {
            return text("too many in the first window", all.before, setting.allowed_before);
        }
        if (all.after > setting.allowed_after + loss.second) {
            return text("too many in the second window", all.after, setting.allowed_after);
        }
    }
    const std::int64_t counted =
        limits.quota().window_s() == kMidnightS ? limits.quota().used() + limits.quota().held() : 0;
    if (counted < all.after - loss.second) {
        return text("of the second window count", counted, all.after - loss.second);
    }
    // Whose question was lost with what it gave back, or was granted, counts that.
    const std::int64_t wasted =
        setting.terms.quota < 16'000 ? setting.terms.workers : setting.terms.quota / 1000;
    const std::int64_t most =
        all.after + all.astride + loss.unreported_by_end + loss.repeated + wasted;
    return counted > most ? text("in the second window count", counted, most) : "";
}

std::string run_emptied(std::uint64_t seed) {
    World world(seed);
    Setting setting = some_setting(world);
    if (setting.terms.policy == "local-share") setting.terms.policy = "closed";
    LimitsWorld limits(world, setting.terms);
    VirtualLedger ledger(world, limits);
    limits.redis().network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    ledger.fails_one_in = world.upto(1) * (4 + world.upto(20));
    const std::int64_t killed_one_in = world.upto(1) * (6 + world.upto(60));
    bool is_over = false;
    limits.redis().on_step = [&world, &is_over, killed_one_in] {
        if (!is_over && killed_one_in > 0 && world.one_in(killed_one_in)) throw Killed{};
    };
    ControlPlane one(limits, ledger);
    ControlPlane other(limits, ledger);
    Loss loss;
    world.after(setting.end_us - kStart, [&] {
        const std::int64_t midnight_us = kMidnightS * 1'000'000;
        loss.admitted_by_end = limits.admissions();
        loss.unreported_by_end = limits.admissions() + limits.waiting() -
                                 limits.keeper().reported_between(0, midnight_us);
    });
    for (std::int64_t times = 1 + world.upto(1); times > 0; --times) {
        const std::int64_t at = setting.end_us - kSecond + world.upto(3 * kSecond / 2);
        world.after(at - kStart, [&] { empty(world, limits, ledger, setting, loss); });
    }
    limits.start();
    move_usage(world, one, other, setting.end_us + kSecond + world.upto(kSecond / 2));
    is_over = true;
    limits.rest();
    limits.redis().network = {};
    ledger.fails_one_in = 0;
    move_usage(world, one, other, setting.end_us + 5 * kSecond);
    if (!limits.violation().empty()) return limits.violation();
    return verdict(limits, ledger, setting, loss);
}

}  // namespace

TEST_CASE("a unit counts in the window in which it was granted, and in no other") {
    run_seeds("quota_simulation_test", run_end);
}

TEST_CASE("a Redis that is emptied while a window ends forgets what was not moved of that window") {
    run_seeds("quota_simulation_test", run_emptied);
}
