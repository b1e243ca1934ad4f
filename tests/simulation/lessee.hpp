#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/limits/lease.hpp"
#include "common/limits/quota.hpp"
#include "tests/simulation/quota_keeper.hpp"
#include "tests/simulation/windows.hpp"
#include "tests/simulation/world.hpp"

namespace turnpike::test {

/// Carries questions to a keeper and answers back, late or never.
template <typename Question, typename Answer>
void carry(World& world, const Network& network, Question question,
           std::function<Answer(const Question&)> keeper, std::function<void(const Answer*)> done) {
    const auto travel = [&world, &network] {
        const bool is_slow = network.slow_one_in > 0 && world.one_in(network.slow_one_in);
        return world.upto(is_slow ? 80'000 : network.delay_us_max);
    };
    const auto is_lost = [&world, &network] {
        return network.lost_one_in > 0 && world.one_in(network.lost_one_in);
    };
    constexpr std::int64_t kGivenUp = 1'000'000;
    if (network.stalled_one_in > 0 && world.one_in(network.stalled_one_in)) {
        world.after(kGivenUp, [done] { done(nullptr); });
        return world.after(kGivenUp + world.upto(kGivenUp),
                           [keeper, question] { keeper(question); });
    }
    if (is_lost()) return world.after(kGivenUp, [done] { done(nullptr); });
    const std::int64_t way = travel();
    const std::int64_t back = is_lost() ? -1 : travel();
    world.after(way, [&world, keeper, question, done, back] {
        const Answer answer = keeper(question);
        if (back < 0) return world.after(kGivenUp, [done] { done(nullptr); });
        world.after(back, [answer, done] { done(&answer); });
    });
}

/// One reactor's requests for one bucket: they come by chance, wait for answers, and are admitted
/// or not. A stand-in for the limiter, around the lease that the limiter uses.
class SimulatedLessee : public std::enable_shared_from_this<SimulatedLessee> {
public:
    struct Bucketful {
        limits::Bucket bucket;
        limits::BucketLimit limit;
        std::vector<Admitted> admitted;
        bool is_forgetful = false;  ///< It may lose its memory.
        std::string violation;
    };
    SimulatedLessee(World& world, const Network& network, Bucketful& bucket, std::string name)
        : world_(world),
          network_(network),
          bucket_(bucket),
          name_(std::move(name)),
          ahead_us_(world.upto(10'000'000)),
          drift_ppm_(world.upto(2 * kDriftMax) - kDriftMax) {}

    void live(double requests_per_second);
    void die() { is_alive_ = false; }

private:
    static constexpr std::int64_t kDriftMax = 500;

    void arrive();
    void sweep();
    void ask();
    void take_answer(const limits::BucketAnswer* answer, std::size_t asked);
    limits::BucketAnswer keep(const limits::BucketQuestion& question,
                              const std::vector<std::int64_t>& arrivals);
    limits::BucketAnswer admit_granted(const limits::BucketAnswer& answer,
                                       const std::vector<std::int64_t>& arrivals);
    /// By its own clock, which is another than the keeper's.
    SteadyTime clock(std::int64_t world_us) const {
        return SteadyTime(Microseconds(world_us + ahead_us_ + world_us * drift_ppm_ / 1'000'000));
    }
    SteadyTime now() const { return clock(world_.now_us()); }
    void admit(std::int64_t from_us) { bucket_.admitted.push_back({from_us, world_.now_us()}); }
    limits::Ages ages() const;

    World& world_;
    const Network& network_;
    Bucketful& bucket_;
    std::string name_;
    const std::int64_t ahead_us_;
    const std::int64_t drift_ppm_;
    double rate_ = 0;
    limits::BucketLease lease_{now()};
    std::deque<std::int64_t> waiting_;  ///< When they came.
    bool is_asking_ = false;
    bool is_alive_ = true;
};

/// The same for one key's quota.
class SimulatedSpender : public std::enable_shared_from_this<SimulatedSpender> {
public:
    struct Quota {
        QuotaKeeper keeper;
        limits::QuotaTerms terms;
        std::int64_t spent = 0;     ///< In the window that the keeper is in.
        std::int64_t orphaned = 0;  ///< Granted to requests of those that died.
        std::int64_t reported = 0;
        bool is_filled = true;
        bool is_open = false;  ///< Without an answer, requests are admitted.
        std::string violation;
    };
    SimulatedSpender(World& world, const Network& network, Quota& quota, std::string name)
        : world_(world), network_(network), quota_(quota), name_(std::move(name)) {}

    void live(double requests_per_second);
    void die() { is_alive_ = false; }
    /// No requests come any more.
    void rest() { is_resting_ = true; }

private:
    void arrive();
    void sweep();
    void ask();
    void take_answer(const limits::QuotaAnswer* answer);
    void go_by_policy();
    void spend();

    World& world_;
    const Network& network_;
    Quota& quota_;
    std::string name_;
    double rate_ = 0;
    limits::QuotaLease lease_{world_.now()};
    std::int64_t waiting_ = 0;
    std::int64_t asked_ = 0;  ///< Of those waiting.
    bool is_asking_ = false;
    bool is_alive_ = true;
    bool is_resting_ = false;
};

}  // namespace turnpike::test
