#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/api/contract.hpp"

namespace turnpike::api {

/// How often each operation was called, by class of status, and the time that took. Thread: any.
class CallCounters {
public:
    CallCounters() : rows_(operations().size() + 1) {}

    /// `operation`: an element of operations(), or null for a call that addressed none.
    void record(const Operation* operation, int status, Microseconds took);

    struct Row {
        const Operation* operation = nullptr;      ///< Null: calls that addressed none.
        std::array<std::uint64_t, 5> by_status{};  ///< 1xx to 5xx.
        std::uint64_t microseconds = 0;
    };
    /// Those that were called at least once.
    std::vector<Row> rows() const;

private:
    struct Counters {
        std::array<std::atomic<std::uint64_t>, 5> by_status{};
        std::atomic<std::uint64_t> microseconds{0};
    };
    std::vector<Counters> rows_;  ///< As operations(); the last one for calls that addressed none.
};

}  // namespace turnpike::api
