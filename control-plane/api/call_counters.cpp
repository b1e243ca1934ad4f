#include "control-plane/api/call_counters.hpp"

#include <algorithm>
#include <numeric>

namespace turnpike::api {

void CallCounters::record(const Operation* operation, int status, Microseconds took) {
    const auto index = operation == nullptr
                           ? operations().size()
                           : static_cast<std::size_t>(operation - operations().data());
    Counters& counters = rows_[index];
    const int status_class = std::clamp(status / 100, 1, 5) - 1;
    counters.by_status[static_cast<std::size_t>(status_class)].fetch_add(1,
                                                                         std::memory_order_relaxed);
    counters.microseconds.fetch_add(static_cast<std::uint64_t>(took.count()),
                                    std::memory_order_relaxed);
}

std::vector<CallCounters::Row> CallCounters::rows() const {
    std::vector<Row> result;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        Row row;
        row.operation = i < operations().size() ? &operations()[i] : nullptr;
        for (std::size_t k = 0; k < row.by_status.size(); ++k)
            row.by_status[k] = rows_[i].by_status[k];
        row.microseconds = rows_[i].microseconds;
        const auto calls =
            std::accumulate(row.by_status.begin(), row.by_status.end(), std::uint64_t{0});
        if (calls > 0) result.push_back(row);
    }
    return result;
}

}  // namespace turnpike::api
