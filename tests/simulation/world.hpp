#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::test {

/// Time that passes from event to event, and chance from a seed: the same seed, the same run.
class World {
public:
    explicit World(std::uint64_t seed) : engine_(seed) {}
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    std::int64_t now_us() const { return now_us_; }
    SteadyTime now() const { return SteadyTime(Microseconds(now_us_)); }
    /// `event`: what is to happen then; called once.
    template <typename Event>
    void after(std::int64_t delay_us, Event event);
    /// Until nothing is left to happen before `end_us`.
    void run_until(std::int64_t end_us);
    /// The next event. Returns: false if there is none.
    bool run_next();

    /// 0..most
    std::int64_t upto(std::int64_t most);
    bool one_in(std::int64_t many) { return upto(many - 1) == 0; }
    /// Between the events of a process with so many a second.
    std::int64_t gap_us(double per_second);

private:
    /// Events are most of what a run costs: what one needs lies in its slot, which is used again.
    static constexpr std::size_t kInlineBytes = 112;
    struct Slot {
        alignas(std::max_align_t) std::byte bytes[kInlineBytes];
        /// Takes the event out of the slot, and runs it or not.
        void (*finish)(World& world, std::uint32_t place, bool runs);
    };
    struct Due {
        std::int64_t at_us;
        std::uint64_t order;
        std::uint32_t place;
        bool operator>(const Due& other) const {
            return at_us != other.at_us ? at_us > other.at_us : order > other.order;
        }
    };
    std::uint32_t free_place();
    void schedule(std::int64_t at_us, std::uint32_t place);
    template <typename Event>
    static void finish(World& world, std::uint32_t place, bool runs);

    std::mt19937_64 engine_;
    std::deque<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<Due> due_;  ///< A heap, the next one first.
    std::uint64_t order_ = 0;
    std::int64_t now_us_ = 1'000'000;
};

template <typename Event>
void World::after(std::int64_t delay_us, Event event) {
    if constexpr (sizeof(Event) <= kInlineBytes) {
        const std::uint32_t place = free_place();
        ::new (static_cast<void*>(slots_[place].bytes)) Event(std::move(event));
        slots_[place].finish = &World::finish<Event>;
        schedule(now_us_ + delay_us, place);
    } else {
        after(delay_us, [boxed = std::make_unique<Event>(std::move(event))] { (*boxed)(); });
    }
}

template <typename Event>
void World::finish(World& world, std::uint32_t place, bool runs) {
    Event* const held = std::launder(reinterpret_cast<Event*>(world.slots_[place].bytes));
    Event event = std::move(*held);
    held->~Event();
    world.free_.push_back(place);
    if (runs) event();
}

/// How questions travel. All by chance.
struct Network {
    std::int64_t delay_us_max = 500;
    std::int64_t slow_one_in = 0;  ///< 0: never; a question or answer takes up to 80 ms.
    std::int64_t lost_one_in = 0;  ///< 0: never; a question or its answer never comes.
    /// 0: never; a question comes after it was given up, perhaps after later ones.
    std::int64_t stalled_one_in = 0;
};

}  // namespace turnpike::test
