#include "common/base/text.hpp"
#include "common/jsonpath/parser.hpp"
#include "common/jsonpath/path.hpp"

namespace turnpike::jsonpath {

namespace {

struct NamedOperator {
    std::string_view name;
    Operator comparison;
};

/// Longer ones before those that they start with.
constexpr NamedOperator kSymbols[] = {
    {"===", Operator::SameAs},  {"!==", Operator::NotSameAs},  {"==", Operator::Equal},
    {"!=", Operator::NotEqual}, {"<=", Operator::LessOrEqual}, {">=", Operator::GreaterOrEqual},
    {"<", Operator::Less},      {">", Operator::Greater},      {"=~", Operator::Matches},
};
constexpr NamedOperator kWords[] = {
    {"in", Operator::In},
    {"nin", Operator::NotIn},
    {"subsetof", Operator::SubsetOf},
    {"anyof", Operator::AnyOf},
    {"noneof", Operator::NoneOf},
    {"all", Operator::All},
    {"contains", Operator::Contains},
    {"size", Operator::Size},
    {"empty", Operator::Empty},
};

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

/// Whether a list has to stand on the right of the operator.
bool needs_list(Operator comparison) {
    switch (comparison) {
        case Operator::In:
        case Operator::NotIn:
        case Operator::SubsetOf:
        case Operator::AnyOf:
        case Operator::NoneOf:
        case Operator::All:
            return true;
        default:
            return false;
    }
}

}  // namespace

bool Parser::nested_too_deeply() {
    if (depth_ <= kNestingMax) return false;
    cursor_.fail("nested too deeply");
    return true;
}

std::uint32_t Parser::add(Condition condition) {
    program_.conditions.push_back(condition);
    return static_cast<std::uint32_t>(program_.conditions.size() - 1);
}

std::uint32_t Parser::add(Operand operand) {
    program_.operands.push_back(operand);
    return static_cast<std::uint32_t>(program_.operands.size() - 1);
}

std::optional<std::uint32_t> Parser::any_of() {
    const Nesting nesting(depth_);
    if (nested_too_deeply()) return std::nullopt;
    const auto first = all_of();
    if (!first) return std::nullopt;
    std::uint32_t left = *first;
    for (cursor_.skip_blanks(); cursor_.accept("||"); cursor_.skip_blanks()) {
        const auto right = all_of();
        if (!right) return std::nullopt;
        left = add(Condition{Condition::Kind::Or, Operator::Equal, left, *right});
    }
    return left;
}

std::optional<std::uint32_t> Parser::all_of() {
    const auto first = one();
    if (!first) return std::nullopt;
    std::uint32_t left = *first;
    for (cursor_.skip_blanks(); cursor_.accept("&&"); cursor_.skip_blanks()) {
        const auto right = one();
        if (!right) return std::nullopt;
        left = add(Condition{Condition::Kind::And, Operator::Equal, left, *right});
    }
    return left;
}

std::optional<std::uint32_t> Parser::one() {
    cursor_.skip_blanks();
    if (cursor_.current() == '(') return parenthesised();
    if (cursor_.current() != '!') return comparison(false);
    cursor_.advance();
    cursor_.skip_blanks();
    if (cursor_.current() == '@' || cursor_.current() == '$') return comparison(true);
    if (cursor_.current() != '(') {
        cursor_.fail("expected a path or '('");
        return std::nullopt;
    }
    const auto negated = parenthesised();
    if (!negated) return std::nullopt;
    return add(Condition{Condition::Kind::Not, Operator::Equal, *negated, 0});
}

std::optional<std::uint32_t> Parser::parenthesised() {
    cursor_.advance();
    const auto condition = any_of();
    if (!condition || !cursor_.expect(')')) return std::nullopt;
    return condition;
}

std::optional<std::uint32_t> Parser::comparison(bool is_negated) {
    const std::size_t start = cursor_.place();
    const auto left = operand();
    if (!left) return std::nullopt;
    cursor_.skip_blanks();
    const char c = cursor_.current();
    if (c == ')' || c == '&' || c == '|' || cursor_.at_end()) {
        if (left->kind != Operand::Kind::Path) {
            cursor_.fail("expected an operator");
            return std::nullopt;
        }
        const auto kind = is_negated ? Condition::Kind::Absent : Condition::Kind::Exists;
        return add(Condition{kind, Operator::Equal, add(*left), 0});
    }
    if (is_negated) {
        cursor_.fail_at(start, "'!' before a comparison needs parentheses around it");
        return std::nullopt;
    }
    const auto found = comparison_operator();
    if (!found) return std::nullopt;
    cursor_.skip_blanks();
    const auto right = operand();
    if (!right || !fits(*found, *left, *right, start)) return std::nullopt;
    const std::uint32_t left_place = add(*left);
    return add(Condition{Condition::Kind::Compare, *found, left_place, add(*right)});
}

std::optional<Operator> Parser::comparison_operator() {
    for (const NamedOperator& known : kSymbols) {
        if (cursor_.accept(known.name)) return known.comparison;
    }
    const std::size_t start = cursor_.place();
    while (is_letter(cursor_.current())) cursor_.advance();
    for (const NamedOperator& known : kWords) {
        if (equals_ignoring_case(cursor_.since(start), known.name)) return known.comparison;
    }
    cursor_.fail_at(start, "expected an operator");
    return std::nullopt;
}

bool Parser::fits(Operator comparison, const Operand& left, const Operand& right,
                  std::size_t start) {
    const int patterns = static_cast<int>(left.kind == Operand::Kind::Pattern) +
                         static_cast<int>(right.kind == Operand::Kind::Pattern);
    if (patterns != (comparison == Operator::Matches ? 1 : 0)) {
        return cursor_.fail_at(start, "'=~' compares with one pattern, and only '=~' does");
    }
    if (right.kind != Operand::Kind::Literal) return true;
    const dynamic::Value& value = program_.literals[right.place].value;
    if (needs_list(comparison) && !value.is_list()) {
        return cursor_.fail("the operator needs a list on its right");
    }
    if (comparison == Operator::Size && value.kind() != dynamic::Kind::Integer) {
        return cursor_.fail("'size' needs a whole number on its right");
    }
    if (comparison == Operator::Empty && value.kind() != dynamic::Kind::Boolean) {
        return cursor_.fail("'empty' needs true or false on its right");
    }
    return true;
}

std::optional<Operand> Parser::operand() {
    std::optional<std::uint32_t> place;
    auto kind = Operand::Kind::Literal;
    switch (cursor_.current()) {
        case '$':
        case '@': {
            const Nesting nesting(depth_);
            if (nested_too_deeply()) return std::nullopt;
            kind = Operand::Kind::Path;
            place = path(Place::Filter);
            break;
        }
        case '/':
            kind = Operand::Kind::Pattern;
            place = pattern();
            break;
        default:
            place = literal();
    }
    if (!place) return std::nullopt;
    return Operand{kind, *place};
}

}  // namespace turnpike::jsonpath
