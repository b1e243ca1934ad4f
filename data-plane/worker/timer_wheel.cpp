#include "data-plane/worker/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace turnpike::worker {

std::int64_t TimerWheel::tick_after(SteadyTime when) const {
    // Far deadlines ("never") are cut to a century, so that rounding up cannot overflow.
    constexpr auto kFarthest = std::chrono::hours{24 * 36525};
    const auto delay = std::min<SteadyTime::duration>(when - start_, kFarthest);
    return (std::chrono::ceil<Milliseconds>(delay).count() + kTick.count() - 1) / kTick.count();
}

void TimerWheel::set(Timer& timer, SteadyTime when) {
    timer.due_tick_ = std::max(tick_after(when), current_tick_ + 1);
    if (timer.scheduled_tick_ == kExpiring) return;  // advance() moves it in a moment
    if (timer.scheduled_tick_ != Timer::kNever) {
        if (timer.scheduled_tick_ <= timer.due_tick_) return;
        unlink(timer);
    }
    link(timer, timer.due_tick_);
}

void TimerWheel::link(Timer& timer, std::int64_t tick) {
    const std::size_t bucket = bucket_of(tick);
    Timer*& head = buckets_[bucket];
    timer.scheduled_tick_ = tick;
    if (head == nullptr) {
        head = timer.next_ = timer.previous_ = &timer;
        occupied_[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
    } else {
        timer.next_ = head;
        timer.previous_ = head->previous_;
        head->previous_->next_ = &timer;
        head->previous_ = &timer;
    }
    ++linked_;
}

void TimerWheel::unlink(Timer& timer) {
    if (timer.scheduled_tick_ == Timer::kNever) return;
    const bool is_expiring = timer.scheduled_tick_ == kExpiring;
    const std::size_t bucket = is_expiring ? 0 : bucket_of(timer.scheduled_tick_);
    Timer*& head = is_expiring ? expiring_ : buckets_[bucket];
    if (timer.next_ == &timer) {
        head = nullptr;
        if (!is_expiring) occupied_[bucket / 64] &= ~(std::uint64_t{1} << (bucket % 64));
    } else {
        timer.next_->previous_ = timer.previous_;
        timer.previous_->next_ = timer.next_;
        if (head == &timer) head = timer.next_;
    }
    timer.next_ = timer.previous_ = nullptr;
    timer.scheduled_tick_ = Timer::kNever;
    --linked_;
}

void TimerWheel::advance(SteadyTime now) {
    const std::int64_t now_tick = (now - start_) / kTick;
    if (linked_ == 0) {
        current_tick_ = std::max(current_tick_, now_tick);
        return;
    }
    // After a long pause every bucket is due once, not once a round.
    current_tick_ = std::max(current_tick_, now_tick - static_cast<std::int64_t>(kBuckets));
    while (current_tick_ < now_tick) look_at(++current_tick_, now_tick);
}

void TimerWheel::look_at(std::int64_t tick, std::int64_t now_tick) {
    const std::size_t bucket = bucket_of(tick);
    if (buckets_[bucket] == nullptr) return;
    expiring_ = std::exchange(buckets_[bucket], nullptr);
    occupied_[bucket / 64] &= ~(std::uint64_t{1} << (bucket % 64));
    Timer* timer = expiring_;
    do {
        timer->scheduled_tick_ = kExpiring;
        timer = timer->next_;
    } while (timer != expiring_);
    while (expiring_ != nullptr) look_at_first(now_tick);
}

void TimerWheel::look_at_first(std::int64_t now_tick) {
    Timer& timer = *expiring_;
    unlink(timer);
    if (timer.due_tick_ == Timer::kNever) return;
    if (timer.due_tick_ > now_tick) {
        link(timer, timer.due_tick_);
        return;
    }
    timer.due_tick_ = Timer::kNever;
    // A copy: the callback may destroy the timer and with it itself.
    const auto callback = timer.callback_;
    callback();
}

std::optional<SteadyTime> TimerWheel::next_look() const {
    if (linked_ == 0) return std::nullopt;
    const std::size_t first = bucket_of(current_tick_ + 1);
    for (std::size_t step = 0; step <= occupied_.size(); ++step) {
        const std::size_t word = (first / 64 + step) % occupied_.size();
        std::uint64_t bits = occupied_[word];
        if (step == 0) bits &= ~std::uint64_t{0} << (first % 64);
        if (bits == 0) continue;
        const std::size_t bucket = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        const auto ahead = static_cast<std::int64_t>((bucket + kBuckets - first) % kBuckets);
        return start_ + (current_tick_ + 1 + ahead) * kTick;
    }
    return std::nullopt;
}

}  // namespace turnpike::worker
