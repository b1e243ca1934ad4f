#include "control-plane/store/write_turns.hpp"

#include <utility>

namespace turnpike::store {

WriteTurns::Turn::Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}

void WriteTurns::Turn::end() {
    if (WriteTurns* turns = std::exchange(turns_, nullptr)) turns->end_one();
}

WriteTurns::Turn WriteTurns::take() {
    std::unique_lock lock(mutex_);
    if (free_ > 0) {
        --free_;
        return Turn(*this);
    }
    Waiting waiting;
    queue_.push_back(&waiting);
    if (waiting.called.wait_for(lock, patience_, [&waiting] { return waiting.has_turn; })) {
        return Turn(*this);
    }
    std::erase(queue_, &waiting);
    return {};
}

/// The turn goes to the next in line, before anybody who comes now.
void WriteTurns::end_one() {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
        ++free_;
        return;
    }
    Waiting& next = *queue_.front();
    queue_.pop_front();
    next.has_turn = true;
    next.called.notify_one();  // under the lock: it may be gone afterwards
}

}  // namespace turnpike::store
