#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "common/redis/client.hpp"

namespace turnpike::limits {

/// The servers of Redis that do not answer in time, each by a slot of it; without a cluster there
/// is one server, with slot 0. Thread: its reactor's, unless said otherwise.
class Suspects {
public:
    explicit Suspects(const redis::Client& redis) : redis_(redis) {}

    bool has(std::uint16_t slot) const {
        return std::ranges::any_of(slots_, [this, slot](std::uint16_t suspect) {
            return redis_.is_same_server(suspect, slot);
        });
    }
    void add(std::uint16_t slot) {
        if (!has(slot)) slots_.push_back(slot);
        is_any_.store(true, std::memory_order_relaxed);
    }
    /// The server of this slot answered.
    void clear(std::uint16_t slot) {
        if (slots_.empty()) return;
        std::erase_if(slots_, [this, slot](std::uint16_t suspect) {
            return redis_.is_same_server(suspect, slot);
        });
        is_any_.store(!slots_.empty(), std::memory_order_relaxed);
    }
    /// Thread: any.
    bool is_any() const { return is_any_.load(std::memory_order_relaxed); }

private:
    const redis::Client& redis_;
    std::vector<std::uint16_t> slots_;
    std::atomic<bool> is_any_ = false;
};

}  // namespace turnpike::limits
