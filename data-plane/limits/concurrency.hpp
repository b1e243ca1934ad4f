#pragma once

#include <atomic>
#include <cstdint>

namespace turnpike::limits {

/// How many requests one process works on at a time. Thread: any. Outlives its slots.
class ConcurrencyLimit {
public:
    /// 0: no limit, and nothing is counted.
    explicit ConcurrencyLimit(std::int64_t most) : most_(most) {}

    /// One request's place among them; left when this goes.
    class Slot {
    public:
        Slot() = default;
        ~Slot() {
            if (limit_) limit_->under_way_.fetch_sub(1, std::memory_order_relaxed);
        }
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

    private:
        friend class ConcurrencyLimit;
        ConcurrencyLimit* limit_ = nullptr;
    };

    /// Returns: false if there are as many as may be. Requires: `slot` is not taken.
    bool enter(Slot& slot) {
        if (most_ == 0) return true;
        slot.limit_ = this;
        if (under_way_.fetch_add(1, std::memory_order_relaxed) < most_) return true;
        refused_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }

    std::int64_t most() const { return most_; }
    std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

private:
    const std::int64_t most_;
    std::atomic<std::int64_t> under_way_{0};
    std::atomic<std::uint64_t> refused_{0};
};

}  // namespace turnpike::limits
