#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"
#include "common/template/budget.hpp"

namespace re2 {
class RE2;
}

namespace turnpike::velocity {

/// A regular expression in Java's syntax, as far as RE2 has the same: linear time on every input,
/// hence no look-around and no back references. Immutable. Thread: any. Source: java.util.regex.
class Regex {
public:
    /// What Java's syntax has and RE2 spells otherwise is translated. Never null: one that cannot
    /// be used says so in problem().
    static std::shared_ptr<const Regex> compile(std::string_view expression);

    /// Why it cannot be used; empty if it can. Then nothing below may be called.
    const std::string& problem() const { return problem_; }

    /// What compiling it took, in steps.
    std::size_t cost() const { return cost_; }

    // What the work takes is charged; once the steps are spent it ends early.
    bool matches(std::string_view text, Budget& budget) const;
    /// `replacement` has `$1`, `${name}` and `\` as Java has. Errors: Invalid if it is malformed.
    Result<std::string_view> replace(std::string_view text, std::string_view replacement,
                                     bool is_all, dynamic::Heap& heap, Budget& budget) const;
    /// String.split(expression, limit).
    std::pmr::vector<std::string_view> split(std::string_view text, std::int64_t limit,
                                             dynamic::Heap& heap, Budget& budget) const;

private:
    bool find(std::string_view text, std::size_t from, std::span<std::string_view> groups,
              Budget& budget) const;
    void charge(std::size_t bytes, Budget& budget) const;
    Result<void> expand(std::string_view replacement, std::span<const std::string_view> groups,
                        std::pmr::string& out) const;

    std::string problem_;
    std::string literal_;  ///< Used while compiled_ is null.
    std::shared_ptr<const re2::RE2> compiled_;
    std::size_t groups_ = 1;
    std::size_t program_size_ = 0;  ///< RE2's: how many states a byte may be in.
    std::size_t cost_ = 0;
    bool is_local_ = true;  ///< A match is found without looking at what follows it.
};

}  // namespace turnpike::velocity
