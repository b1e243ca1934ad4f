#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace re2 {
class RE2;
}

namespace turnpike::snapshot {

/// A selection pattern, in Java's syntax: must match the whole text. Linear time whatever the
/// pattern. Immutable; copies share the compiled form.
class Pattern {
public:
    /// Errors: Invalid if the pattern is no regular expression, is one that takes more than linear
    /// time (look-around, back references), or would need too much memory.
    static Result<Pattern> compile(std::string_view expression);
    bool matches(std::string_view text) const;

private:
    std::string literal_;  // used while compiled_ is null
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace turnpike::snapshot
