#include "data-plane/limits/waiter.hpp"

#include <algorithm>

namespace turnpike::limits {

void Line::join(Want& want, SteadyTime now) {
    want.since = now;
    want.state = Want::State::Waiting;
    want.waiter->one_is_awaited();
    wants_.push_back(&want);
}

void Line::leave(Want& want) {
    const auto found = std::find(wants_.begin(), wants_.end(), &want);
    if (found == wants_.end()) return;
    if (static_cast<std::size_t>(found - wants_.begin()) < asked_) --asked_;
    wants_.erase(found);
    want.state = Want::State::Undecided;
    want.waiter->one_is_decided();
}

std::int64_t Line::ask() {
    is_asking_ = true;
    asked_ = wants_.size();
    for (std::size_t i = 0; i < asked_; ++i) wants_[i]->place = static_cast<std::int64_t>(i) + 1;
    return static_cast<std::int64_t>(asked_);
}

Ages Line::ages(SteadyTime now) const {
    return ages_of(static_cast<std::int64_t>(wants_.size()), [this, now](std::int64_t index) {
        const SteadyTime since = wants_[static_cast<std::size_t>(index)]->since;
        return std::chrono::duration_cast<Microseconds>(now - since).count();
    });
}

std::int64_t Line::answered(std::int64_t granted, Grants grants) {
    is_asking_ = false;
    is_away_ = false;
    std::int64_t given = 0;
    for (; asked_ > 0; --asked_) {
        const std::int64_t place = grants == Grants::ByPlace ? wants_.front()->place : given + 1;
        const bool is_granted = place <= granted;
        given += is_granted ? 1 : 0;
        settle_first(is_granted ? Want::State::Granted : Want::State::Refused);
    }
    return granted - given;
}

void Line::lost(SteadyTime retry) {
    is_asking_ = false;
    asked_ = 0;
    await_no_longer(retry);
}

void Line::await_no_longer(SteadyTime retry) {
    is_away_ = true;
    probe_at_ = retry;
}

void Line::settle_first(Want::State state) {
    Want& want = *wants_.front();
    wants_.pop_front();
    want.state = state;
    want.waiter->one_is_decided();
}

Want& Waiter::add(Level level, Source& source) {
    Want& want = wants_[count_++];
    want = {this, &source, level, Want::State::Undecided, {}};
    return want;
}

Waiter::~Waiter() {
    for (Want& want : *this) {
        if (want.state == Want::State::Waiting) want.source->line.leave(want);
    }
    release();
}

void Waiter::commit() {
    for (Want& want : *this) {
        want.source->commit(want);
        want.state = Want::State::Undecided;
    }
}

void Waiter::release() {
    for (Want& want : *this) {
        want.source->release(want);
        want.state = Want::State::Undecided;
    }
}

const Want* Waiter::refused() const {
    for (std::size_t i = 0; i < count_; ++i) {
        if (wants_[i].state == Want::State::Refused) return &wants_[i];
    }
    return nullptr;
}

bool Waiter::has(Want::State state) const {
    return std::any_of(wants_.begin(), wants_.begin() + static_cast<std::ptrdiff_t>(count_),
                       [state](const Want& want) { return want.state == state; });
}

worker::Task<> Waiter::wait_until(SteadyTime deadline) {
    if (!is_decided()) co_await signal_.wait_until(deadline);
}

void Waiter::one_is_decided() {
    if (--awaited_ == 0) signal_.set();
}

}  // namespace turnpike::limits
