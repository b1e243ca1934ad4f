#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/simulation/cache_world.hpp"
#include "tests/simulation/seeds.hpp"

/// The response caches of several workers over one Redis that is slow, loses, stops, forgets and is
/// full; docs/cache.md says what holds.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
/// A lock of somebody who is gone ends after three seconds; then the back end is called.
constexpr std::int64_t kSettles = 5 * kSecond;
constexpr std::int64_t kStart = 1'000'000;
constexpr std::int64_t kPrompt = 1'000;

/// Redis does now and then what it should not.
void break_some(World& world, CacheWorld& caches, bool forgets) {
    world.after(world.upto(kSecond), [&world, &caches, forgets] {
        const std::int64_t length = world.upto(world.one_in(4) ? 2 * kSecond : kSecond / 5);
        switch (world.upto(forgets ? 5 : 3)) {
            case 0:
                caches.redis().freeze(length);
                break;
            case 1:
                caches.redis().kill(length);
                break;
            case 2:
                caches.keeper().is_full = true;
                world.after(length, [&caches] { caches.keeper().is_full = false; });
                break;
            case 3:
                caches.redis().followers_cut_until_us = world.now_us() + length;
                break;
            case 4:
                caches.redis().kill(length);
                caches.keeper().empty();
                break;
            default:
                caches.keeper().empty();
        }
        break_some(world, caches, forgets);
    });
}

Network some_network(World& world) {
    Network network;
    network.delay_us_max = 50 + world.upto(950);
    network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    network.lost_one_in = world.upto(1) * (20 + world.upto(100));
    network.stalled_one_in = world.upto(1) * (50 + world.upto(200));
    return network;
}

