#include <map>
#include <memory>
#include <utility>

#include "common/base/text.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/replaced_feed.hpp"
#include "data-plane/cache/shared_names.hpp"
#include "tests/simulation/virtual_machine.hpp"
#include "tests/simulation/virtual_redis.hpp"

/// The feed of what was replaced, as events of the world: what its thread does with a Redis that
/// makes it wait. It asks, is told, trusts for as long and begins anew as that one does.
namespace turnpike::cache {

using test::redis_clock_us;
using test::VirtualMachine;
using test::VirtualRedis;
using test::World;

namespace {

struct Life {
    std::int64_t clock_ahead_us = test::ClockAhead::now_us();
    std::shared_ptr<char> alive = std::make_shared<char>();
};
std::map<const ReplacedFeed*, Life> lives;

/// Unless the feed is gone by then.
void after(const ReplacedFeed& feed, std::int64_t delay_us, std::function<void()> event) {
    const Life& life = lives.at(&feed);
    VirtualMachine::world().after(delay_us,
                                  [event = std::move(event), is_there = std::weak_ptr(life.alive),
                                   ahead_us = life.clock_ahead_us] {
                                      if (is_there.expired()) return;
                                      const test::ClockAhead ahead(ahead_us);
                                      event();
                                  });
}

/// Nothing: the question or its answer is lost.
std::optional<std::int64_t> travel(VirtualRedis& redis) {
    World& world = redis.world();
    if (world.now_us() < redis.followers_cut_until_us) return {};
    if (redis.network.lost_one_in > 0 && world.one_in(redis.network.lost_one_in)) return {};
    const bool is_slow = redis.network.slow_one_in > 0 && world.one_in(redis.network.slow_one_in);
    return 20 + world.upto(is_slow ? 80'000 : redis.network.delay_us_max);
}

using Answered = std::function<void(std::optional<redis::Reply>)>;

/// `until_us`: to which it waits for a reply that has elements.
void look(const ReplacedFeed& feed, const redis::Command& command, std::int64_t until_us,
          const Answered& answered) {
    VirtualRedis& redis = VirtualRedis::current();
    if (redis.is_down()) return answered({});
    if (const std::int64_t rest = redis.frozen_for_us(); rest > 0) {
        return after(feed, rest, [=, &feed] { look(feed, command, until_us, answered); });
    }
    const auto reply = redis.execute(command, 0);
    const std::int64_t left = until_us - redis.world().now_us();
    if (reply->elements.empty() && left > 0) {
        // Whichever comes first: something is written, or the time is over.
        const auto once = std::make_shared<bool>(false);
        const auto again = [=, &feed] {
            if (!std::exchange(*once, true)) look(feed, command, until_us, answered);
        };
        redis.blocked.push_back([again, &feed, is_there = std::weak_ptr(lives.at(&feed).alive)] {
            if (!is_there.expired()) after(feed, 0, again);
        });
        return after(feed, left, again);
    }
    const auto back = travel(redis);
    after(feed, back.value_or(0),
          [=, reply = *reply] { answered(back ? std::optional(reply) : std::nullopt); });
}

/// One answer, or none in time.
void ask(const ReplacedFeed& feed, redis::Command command, Milliseconds blocks, Answered answered) {
    VirtualRedis& redis = VirtualRedis::current();
    auto once = std::make_shared<Answered>(std::move(answered));
    const auto tell = [once](std::optional<redis::Reply> reply) {
        if (const Answered first = std::exchange(*once, nullptr)) first(std::move(reply));
    };
    after(feed, Microseconds(limits::kFeedTrust).count(), [tell] { tell({}); });
    const auto way = travel(redis);
    if (!way || redis.is_down()) return after(feed, way.value_or(0), [tell] { tell({}); });
    after(feed, *way, [=, &feed, &redis, command = std::move(command)] {
        look(feed, command, redis.world().now_us() + Microseconds(blocks).count(), tell);
    });
}

}  // namespace

ReplacedFeed::ReplacedFeed(std::string redis_url, std::string name_space)
    : redis_url_(std::move(redis_url)), stream_(replaced_stream(name_space)) {
    lives[this] = {};
}

ReplacedFeed::~ReplacedFeed() { lives.erase(this); }

void ReplacedFeed::start() {
    if (is_started_.exchange(true)) return;
    after(*this, 0, [this] { run(); });
}

void ReplacedFeed::tell(const Ids& ids) const {
    for (const Listener& listener : listeners_) listener(ids);
}

/// The next question.
void ReplacedFeed::run() {
    const auto fails = [this] {
        last_id_.clear();
        after(*this, Microseconds(limits::kRedisPatience).count(), [this] { run(); });
    };
    if (last_id_.empty()) {
        return ask(*this, {"LAST", stream_}, {}, [this, fails](std::optional<redis::Reply> last) {
            if (!last) return fails();
            last_id_ = last->text;
            tell(nullptr);
            run();
        });
    }
    const SteadyTime asked = steady_now();
    if (asked >= next_comparison_) {
        next_comparison_ = asked + limits::kClockCheck;
        return ask(*this, {"TIME"}, {}, [this, asked](std::optional<redis::Reply> time) {
            if (time) {
                const auto way = std::chrono::duration_cast<Milliseconds>(steady_now() - asked) / 2;
                ahead_ms_ = time->integer + way.count() - epoch_milliseconds(wall_now());
            }
            run();
        });
    }
    ask(*this, {"AFTER", stream_, last_id_}, limits::kFeedBlock,
        [this, fails](std::optional<redis::Reply> news) {
            if (!news) return fails();
            auto ids = std::make_shared<std::vector<std::string>>();
            for (const redis::Reply& id : news->elements) ids->push_back(id.text);
            last_id_ = news->text;
            if (!ids->empty()) tell(ids);
            trusted_until_ = (steady_now() + limits::kFeedTrust).time_since_epoch().count();
            run();
        });
}

}  // namespace turnpike::cache
