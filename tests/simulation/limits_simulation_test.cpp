#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "tests/simulation/lessee.hpp"
#include "tests/simulation/seeds.hpp"
#include "tests/simulation/windows.hpp"

/// Lessees of one bucket, or of one quota, over a network that is slow and loses, some of them
/// killed. Thousands of seeds; TURNPIKE_SIMULATION_SEEDS="<first>,<count>" chooses others, and a
/// seed that fails fails again.
using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'000'000;

Network some_network(World& world, bool is_sound) {
    Network network;
    network.delay_us_max = 50 + world.upto(950);
    if (is_sound) return network;
    network.slow_one_in = world.upto(1) * (5 + world.upto(50));
    network.lost_one_in = world.upto(1) * (5 + world.upto(50));
    network.stalled_one_in = world.upto(1) * (5 + world.upto(50));
    return network;
}

limits::BucketLimit some_limit(World& world) {
    static constexpr double kRates[] = {1, 3.3, 10, 100, 1000, 5000, 20'000};
    static constexpr double kBursts[] = {1, 2, 3, 10, 64, 500, 5000};
    return {kRates[world.upto(6)], kBursts[world.upto(6)]};
}

using Lessees = std::vector<std::shared_ptr<SimulatedLessee>>;

/// Every now and then one is killed, and another comes.
void replace_some(World& world, const Network& network, SimulatedLessee::Bucketful& bucket,
                  Lessees& lessees, double rate) {
    world.after(world.upto(kSecond), [&world, &network, &bucket, &lessees, rate] {
        auto& victim = lessees[static_cast<std::size_t>(
            world.upto(static_cast<std::int64_t>(lessees.size()) - 1))];
        victim->die();
        victim = std::make_shared<SimulatedLessee>(world, network, bucket,
                                                   "late" + std::to_string(world.now_us()));
        victim->live(rate);
        replace_some(world, network, bucket, lessees, rate);
    });
}

/// So long that some thousand requests come; now and then, so long that leases end.
std::int64_t length_us(World& world, double rate, bool is_sound) {
    const double seconds = std::clamp(200 / rate, 0.2, 6.0);
    const bool is_long = !is_sound && rate <= 10 && world.one_in(4);
    return is_long ? 25 * kSecond : static_cast<std::int64_t>(seconds * 1e6);
}

/// Redis is emptied, or a replica takes its place that lacks what came last.
void lose_memory(World& world, SimulatedLessee::Bucketful& bucket, std::int64_t length) {
    const std::int64_t at = world.upto(length);
    const std::int64_t lag = world.one_in(2) ? -1 : std::min(at, world.upto(kSecond));
    const auto copy = std::make_shared<limits::Bucket>();
    if (lag >= 0) world.after(at - lag, [copy, &bucket] { *copy = bucket.bucket; });
    world.after(at, [copy, &bucket] { bucket.bucket = *copy; });
}

/// Returns: what went wrong, or nothing.
std::string run_bucket(std::uint64_t seed, bool is_sound) {
    World world(seed);
    const Network network = some_network(world, is_sound);
    SimulatedLessee::Bucketful bucket;
    bucket.limit = some_limit(world);
    if (is_sound) bucket.limit.burst = std::max(bucket.limit.burst, 2.0);
    const auto count = static_cast<std::size_t>(1 + world.upto(7));
    const std::int64_t length = length_us(world, bucket.limit.rate, is_sound);
    // Ten times the rate if it is to be exhausted; else by chance, from idle to that.
    const double offered =
        bucket.limit.rate * (is_sound ? 10 : static_cast<double>(world.upto(100)) / 10 + 0.1);
    const double rate = offered / static_cast<double>(count);
    Lessees lessees;
    for (std::size_t i = 0; i < count; ++i) {
        lessees.push_back(std::make_shared<SimulatedLessee>(world, network, bucket,
                                                            "lessee" + std::to_string(i)));
        lessees.back()->live(rate);
    }
    if (!is_sound && world.one_in(2)) replace_some(world, network, bucket, lessees, rate);
    const bool loses = !is_sound && world.one_in(4);
    bucket.is_forgetful = loses;
    if (loses) lose_memory(world, bucket, length);
    world.run_until(kStart + length);
    for (const auto& lessee : lessees) lessee->die();
    if (!bucket.violation.empty()) return bucket.violation;
    // Once begun anew, or from as it was up to a second ago.
    const double forgiven = loses ? bucket.limit.burst + bucket.limit.rate : 0;
    if (const double over = most_over(bucket.admitted, bucket.limit); over > forgiven + 0.01) {
        return "a window has " + std::to_string(over) + " admissions too many";
    }
    const double least = 0.98 * bucket.limit.rate * static_cast<double>(length) / 1e6;
    // The last token may come after the end.
    if (is_sound && static_cast<double>(bucket.admitted.size()) + 1 < least) {
        return "only " + std::to_string(bucket.admitted.size()) + " of " + std::to_string(least) +
               " admitted";
    }
    return {};
}

std::string run_quota(std::uint64_t seed) {
    World world(seed);
    const Network network = some_network(world, world.one_in(2));
    SimulatedSpender::Quota quota;
    quota.terms.period = "HOUR";
    quota.terms.limit = world.one_in(32) ? 16'000 + world.upto(20'000) : 20 + world.upto(300);
    std::vector<std::shared_ptr<SimulatedSpender>> spenders;
    const double rate = static_cast<double>(quota.terms.limit) / 2.0;
    for (int i = 0; i < 4; ++i) {
        spenders.push_back(std::make_shared<SimulatedSpender>(world, network, quota,
                                                              "spender" + std::to_string(i)));
        spenders.back()->live(rate / 4);
    }
    const bool kills = world.one_in(2);
    if (kills) {
        world.run_until(kStart + kSecond + world.upto(2 * kSecond));
        for (std::size_t i = 0; i < spenders.size(); ++i) {
            spenders[i]->die();
            spenders[i] = std::make_shared<SimulatedSpender>(world, network, quota,
                                                             "next" + std::to_string(i));
            spenders[i]->live(rate / 4);
        }
    }
    world.run_until(kStart + 7 * kSecond);
    for (const auto& spender : spenders) spender->die();
    if (!quota.violation.empty()) return quota.violation;
    if (network.lost_one_in + network.slow_one_in + network.stalled_one_in > 0) return {};
    const std::int64_t left = quota.terms.limit - quota.spent - quota.orphaned;
    const auto waste_max =
        static_cast<std::int64_t>(static_cast<double>(quota.terms.limit) * 0.001);
    if (left > (kills ? waste_max : 0)) {
        return std::to_string(left) + " units were never spent, of " +
               std::to_string(quota.terms.limit);
    }
    return {};
}

