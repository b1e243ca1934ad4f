#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "common/base/result.hpp"

namespace re2 {
class RE2;
}

namespace turnpike::regex {

/// Compiles an expression of Java's. `flags` are letters that hold for all of it, "im". The bound
/// is of the compiled form with the states that matching keeps. Errors: Invalid, with the reason,
/// if it is malformed, too large, or cannot be matched in linear time (java_syntax.hpp).
Result<std::shared_ptr<const re2::RE2>> compile_java(std::string_view expression,
                                                     std::size_t memory_bytes_max,
                                                     std::string_view flags = {});

}  // namespace turnpike::regex
