#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/simulation/limits_world.hpp"
#include "tests/simulation/seeds.hpp"

/// Real limiters over a Redis that is away for a while: what each policy admits meanwhile, and what
/// is settled afterwards. Source: docs/limits.md, Redis away.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;
/// How long requests come.
constexpr std::int64_t kOffered = 4 * kSecond;
constexpr double kRounding = 0.01;

struct Outage {
    std::int64_t from_us = 0;
    std::int64_t to_us = 0;
    double held = 0;        ///< By all workers when it began, of the throttle.
    std::int64_t left = 0;  ///< Of the quota, as each worker last heard, together.
};

LimitsTerms some_terms(World& world, std::string policy) {
    static constexpr double kRates[] = {5, 20, 60, 200};
    static constexpr double kBursts[] = {1, 2, 5, 20, 100};
    LimitsTerms terms;
    terms.policy = std::move(policy);
    terms.workers = static_cast<int>(1 + world.upto(3));
    if (!world.one_in(4)) terms.throttle = {kRates[world.upto(3)], kBursts[world.upto(4)]};
    if (world.one_in(2)) terms.quota = world.one_in(8) ? 20'000 : 50 + world.upto(400);
    const double rate = terms.throttle.rate > 0 ? terms.throttle.rate : 100;
    terms.requests_per_second =
        rate * (0.2 + static_cast<double>(world.upto(30)) / 10) / terms.workers;
    if (world.one_in(4)) terms.leaves_one_in = 2 + world.upto(10);
    return terms;
}

/// Filled from the start, and as the workers know it.
void fill(LimitsWorld& limits) {
    for (unsigned shard = 0; shard < snapshot::kUsageShards; ++shard) {
        limits.keeper().set_filled(limits.names().usage_since(shard));
    }
}

/// Redis is killed, or stopped, once.
void break_once(World& world, LimitsWorld& limits, const LimitsTerms& terms, Outage& outage) {
    const std::int64_t length = kSecond / 10 + world.upto(3 * kSecond / 2);
    world.after(kSecond / 3 + world.upto(kSecond), [&world, &limits, &terms, &outage, length] {
        outage.from_us = world.now_us();
        outage.to_us = world.now_us() + length;
        outage.held = static_cast<double>(limits.bucket().held() + limits.quota().held());
        // Units that were granted to callers who went away are there for the next.
        outage.held += std::max(0.0, static_cast<double>(limits.quota().used()) -
                                         static_cast<double>(limits.admissions()));
        outage.left = 0;
        const auto& told = limits.keeper().told_left;
        for (const auto& [lessee, left] : told) outage.left += std::max(left.first, left.second);
        outage.left += terms.quota * (terms.workers - static_cast<std::int64_t>(told.size()));
        if (world.one_in(2)) {
            limits.redis().kill(length);
        } else {
            limits.redis().freeze(length);
        }
    });
}

void run(World& world, LimitsWorld& limits) {
    fill(limits);
    limits.start();
    world.run_until(kStart + kOffered);
    limits.rest();
    limits.redis().network = {};
    world.run_until(kStart + kOffered + 12 * kSecond);
}

/// Everything that was admitted is used once, or hardly more, and reported once.
std::string unsettled(LimitsWorld& limits, const LimitsTerms& terms) {
    const std::int64_t admitted = limits.admissions();
    const std::int64_t reported = limits.keeper().counted([](const std::string&) { return false; });
    if (reported != admitted) {
        return std::to_string(admitted) + " admitted, reported " + std::to_string(reported);
    }
    if (terms.quota == 0) return {};
    // What is given back in a question that is lost counts as used.
    const std::int64_t wasted = terms.quota < 16'000 ? terms.workers : terms.quota / 1000;
    const std::int64_t over = limits.quota().used() + limits.quota().held() - admitted;
    if (over >= 0 && over <= wasted) return {};
    return std::to_string(admitted) + " admitted, used " + std::to_string(limits.quota().used());
}

std::string run_closed(std::uint64_t seed) {
    World world(seed);
    const LimitsTerms terms = some_terms(world, "closed");
    LimitsWorld limits(world, terms);
    limits.redis().network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    limits.redis().network.lost_one_in = world.upto(1) * (20 + world.upto(100));
    Outage outage;
    break_once(world, limits, terms, outage);
    run(world, limits);
    if (!limits.violation().empty()) return limits.violation();
    double meanwhile = 0;
    for (const auto& of_worker : limits.decided()) {
        for (const auto& one : of_worker) {
            if (!one.is_admitted) continue;
            if (one.is_by_policy) return "one is admitted by the policy";
            meanwhile += one.since_us > outage.from_us && one.at_us < outage.to_us ? 1 : 0;
        }
    }
    if (terms.throttle.rate > 0 || terms.quota > 0) {
        if (meanwhile > outage.held) return "more is admitted without Redis than was held";
    }
    if (terms.quota > 0 && limits.admissions() > terms.quota) return "more than the quota";
    if (terms.throttle.rate > 0 && most_over(limits.admitted(), terms.throttle) > kRounding) {
        return "a window has too many";
    }
    return {};
}

