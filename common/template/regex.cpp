#include "common/template/regex.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/regex/java_pattern.hpp"
#include "common/regex/java_syntax.hpp"
#include "common/template/search.hpp"
#include "common/template/unicode.hpp"

namespace turnpike::velocity {
namespace {

constexpr std::size_t kExpressionBytesMax = 4096;
constexpr std::size_t kMemoryBytesMax = 1 << 20;
constexpr std::size_t kGroupsMax = 32;
constexpr std::size_t kFailedSteps = 20'000;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::shared_ptr<const Regex> Regex::compile(std::string_view expression) {
    auto made = std::make_shared<Regex>();
    made->cost_ = 1000 + 100 * std::min(expression.size(), kExpressionBytesMax);
    if (expression.size() > kExpressionBytesMax) {
        made->problem_ = "the regular expression is too long";
        return made;
    }
    if (auto literal = regex::as_literal(expression)) {
        made->literal_ = std::move(*literal);
        return made;
    }
    auto compiled = regex::compile_java(expression, kMemoryBytesMax);
    if (!compiled) {
        made->cost_ += kFailedSteps;
        made->problem_ = "the regular expression is not supported: " + compiled.error().message;
        return made;
    }
    made->compiled_ = std::move(*compiled);
    made->program_size_ = static_cast<std::size_t>(made->compiled_->ProgramSize());
    made->cost_ += 4 * made->program_size_;
    made->is_local_ = regex::is_local(expression);
    made->groups_ = static_cast<std::size_t>(made->compiled_->NumberOfCapturingGroups()) + 1;
    if (made->groups_ > kGroupsMax) made->problem_ = "the regular expression has too many groups";
    return made;
}

/// RE2 gives up its fast automaton for large programs, and then follows many states at once.
void Regex::charge(std::size_t bytes, Budget& budget) const {
    budget.step();
    budget.charge(bytes * (1 + program_size_ / 16));
}

bool Regex::matches(std::string_view text, Budget& budget) const {
    charge(text.size(), budget);
    return compiled_ ? re2::RE2::FullMatch(piece(text), *compiled_) : text == literal_;
}

/// Where nothing takes part in the match, a group has no data.
bool Regex::find(std::string_view text, std::size_t from, std::span<std::string_view> groups,
                 Budget& budget) const {
    if (budget.is_spent()) return false;
    if (!compiled_) {
        const std::size_t at = find_text(text, literal_, from);
        if (at == std::string_view::npos) return false;
        groups[0] = text.substr(at, literal_.size());
        charge(at - from, budget);
        return true;
    }
    std::array<re2::StringPiece, kGroupsMax> found;
    if (!compiled_->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, found.data(),
                          static_cast<int>(groups_))) {
        charge(text.size() - from, budget);
        return false;
    }
    const auto end = static_cast<std::size_t>(found[0].end() - text.data());
    charge((is_local_ ? end : text.size()) - from, budget);
    for (std::size_t group = 0; group < groups_; ++group) {
        groups[group] = {found[group].data(), found[group].size()};
    }
    return true;
}

Result<std::string_view> Regex::replace(std::string_view text, std::string_view replacement,
                                        bool is_all, dynamic::Heap& heap, Budget& budget) const {
    if (!compiled_ && find_text(text, literal_, 0) == std::string_view::npos) {
        charge(text.size(), budget);
        return text;
    }
    std::array<std::string_view, kGroupsMax> groups;
    std::pmr::string out(heap.resource());
    std::size_t copied = 0;
    for (std::size_t from = 0; from <= text.size() && find(text, from, groups, budget);) {
        const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
        out += text.substr(copied, at - copied);
        const auto expanded = expand(replacement, {groups.data(), groups_}, out);
        if (!expanded) return expanded.error();
        copied = at + groups[0].size();
        from = copied;
        if (groups[0].empty()) {
            // On behind an empty match, by whole characters.
            if (from == text.size()) break;
            next_code_point(text, from);
        }
        if (!is_all) break;
    }
    if (copied == 0 && out.empty()) return text;
    out += text.substr(copied);
    return heap.copy(out);
}

Result<void> Regex::expand(std::string_view replacement, std::span<const std::string_view> groups,
                           std::pmr::string& out) const {
    for (std::size_t at = 0; at < replacement.size(); ++at) {
        const char c = replacement[at];
        if (c == '\\') {
            if (++at == replacement.size()) return invalid("the replacement ends with a backslash");
            out += replacement[at];
        } else if (c != '$') {
            out += c;
        } else if (replacement.substr(at + 1).starts_with('{')) {
            const std::size_t end = replacement.find('}', at);
            if (end == std::string_view::npos) return invalid("a group of the replacement is open");
            const std::string name(replacement.substr(at + 2, end - at - 2));
            if (!compiled_ || !compiled_->NamedCapturingGroups().contains(name)) {
                return invalid("the replacement names a group that is not there");
            }
            out += groups[static_cast<std::size_t>(
                compiled_->NamedCapturingGroups().find(name)->second)];
            at = end;
        } else {
            if (at + 1 == replacement.size() || !is_digit(replacement[at + 1])) {
                return invalid("'$' in the replacement is not followed by a group");
            }
            auto group = static_cast<std::size_t>(replacement[++at] - '0');
            if (group >= groups.size()) {
                return invalid("the replacement names a group that is not there");
            }
            while (at + 1 < replacement.size() && is_digit(replacement[at + 1])) {
                const auto longer =
                    group * 10 + static_cast<std::size_t>(replacement[at + 1] - '0');
                if (longer >= groups.size()) break;
                group = longer;
                ++at;
            }
            out += groups[group];
        }
    }
    return {};
}

std::pmr::vector<std::string_view> Regex::split(std::string_view text, std::int64_t limit,
                                                dynamic::Heap& heap, Budget& budget) const {
    std::pmr::vector<std::string_view> pieces(heap.resource());
    std::array<std::string_view, kGroupsMax> groups;
    std::size_t piece_from = 0;
    for (std::size_t from = 0; from <= text.size() && find(text, from, groups, budget);) {
        if (limit > 0 && static_cast<std::int64_t>(pieces.size()) == limit - 1) break;
        const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = at + groups[0].size();
        from = end;
        if (groups[0].empty()) {
            if (at == text.size()) break;
            next_code_point(text, from);
        }
        // An empty match at the start gives no piece.
        if (end == 0) continue;
        pieces.push_back(text.substr(piece_from, at - piece_from));
        piece_from = end;
    }
    if (pieces.empty()) {
        pieces.push_back(text);
        return pieces;
    }
    pieces.push_back(text.substr(piece_from));
    while (limit == 0 && !pieces.empty() && pieces.back().empty()) pieces.pop_back();
    return pieces;
}

}  // namespace turnpike::velocity
