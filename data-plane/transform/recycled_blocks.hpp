#pragma once

#include <cstddef>
#include <memory_resource>

namespace turnpike::transform {

/// Holds all values of a usual request.
inline constexpr std::size_t kRecycledBytes = 16384;

/// Memory for the heaps of requests: blocks of kRecycledBytes that a thread has given back are used
/// again by it, the last one first, which is still in the processor's cache. While a request waits
/// for its back end others begin and end; the allocator of the process would have given them memory
/// that was last used long ago. A thread keeps 64 blocks at most. Thread: any, also to give back
/// what another has taken.
std::pmr::memory_resource& recycled_blocks();

}  // namespace turnpike::transform
