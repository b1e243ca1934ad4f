#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/schema/look_ahead.hpp"

namespace re2 {
class RE2;
}

namespace turnpike::schema {

/// A pattern of a schema, found anywhere in a text. Linear time whatever the pattern. Immutable;
/// copies share the compiled form. Thread: any.
class Pattern {
public:
    /// Errors: Invalid, with the reason, see ecma_pattern.hpp, or if it needs too much memory.
    static Result<Pattern> compile(std::string_view expression);
    bool is_found_in(std::string_view text) const;
    /// As it was given.
    std::string_view expression() const { return expression_; }
    /// Of the compiled form with the states that matching keeps.
    std::size_t memory_bytes_max() const { return memory_bytes_max_; }

private:
    std::string expression_;
    std::size_t memory_bytes_max_ = 0;
    struct Part {
        std::shared_ptr<const re2::RE2> compiled;
        bool is_negated;
    };
    Result<void> add(const Condition& condition);
    std::vector<Part> parts_;  ///< A text must meet all.
};

}  // namespace turnpike::schema
