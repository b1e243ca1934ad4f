#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <string>

#include "common/base/text.hpp"
#include "common/dynamic/number.hpp"
#include "common/dynamic/text.hpp"
#include "common/jsonpath/evaluation.hpp"

namespace turnpike::jsonpath {

using dynamic::Kind;
using dynamic::Value;

namespace {

constexpr std::size_t kBytesPerStep = 64;

enum class Order : std::uint8_t {
    Less,
    Equal,
    Greater,
    Different,  ///< Of kinds that can be equal, and are not.
    None,       ///< No comparison holds, "not equal" included.
};

bool is_container(const Value& value) { return value.is_list() || value.is_map(); }

Order order_of(std::partial_ordering order) {
    if (std::is_lt(order)) return Order::Less;
    if (std::is_gt(order)) return Order::Greater;
    return std::is_eq(order) ? Order::Equal : Order::Different;
}

Order reversed(Order order) {
    if (order == Order::Less) return Order::Greater;
    return order == Order::Greater ? Order::Less : order;
}

/// Java's String.length().
std::int64_t utf16_length(std::string_view text) {
    std::int64_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80U) ++units;
        if (byte >= 0xf0U) ++units;
    }
    return units;
}

bool is_equal_to(bool flag, std::string_view text) {
    return equals_ignoring_case(text, "true") == flag;
}

/// A number against a text that may be one.
Order order_of(const Value& number, std::string_view text) {
    const auto read = parse_number(text);
    if (!read) return Order::Different;
    const auto whole = parse_integer(text);
    const dynamic::Decimal decimal{*read, {}};
    return order_of(
        dynamic::compare_numbers(number, whole ? Value::integer(*whole) : Value::decimal(decimal)));
}

/// `text` is a literal of the expression or a text of the document.
Order order_of_text(const Value& value, std::string_view text) {
    switch (value.kind()) {
        case Kind::String:
            return order_of(value.as_string() <=> text);
        case Kind::Integer:
        case Kind::Decimal:
            return order_of(value, text);
        case Kind::Boolean:
            if (is_equal_to(value.as_boolean(), text)) return Order::Equal;
            return value.as_boolean() ? Order::Greater : Order::Less;
        default:
            return Order::None;
    }
}

bool is_nullish(const Value& value) {
    return value.is_null() || (value.is_string() && value.as_string() == "null");
}

Order order_of_values(const Value& left, const Value& right) {
    if (right.is_string()) return order_of_text(left, right.as_string());
    if (left.is_string()) return reversed(order_of_text(right, left.as_string()));
    if (left.is_number() && right.is_number()) {
        return order_of(dynamic::compare_numbers(left, right));
    }
    if (left.kind() != right.kind()) return Order::None;
    if (left.kind() == Kind::Boolean) {
        return order_of(left.as_boolean() <=> right.as_boolean());
    }
    return dynamic::equal(left, right) ? Order::Equal : Order::Different;
}

}  // namespace

bool Evaluation::accepts(std::uint32_t place, const Value& item) {
    const Condition& condition = program_.conditions[place];
    switch (condition.kind) {
        case Condition::Kind::Or:
            return accepts(condition.left, item) || accepts(condition.right, item);
        case Condition::Kind::And:
            return accepts(condition.left, item) && accepts(condition.right, item);
        case Condition::Kind::Not:
            return !accepts(condition.left, item);
        case Condition::Kind::Exists:
            return exists(program_.operands[condition.left], item);
        case Condition::Kind::Absent:
            return !exists(program_.operands[condition.left], item);
        default:
            return compare(condition, item);
    }
}

/// The reference looks for `$` paths in the item, too, and takes null for absent.
bool Evaluation::exists(const Operand& path, const Value& item) {
    Steps steps = program_.paths[path.place];
    steps.is_from_root = false;
    const auto found = find(steps, item);
    if (!found || found->is_null()) return false;
    return steps.is_definite || !found->as_list().items.empty();
}

std::optional<Evaluation::Side> Evaluation::side(const Operand& operand, const Value& item) {
    if (operand.kind == Operand::Kind::Literal) {
        const Literal& literal = program_.literals[operand.place];
        return Side{literal.value, true, literal.text};
    }
    const auto found = find(program_.paths[operand.place], item);
    if (!found) return std::nullopt;
    return Side{*found, false, {}};
}

bool Evaluation::compare(const Condition& condition, const Value& item) {
    const Operand& first = program_.operands[condition.left];
    const Operand& second = program_.operands[condition.right];
    if (condition.comparison == Operator::Matches) {
        const bool is_first = first.kind == Operand::Kind::Pattern;
        const auto target = side(is_first ? second : first, item);
        return target && matches(is_first ? first : second, target->value);
    }
    const auto left = side(first, item);
    const auto right = side(second, item);
    const bool is_negative =
        condition.comparison == Operator::NotIn || condition.comparison == Operator::NotSameAs;
    if (!left || !right) return is_negative;
    charge_whole(left->value);
    charge_whole(right->value);
    switch (condition.comparison) {
        case Operator::Equal:
        case Operator::NotEqual:
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual:
            return compare_order(condition.comparison, *left, *right);
        default:
            return compare_lists(condition.comparison, left->value, right->value);
    }
}