/// What the policy admitted, while answers are lost, or while an emptied shard is filled.
std::string run_outage(std::uint64_t seed) {
    World world(seed);
    const bool is_emptied = world.one_in(2);
    Network network = some_network(world, is_emptied);
    SimulatedSpender::Quota quota;
    quota.terms.period = "HOUR";
    quota.terms.limit = world.one_in(2) ? 10'000 : 20'000;
    quota.is_open = true;
    std::vector<std::shared_ptr<SimulatedSpender>> spenders;
    const double rate = 20 + static_cast<double>(world.upto(80));
    for (int i = 0; i < 4; ++i) {
        spenders.push_back(std::make_shared<SimulatedSpender>(world, network, quota,
                                                              "spender" + std::to_string(i)));
        spenders.back()->live(rate / 4);
    }
    if (is_emptied) {
        const std::int64_t at = world.upto(3 * kSecond);
        world.after(at, [&quota] { quota.is_filled = false; });
        world.after(at + 1 + world.upto(kSecond), [&quota, &world] {
            const Window window = window_of(quota.terms.period, world.now_us());
            quota.keeper.begin_with(window.first_s, quota.reported);
            quota.is_filled = true;
        });
    }
    world.run_until(kStart + 4 * kSecond);
    for (const auto& spender : spenders) spender->rest();
    network = {};
    world.run_until(kStart + 12 * kSecond);
    for (const auto& spender : spenders) spender->die();
    // What was spent of a stock since its last question counts when its lease ends. Of what was on
    // its way when the memory was lost, a request of each may be forgotten, and so may its stock.
    const std::int64_t forgotten = quota.spent - quota.keeper.used() - quota.keeper.held();
    const std::int64_t stock_max = quota.terms.limit < 16'000 ? 0 : quota.terms.limit / 1000;
    const std::int64_t forgotten_max = is_emptied ? 8 + stock_max : 0;
    if (quota.keeper.used() > quota.spent || forgotten > forgotten_max ||
        quota.reported != quota.spent) {
        return std::string(is_emptied ? "emptied: " : "") + "spent " + std::to_string(quota.spent) +
               ", used " + std::to_string(quota.keeper.used()) + ", reported " +
               std::to_string(quota.reported);
    }
    return {};
}

template <typename Run>
void run_all(Run run) {
    run_seeds("limits_simulation_test", run);
}

}  // namespace

TEST_CASE("no window has more than burst + rate x length, whatever is slow, lost or killed") {
    run_all([](std::uint64_t seed) { return run_bucket(seed, false); });
}

TEST_CASE("offered ten times the rate, at least 98 % of it is admitted") {
    run_all([](std::uint64_t seed) { return run_bucket(seed, true); });
}

TEST_CASE("a quota is spent to its last unit, and not beyond") {
    run_all([](std::uint64_t seed) { return run_quota(seed); });
}

TEST_CASE("what was admitted without Redis counts once, and is reported once") {
    run_all([](std::uint64_t seed) { return run_outage(seed); });
}
