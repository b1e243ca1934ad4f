#pragma once

namespace turnpike {

/// Prints the broken condition with its place and ends the process.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace turnpike

/// A bug if false: the process dies and is restarted. Never for what a peer, a file or the database
/// can influence.
#define TURNPIKE_ASSERT(condition)                       \
    (static_cast<bool>(condition) ? static_cast<void>(0) \
                                  : ::turnpike::assertion_failed(#condition, __FILE__, __LINE__))