CacheTerms some_terms(World& world) {
    CacheTerms terms;
    terms.ttl = Seconds(1 + world.upto(2));
    terms.encrypts = world.one_in(4);
    if (world.one_in(3)) terms.stale_while_revalidate = Seconds(1 + world.upto(1));
    if (world.one_in(3)) terms.stale_if_error = Seconds(1 + world.upto(2));
    if (world.one_in(4)) terms.memory_bytes_max = static_cast<std::size_t>(world.upto(8'000));
    terms.flushes = world.one_in(2);
    if (world.one_in(3)) terms.call_us_max = 300'000;
    return terms;
}

void happen(World& world, CacheWorld& caches, const CacheTerms& terms) {
    if (!terms.flushes) return;
    world.after(world.upto(2 * kSecond), [&world, &caches, &terms] {
        caches.flush();
        happen(world, caches, terms);
    });
}

/// `settles_us`: within that each request is over.
std::string run(World& world, CacheWorld& caches, const CacheTerms& terms,
                std::int64_t settles_us = kSettles) {
    const std::int64_t workers = 2 + world.upto(1);
    for (std::int64_t i = 0; i < workers; ++i) {
        caches.add_worker(static_cast<int>(1 + world.upto(1)),
                          20 + static_cast<double>(world.upto(40)));
    }
    happen(world, caches, terms);
    world.run_until(kStart + 3 * kSecond);
    caches.rest();
    world.run_until(kStart + 3 * kSecond + settles_us);
    if (!caches.violation().empty()) return caches.violation();
    if (caches.waiting() > 0) return "a request has no answer in time";
    return {};
}

std::string run_sound(std::uint64_t seed) {
    World world(seed);
    CacheTerms terms = some_terms(world);
    // A call that is still under way when its stage is flushed is no call for the same key.
    terms.clock_error_us = 2 * kPrompt + 1'000;
    CacheWorld caches(world, terms);
    caches.redis().network.delay_us_max = kPrompt / 2;
    caches.is_calm = true;
    const std::string violation = run(world, caches, terms);
    if (!violation.empty()) return violation;
    return caches.hits() > caches.calls() / 4 ? "" : "hardly anything is found";
}

std::string run_faulty(std::uint64_t seed) {
    World world(seed);
    CacheTerms terms = some_terms(world);
    terms.fails_one_in = world.upto(1) * (2 + world.upto(20));
    terms.unstorable_one_in = world.upto(1) * (4 + world.upto(20));
    terms.leaves_one_in = world.upto(1) * (4 + world.upto(20));
    if (world.one_in(4))
        terms.stage_bytes_max = 400 + static_cast<std::uint64_t>(world.upto(2'000));
    if (world.one_in(4)) terms.clock_ahead_us_max = 2 * kSecond;
    // Half of what the slowest comparison took; before the first, the clock of the machine counts.
    terms.clock_error_us = 160'000 + terms.clock_ahead_us_max;
    CacheWorld caches(world, terms);
    caches.redis().network = some_network(world);
    break_some(world, caches, true);
    if (world.one_in(2)) world.after(world.upto(3 * kSecond), [&] { caches.replace_worker(); });
    return run(world, caches, terms);
}

std::string run_replacing(std::uint64_t seed) {
    World world(seed);
    CacheTerms terms = some_terms(world);
    terms.replaces_one_in = 3 + world.upto(20);
    terms.leaves_one_in = world.upto(1) * (4 + world.upto(20));
    // An answer that is gone is not remembered to have been replaced.
    terms.call_us_max = 300'000;
    const bool is_sound = world.one_in(2);
    terms.clock_error_us = is_sound ? 2 * kPrompt + 1'000 : 160'000;
    terms.told_within_us = is_sound ? 20'000 : 700'000;
    CacheWorld caches(world, terms);
    caches.redis().network.delay_us_max = kPrompt / 2;
    if (!is_sound) {
        caches.redis().network = some_network(world);
        break_some(world, caches, false);
    }
    return run(world, caches, terms);
}

/// A replica takes over that lacks what was written last, once or twice.
void fail_over_some(World& world, CacheWorld& caches, const CacheTerms& terms) {
    for (std::int64_t times = 1 + world.upto(1); times > 0; --times) {
        const std::int64_t from = world.upto(2 * kSecond);
        const std::int64_t lag = world.upto(world.one_in(2) ? kSecond : kSecond / 10);
        const auto copy = std::make_shared<CacheKeeper::Memory>();
        const std::int64_t until_us = kStart + from;
        world.after(from, [&caches, copy] { *copy = caches.keeper().memory(); });
        world.after(from + lag, [&world, &caches, copy, until_us] {
            caches.fail_over(std::move(*copy), until_us, world.upto(kSecond / 2));
        });
        if (terms.flushes && world.one_in(2)) {
            world.after(from + world.upto(lag), [&caches] { caches.flush(); });
        }
    }
}

std::string run_failover(std::uint64_t seed) {
    World world(seed);
    CacheTerms terms = some_terms(world);
    terms.replaces_one_in = 2 + world.upto(10);
    terms.leaves_one_in = world.upto(1) * (4 + world.upto(20));
    terms.clock_error_us = 160'000;
    terms.told_within_us = 700'000;
    CacheWorld caches(world, terms);
    caches.redis().network.delay_us_max = kPrompt / 2;
    if (world.one_in(2)) caches.redis().network = some_network(world);
    fail_over_some(world, caches, terms);
    if (world.one_in(2)) {
        world.after(world.upto(3 * kSecond), [&caches] { caches.replace_worker(); });
    }
    // A lock comes back whose owner had removed it, and then one may be lost with its owner's word.
    return run(world, caches, terms, 8 * kSecond);
}

}  // namespace

TEST_CASE("each key is called for once at a time, and what is found is fresh and its own") {
    run_seeds("cache_simulation_test", run_sound);
}

TEST_CASE(
    "whatever Redis does, nothing old, flushed or another's is found, and nobody waits for ever") {
    run_seeds("cache_simulation_test", run_faulty);
}

TEST_CASE("what was replaced is not found any more") {
    run_seeds("cache_simulation_test", run_replacing);
}

TEST_CASE("a replica that is behind brings back what was replaced last only, and nothing flushed") {
    run_seeds("cache_simulation_test", run_failover);
}