bool Evaluation::compare_order(Operator comparison, const Side& left, const Side& right) {
    const bool is_equality = comparison == Operator::Equal || comparison == Operator::NotEqual;
    if (!is_equality && left.value.is_null() != right.value.is_null()) return false;
    Order order = Order::None;
    // Numbers and flags in an expression are texts to the reference.
    const auto as_text = [](const Side& side) {
        return side.is_literal && !side.value.is_null() && !is_container(side.value)
                   ? Value::string(side.text)
                   : side.value;
    };
    const Value a = as_text(left);
    const Value b = as_text(right);
    if (is_nullish(a) || is_nullish(b)) {
        order = is_nullish(a) && is_nullish(b) ? Order::Equal
                : is_nullish(a)                ? Order::Less
                                               : Order::Greater;
    } else {
        order = order_of_values(a, b);
    }
    switch (comparison) {
        case Operator::Equal:
            return order == Order::Equal;
        case Operator::NotEqual:
            return order != Order::Equal && order != Order::None;
        case Operator::Less:
            return order == Order::Less;
        case Operator::LessOrEqual:
            return order == Order::Less || order == Order::Equal;
        case Operator::Greater:
            return order == Order::Greater;
        default:
            return order == Order::Greater || order == Order::Equal;
    }
}

bool Evaluation::is_same(const Value& a, const Value& b) {
    charge_whole(b);
    if (a.is_string()) charge(a.as_string().size() / kBytesPerStep);
    if (a.is_number() && b.is_string()) return order_of(a, b.as_string()) == Order::Equal;
    if (a.is_string() && b.is_number()) return order_of(b, a.as_string()) == Order::Equal;
    return dynamic::equal(a, b);
}

bool Evaluation::holds(const Value& list, const Value& item) {
    const auto& items = list.as_list().items;
    return std::any_of(items.begin(), items.end(),
                       [&](const Value& element) { return is_same(item, element); });
}

bool Evaluation::compare_lists(Operator comparison, const Value& left, const Value& right) {
    const auto all = [&](const Value& some, const Value& list) {
        const auto& items = some.as_list().items;
        return std::all_of(items.begin(), items.end(),
                           [&](const Value& item) { return holds(list, item); });
    };
    const auto any = [&]() {
        const auto& items = left.as_list().items;
        return std::any_of(items.begin(), items.end(),
                           [&](const Value& item) { return holds(right, item); });
    };
    const bool are_lists = left.is_list() && right.is_list();
    switch (comparison) {
        case Operator::SameAs:
        case Operator::NotSameAs: {
            const bool is_equal =
                left.kind() == right.kind() || (left.is_number() && right.is_number());
            return (is_equal && is_same(left, right)) == (comparison == Operator::SameAs);
        }
        case Operator::In:
            return right.is_list() && holds(right, left);
        case Operator::NotIn:
            return !(right.is_list() && holds(right, left));
        case Operator::SubsetOf:
            return are_lists && all(left, right);
        case Operator::All:
            return are_lists && all(right, left);
        case Operator::AnyOf:
            return are_lists && any();
        case Operator::NoneOf:
            return are_lists && !any();
        case Operator::Contains:
            if (left.is_string() && right.is_string()) {
                const std::string_view text = left.as_string();
                const std::string_view part = right.as_string();
                // At worst each place of the text is compared with much of the part.
                charge(text.size() / kBytesPerStep * (part.size() / 16 + 1));
                return text.find(part) != std::string_view::npos;
            }
            return left.is_list() && holds(left, right);
        case Operator::Size: {
            if (right.kind() != Kind::Integer) return false;
            if (left.is_string()) return utf16_length(left.as_string()) == right.as_integer();
            return left.is_list() &&
                   static_cast<std::int64_t>(left.as_list().items.size()) == right.as_integer();
        }
        default: {  // Empty
            if (right.kind() != Kind::Boolean) return false;
            if (left.is_string()) return left.as_string().empty() == right.as_boolean();
            if (left.is_list()) return left.as_list().items.empty() == right.as_boolean();
            return left.is_map() && left.as_map().empty() == right.as_boolean();
        }
    }
}

/// A list matches if one of its elements does.
bool Evaluation::matches(const Operand& pattern, const Value& value) {
    if (!value.is_list()) return matches_text(pattern, value);
    const auto& items = value.as_list().items;
    return std::any_of(items.begin(), items.end(),
                       [&](const Value& item) { return matches_text(pattern, item); });
}

bool Evaluation::matches_text(const Operand& pattern, const Value& value) {
    charge(1);
    if (value.is_null() || is_container(value)) return false;
    std::pmr::string computed(heap_.resource());
    std::string_view text;
    if (value.is_string()) {
        text = value.as_string();
    } else {
        dynamic::append_java_text(value, computed);
        text = computed;
    }
    const re2::RE2& compiled = *program_.patterns[pattern.place];
    // RE2's slowest way looks at the whole pattern for each byte.
    charge(text.size() * static_cast<std::size_t>(compiled.ProgramSize()) / kBytesPerStep);
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled);
}

void Evaluation::charge_whole(const Value& value) {
    charge(1);
    if (value.is_string()) {
        charge(value.as_string().size() / kBytesPerStep);
    } else if (is_container(value)) {
        const Frame frame(*this);
        if (value.is_list()) {
            for (const Value& item : value.as_list().items) charge_whole(item);
        } else {
            for (const auto& member : value.as_map().members()) charge_whole(member.value);
        }
    }
}

}  // namespace turnpike::jsonpath
