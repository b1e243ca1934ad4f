#include "data-plane/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace turnpike {
namespace {

/// Kept for everything but callers and back ends, but never more than a quarter.
constexpr std::size_t kReserved = 256;

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) return limit.rlim_cur;
    return raised.rlim_cur;
}

std::size_t callers_within(std::size_t descriptors, std::size_t reactors, std::size_t wanted) {
    const std::size_t usable = descriptors - std::min(kReserved, descriptors / 4);
    return std::clamp<std::size_t>(usable / 2 / reactors, 1, wanted);
}

}  // namespace turnpike
