#pragma once

#include <cstdint>
#include <vector>

#include "common/limits/bucket.hpp"

namespace turnpike::test {

/// A request counts as admitted at some moment between its arrival and the keeper's grant.
struct Admitted {
    std::int64_t from_us;
    std::int64_t to_us;
};

/// By how many the requests that were admitted within any window, whatever the moment in which each
/// of them counts, exceed burst + rate x length.
double most_over(std::vector<Admitted> admitted, const limits::BucketLimit& limit);

}  // namespace turnpike::test
