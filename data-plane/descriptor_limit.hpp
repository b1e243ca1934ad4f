#pragma once

#include <cstddef>

namespace turnpike {

/// Lets this process open as many files and sockets as its hard limit allows. Returns: how many.
std::size_t raise_descriptor_limit();

/// Callers that one of `reactors` may hold, `wanted` at most: each may need a descriptor more for
/// its back end, and logs, Redis and names need some as well. A caller beyond waits in the
/// listener's queue, which is better than a connection whose requests all fail.
std::size_t callers_within(std::size_t descriptors, std::size_t reactors, std::size_t wanted);

}  // namespace turnpike
