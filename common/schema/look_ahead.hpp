#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnpike::schema {

/// A pattern that must be found, or must not.
struct Condition {
    std::string expression;
    bool is_negated = false;
};

/// Look-ahead right after the "^" at the start, which is where patterns demand several things of
/// one text ("^(?=.*[0-9])(?!.* ).{8,}$"), taken apart: a text matches if it meets every condition.
/// A pattern without it, or with it elsewhere, is one condition as it is.
std::vector<Condition> split_look_ahead(std::string_view pattern);

}  // namespace turnpike::schema
