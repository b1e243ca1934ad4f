#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "common/dynamic/value.hpp"

namespace re2 {
class RE2;
}

/// The compiled form behind Path. Everything is in flat arrays and refers to other parts by place.
namespace turnpike::jsonpath {

enum class Function : std::uint8_t {
    Append,
    Average,
    Concat,
    First,
    Index,
    Keys,
    Last,
    Length,
    Max,
    Min,
    StandardDeviation,
    Sum,
};

enum class Operator : std::uint8_t {
    Equal,
    NotEqual,
    SameAs,  ///< `===`: equal and of one type.
    NotSameAs,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    All,
    Contains,
    Size,
    Empty,
};

struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// One step of a path, from a value to those that match in it.
struct Step {
    enum class Kind : std::uint8_t {
        Name,      ///< names[range.first]
        Names,     ///< several names
        Index,     ///< from
        Indices,   ///< numbers[range]
        From,      ///< from to the end
        To,        ///< up to `to`, exclusive
        Between,   ///< from up to `to`
        Wildcard,  ///< every member or element
        Scan,      ///< the value and all below it, for the next step to choose from
        Filter,    ///< conditions[condition]
        Function,  ///< operands[range] are its parameters
    };
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    Kind kind = Kind::Name;
    Function function = Function::Length;
    Range range{};
    std::int32_t from = 0;  ///< Negative: counted from the end. So is `to`.
    std::int32_t to = 0;
    std::uint32_t condition = kNone;
    std::uint32_t input = kNone;  ///< Function: paths[input] gives the list that it works on.
};

/// A path: the main one, one in a filter, or a parameter.
struct Steps {
    Range range;
    bool is_from_root = true;
    bool is_definite = true;
};

struct Operand {
    enum class Kind : std::uint8_t { Path, Literal, Pattern };
    Kind kind = Kind::Literal;
    std::uint32_t place = 0;  ///< in paths, literals or patterns
};

/// Of a filter. `left` and `right` are places in conditions (Or, And, Not: left only), or in
/// operands (Exists, Absent: left only, a path; Compare).
struct Condition {
    enum class Kind : std::uint8_t { Or, And, Not, Exists, Absent, Compare };
    Kind kind = Kind::Or;
    Operator comparison = Operator::Equal;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
};

/// `text` is a scalar as it is written, without quotes and escapes.
struct Literal {
    dynamic::Value value;
    std::string_view text;
};

struct Program {
    Program();
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    dynamic::Heap heap{dynamic::Heap::FirstBlock{128}};  ///< Of names and literals.
    std::vector<Step> steps;
    std::vector<Steps> paths;
    std::vector<std::string_view> names;
    std::vector<std::int32_t> numbers;
    std::vector<Condition> conditions;
    std::vector<Operand> operands;
    std::vector<Literal> literals;
    std::vector<std::shared_ptr<const re2::RE2>> patterns;
    std::uint32_t main = 0;  ///< in paths
    bool is_plain = false;   ///< The main path has names and indices only.
};

}  // namespace turnpike::jsonpath
