#include "common/schema/look_ahead.hpp"

#include <cstddef>

namespace turnpike::schema {
namespace {

constexpr std::size_t kConditionsMax = 32;

/// The first place outside of groups and classes where `wanted` stands; the size if there is none.
/// Closing a group that was not opened counts as outside.
std::size_t find_outside(std::string_view pattern, char wanted) {
    std::size_t depth = 0;
    bool is_in_class = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '\\') {
            ++at;
        } else if (is_in_class) {
            is_in_class = c != ']';
        } else if (depth == 0 && c == wanted) {
            return at;
        } else if (c == '[') {
            is_in_class = true;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')' && depth > 0) {
            --depth;
        }
    }
    return pattern.size();
}

}  // namespace

std::vector<Condition> split_look_ahead(std::string_view pattern) {
    std::vector<Condition> whole{{std::string(pattern), false}};
    // An alternative would be one to the assertions as well.
    if (!pattern.starts_with('^') || find_outside(pattern, '|') != pattern.size()) return whole;
    std::string_view rest = pattern.substr(1);
    std::vector<Condition> conditions;
    while (rest.starts_with("(?=") || rest.starts_with("(?!")) {
        const bool is_negated = rest[2] == '!';
        rest.remove_prefix(3);
        const std::size_t end = find_outside(rest, ')');
        if (end == rest.size() || conditions.size() == kConditionsMax) return whole;
        conditions.push_back({"^(?:" + std::string(rest.substr(0, end)) + ")", is_negated});
        rest.remove_prefix(end + 1);
        // A repeated assertion says something else.
        if (rest.find_first_of("*+?{") == 0) return whole;
    }
    if (conditions.empty()) return whole;
    conditions.push_back({"^" + std::string(rest), false});
    return conditions;
}

}  // namespace turnpike::schema
