#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "common/base/clock.hpp"

namespace turnpike::store {

/// Lets a few changes work at a time, in the order in which they came, so that reads find a
/// processor. Courtesy, not a lock: whoever has waited for `patience` goes on all the same, so a
/// long import or a wait for another's lock delays others by that much at most. Thread: any.
class WriteTurns {
public:
    WriteTurns(std::size_t at_once, Milliseconds patience) : free_(at_once), patience_(patience) {}
    WriteTurns(const WriteTurns&) = delete;
    WriteTurns& operator=(const WriteTurns&) = delete;

    /// May be empty: then patience was over. Ends with end(), or when it is destroyed.
    class Turn {
    public:
        Turn() = default;
        explicit Turn(WriteTurns& turns) : turns_(&turns) {}
        Turn(Turn&& other) noexcept;
        Turn& operator=(Turn&&) = delete;
        ~Turn() { end(); }
        explicit operator bool() const { return turns_ != nullptr; }
        void end();

    private:
        WriteTurns* turns_ = nullptr;
    };

    Turn take();

private:
    struct Waiting {
        std::condition_variable called;
        bool has_turn = false;
    };
    void end_one();

    std::mutex mutex_;
    std::size_t free_;
    std::deque<Waiting*> queue_;
    const Milliseconds patience_;
};

}  // namespace turnpike::store