/// What each worker admitted by the policy is within its share.
std::string beyond_share(const LimitsWorld& limits, const LimitsTerms& terms,
                         const Outage& outage) {
    std::int64_t of_quota = 0;
    for (const auto& of_worker : limits.decided()) {
        std::vector<Admitted> alone;
        for (const auto& one : of_worker) {
            if (!one.is_admitted || !one.is_by_policy) continue;
            if (one.at_us < outage.from_us) return "the policy decides while Redis answers";
            // Afterwards, one of the two limits may be asked for already.
            if (one.at_us > outage.to_us) continue;
            ++of_quota;
            // Of one that waited for its unit when Redis went, the token may be Redis's.
            if (one.since_us > outage.from_us) alone.push_back({one.at_us, one.at_us});
        }
        limits::BucketLimit share = terms.throttle;
        share.rate /= terms.workers;
        share.burst = std::max(share.burst / terms.workers, 1.0);
        if (share.rate <= 0) continue;
        // Of a request whose unit the policy gives, the token may be of those that were held.
        const double over = most_over(alone, share);
        if (over > (terms.quota > 0 ? outage.held : 0) + kRounding) {
            return "a worker admits " + std::to_string(over) + " more than its share";
        }
    }
    const double of_shares = static_cast<double>(outage.left) / terms.workers;
    if (terms.quota > 0 && static_cast<double>(of_quota) > of_shares + outage.held) {
        return "more is admitted than the shares of the quota";
    }
    return {};
}

std::string run_local_share(std::uint64_t seed) {
    World world(seed);
    const LimitsTerms terms = some_terms(world, "local-share");
    LimitsWorld limits(world, terms);
    Outage outage;
    break_once(world, limits, terms, outage);
    run(world, limits);
    if (!limits.violation().empty()) return limits.violation();
    const std::string beyond = beyond_share(limits, terms, outage);
    return beyond.empty() ? unsettled(limits, terms) : beyond;
}

/// What was admitted without Redis is taken off the bucket once: neither not at all nor twice.
std::string run_debt(std::uint64_t seed) {
    World world(seed);
    LimitsTerms terms;
    terms.policy = "local-share";
    terms.workers = static_cast<int>(1 + world.upto(3));
    terms.throttle = {40 + static_cast<double>(world.upto(60)), 10};
    terms.requests_per_second = 2.5 * terms.throttle.rate / terms.workers;
    LimitsWorld limits(world, terms);
    Outage outage;
    break_once(world, limits, terms, outage);
    run(world, limits);
    if (!limits.violation().empty()) return limits.violation();
    const auto admitted = static_cast<double>(limits.admissions());
    const double rate = terms.throttle.rate;
    // A share begins with a token at least; while an answer is awaited, and until Redis is known
    // to be back, for 250 ms, tokens that come are nobody's.
    const double offered_s = static_cast<double>(kOffered) / kSecond;
    const double most = offered_s * rate + 2 * terms.throttle.burst + terms.workers;
    const double least = 0.95 * offered_s * rate - 0.4 * rate - terms.throttle.burst;
    if (admitted <= most && admitted >= least) return {};
    return std::to_string(limits.admissions()) + " admitted of " + std::to_string(offered_s * rate);
}

std::string run_open(std::uint64_t seed) {
    World world(seed);
    LimitsTerms terms = some_terms(world, world.one_in(2) ? "open" : "local-share");
    LimitsWorld limits(world, terms);
    limits.redis().network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    limits.redis().network.lost_one_in = world.upto(1) * (10 + world.upto(100));
    limits.redis().network.stalled_one_in = world.upto(1) * (20 + world.upto(100));
    Outage outage;
    break_once(world, limits, terms, outage);
    run(world, limits);
    return limits.violation().empty() ? unsettled(limits, terms) : limits.violation();
}

}  // namespace

TEST_CASE(
    "closed: without Redis nothing is admitted but what was held, and nothing over the limit") {
    run_seeds("policy_simulation_test", run_closed);
}

TEST_CASE("local-share: without Redis each worker admits its share, which is settled afterwards") {
    run_seeds("policy_simulation_test", run_local_share);
}

TEST_CASE("local-share: tokens that were admitted without Redis are paid once") {
    run_seeds("policy_simulation_test", run_debt);
}

TEST_CASE(
    "whatever is lost or late, what was admitted counts once, and nobody waits beyond 50 ms") {
    run_seeds("policy_simulation_test", run_open);
}
