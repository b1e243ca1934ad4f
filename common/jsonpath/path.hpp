#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/value.hpp"

/// JSONPath as the service evaluates it: the language of Jayway JsonPath over dynamic values.
/// Compiled once, evaluated by any number of threads. docs/jsonpath.md tells which version's rules
/// hold where versions differ.
namespace turnpike::jsonpath {

struct Program;

inline constexpr std::size_t kExpressionBytesMax = 4096;
inline constexpr std::size_t kStepsMax = 256;   ///< Of one path.
inline constexpr std::size_t kNestingMax = 32;  ///< Filters, parentheses and lists in each other.

/// A compiled expression. Immutable; copies share the program.
class Path {
public:
    explicit Path(std::shared_ptr<const Program> program);
    /// Whether at most one value can match. Only other paths (wildcards, `..`, filters, slices,
    /// lists of indices) give lists.
    bool is_definite() const;

private:
    friend class Evaluation;
    std::shared_ptr<const Program> program_;
};

/// A path that starts with neither `$` nor `@` is one below the root. Errors: Invalid; the message
/// says what is wrong and at which character, counted from 1.
Result<Path> compile(std::string_view expression);

/// Bounds of one evaluation, besides the memory of its heap.
struct Limits {
    /// Values visited and compared; texts count by their length.
    std::size_t steps_max = 10'000'000;
};

/// What the path finds in `root`, which it does not change. A definite path: the value itself,
/// shared with the root, or nothing if it is missing. Any other: a new list of such values, empty
/// if nothing matches. What functions compute and keys() names is new, too. `root` may be of any
/// depth; values that contain themselves end in an error at the latest.
/// Lifetime: the result refers to `root` and to `heap`, not to `path`.
/// Errors: LimitExceeded if the limits or the heap do not suffice.
Result<std::optional<dynamic::Value>> evaluate(const Path& path, const dynamic::Value& root,
                                               dynamic::Heap& heap, const Limits& limits = {});

}  // namespace turnpike::jsonpath
