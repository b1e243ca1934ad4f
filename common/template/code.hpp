#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/dynamic/value.hpp"
#include "common/template/method.hpp"

/// The compiled form of a template; only this folder's parser and evaluator look inside.
namespace turnpike::velocity {

class Regex;
struct Code;

using Index = std::uint32_t;
inline constexpr Index kNone = ~Index{0};

/// What a node is; its operands a, b and c. Statements first, then expressions; a reference is
/// both.
enum class Op : std::uint8_t {
    Text,           ///< constant
    Escaped,        ///< reference, constant: how it is written, backslashes before it
    Set,            ///< reference, expression
    If,             ///< first operand, operands: condition (or kNone) and block, in turn
    Foreach,        ///< slot, expression, block
    Break,          ///< expression or kNone
    Stop,           ///<
    Define,         ///< slot, block
    Evaluate,       ///< expression
    Call,           ///< call
    Block,          ///< first operand, operands: statements
    Reference,      ///< slot, first link, links
    Constant,       ///< constant
    Interpolation,  ///< block
    Range,          ///< expression, expression
    List,           ///< first operand, operands
    Map,            ///< first operand, operands: name and value, in turn
    Or,             ///< expression, expression; so are all below but Not
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
};

/// From 1; columns are bytes.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

struct Node {
    Op op;
    Place place;
    Index a = kNone;
    Index b = kNone;
    Index c = kNone;
};

/// A step from one value to the next: `.name`, `.name(...)` or `[...]`.
struct Link {
    enum class Kind : std::uint8_t { Property, Method, Element };
    Kind kind;
    Method method = Method::Other;
    Place place;
    std::string_view name;
    Index first = kNone;  ///< operand: the arguments, or the index
    Index count = 0;
    Index regex = kNone;  ///< of the first argument, if that is constant and the method wants one
};

struct Macro {
    std::string_view name;
    Index first = 0;  ///< operand: the slots of the parameters
    Index count = 0;
    Index block = kNone;
};

/// `#name(...)`. What no macro is called is text.
struct Call {
    std::string_view name;
    const Code* code = nullptr;  ///< Whose the macro is; null if there is none.
    Index macro = kNone;
    Index first = 0;  ///< operand: the arguments
    Index count = 0;
    Index body = kNone;  ///< of `#@name(...) ... #end`
    std::string_view text;
};

struct Code {
    /// Everything but regular expressions lives in `resource`.
    explicit Code(std::pmr::memory_resource* resource)
        : name(resource),
          text(resource),
          texts(resource),
          decimals(resource),
          nodes(resource),
          operands(resource),
          links(resource),
          constants(resource),
          names(resource),
          macros(resource),
          calls(resource),
          regexes(resource) {}
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;

    std::pmr::string name;
    std::pmr::string text;  ///< Constants and names refer to it and to `texts`.
    std::pmr::list<std::pmr::string> texts;
    std::pmr::list<dynamic::Decimal> decimals;
    std::pmr::vector<Node> nodes;
    std::pmr::vector<Index> operands;
    std::pmr::vector<Link> links;
    std::pmr::vector<dynamic::Value> constants;
    std::pmr::vector<std::string_view> names;  ///< of the variables, by slot
    std::pmr::vector<Macro> macros;
    std::pmr::vector<Call> calls;
    std::pmr::vector<std::shared_ptr<const Regex>> regexes;
    Index root = kNone;
    Index foreach_slot = kNone;  ///< `$foreach`, if the template names it; so below
    Index count_slot = kNone;    ///< `$velocityCount`
    Index body_slot = kNone;     ///< `$bodyContent`
    bool has_evaluate = false;
};

/// What a text evaluated at run time takes from the template around it.
struct Surroundings {
    const Code* code = nullptr;  ///< Its macros can be called.
    const std::pmr::vector<std::string_view>* names =
        nullptr;  ///< Same slots, and more after them.
    std::uint32_t depth = 0;
};

/// Fills `code`, whose `text` and `name` are set. Constant regular expressions are compiled only
/// without surroundings. Errors: Invalid, as compile().
Result<void> compile_into(Code& code, const Surroundings& surroundings);

/// "template x, line 1, column 2: reason"
Error error_at(const Code& code, Place place, std::string_view reason,
               Error::Kind kind = Error::Kind::Invalid);

}  // namespace turnpike::velocity
