#include "common/template/values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "common/dynamic/text.hpp"
#include "common/template/unicode.hpp"

namespace turnpike::velocity {

using dynamic::Heap;
using dynamic::Kind;
using dynamic::Map;
using dynamic::Value;

namespace {

__extension__ using Wide = __int128;

bool equal_at(const Value& a, const Value& b, Budget& budget, std::size_t depth) {
    budget.step();
    if (depth > dynamic::kDepthMax || budget.is_spent() || a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::Null:
            return true;
        case Kind::Boolean:
            return a.as_boolean() == b.as_boolean();
        case Kind::Integer:
        case Kind::Decimal:
            return compare(a, b) == 0;
        case Kind::String:
            budget.charge(a.as_string().size());
            return a.as_string() == b.as_string();
        case Kind::Object:
            return &a.as_object() == &b.as_object();
        case Kind::List: {
            const auto& left = a.as_list().items;
            const auto& right = b.as_list().items;
            return std::equal(
                left.begin(), left.end(), right.begin(), right.end(),
                [&](const Value& x, const Value& y) { return equal_at(x, y, budget, depth + 1); });
        }
        case Kind::Map: {
            if (a.as_map().size() != b.as_map().size()) return false;
            const auto members = a.as_map().members();
            return std::all_of(members.begin(), members.end(), [&](const Map::Member& member) {
                const Value* other = b.as_map().find(member.name);
                return other != nullptr && equal_at(member.value, *other, budget, depth + 1);
            });
        }
    }
    return false;
}

std::int32_t hash_at(const Value& value, Budget& budget, std::size_t depth) {
    budget.step();
    if (depth > dynamic::kDepthMax || budget.is_spent()) return 0;
    std::uint32_t hash = 0;
    switch (value.kind()) {
        case Kind::Boolean:
            return value.as_boolean() ? 1231 : 1237;
        case Kind::Integer: {
            const std::int64_t number = value.as_integer();
            if (number == static_cast<std::int32_t>(number)) {
                return static_cast<std::int32_t>(number);
            }
            const auto bits = static_cast<std::uint64_t>(number);
            return static_cast<std::int32_t>(bits ^ (bits >> 32U));
        }
        case Kind::Decimal: {
            const auto bits = std::bit_cast<std::uint64_t>(value.as_number());
            return static_cast<std::int32_t>(bits ^ (bits >> 32U));
        }
        case Kind::String:
            budget.charge(value.as_string().size());
            return hash_of(value.as_string());
        case Kind::List:
            hash = 1;
            for (const Value& item : value.as_list().items) {
                hash = hash * 31 + static_cast<std::uint32_t>(hash_at(item, budget, depth + 1));
            }
            break;
        case Kind::Map:
            for (const Map::Member& member : value.as_map().members()) {
                hash += static_cast<std::uint32_t>(hash_of(member.name)) ^
                        static_cast<std::uint32_t>(hash_at(member.value, budget, depth + 1));
            }
            break;
        default:
            break;
    }
    return static_cast<std::int32_t>(hash);
}

/// Exact in print also where 64 bits do not suffice, as Java's big integers are.
Value whole(Wide value, Heap& heap) {
    if (value >= std::numeric_limits<std::int64_t>::min() &&
        value <= std::numeric_limits<std::int64_t>::max()) {
        return Value::integer(static_cast<std::int64_t>(value));
    }
    std::string digits;
    const bool is_negative = value < 0;
    for (Wide rest = is_negative ? -value : value; rest != 0; rest /= 10) {
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    }
    if (is_negative) digits += '-';
    std::reverse(digits.begin(), digits.end());
    return Value::decimal(
        *heap.make<dynamic::Decimal>(static_cast<double>(value), heap.copy(digits)));
}

bool are_whole(const Value& a, const Value& b) {
    return a.kind() == Kind::Integer && b.kind() == Kind::Integer;
}

bool are_numbers(const Value& a, const Value& b) { return a.is_number() && b.is_number(); }

}  // namespace

bool java_equals(const Value& a, const Value& b, Budget& budget) {
    return equal_at(a, b, budget, 0);
}

bool loosely_equal(const Value& a, const Value& b, Heap& heap, Budget& budget) {
    if (a.kind() == b.kind()) return equal_at(a, b, budget, 0);
    if (are_numbers(a, b)) return compare(a, b) == 0;
    if (a.is_null()) return b.is_string() && b.as_string().empty();
    if (b.is_null()) return a.is_string() && a.as_string().empty();
    const std::string_view left = text_of(a, heap);
    const std::string_view right = text_of(b, heap);
    budget.charge(left.size() + right.size());
    return left == right;
}

int compare(const Value& a, const Value& b) {
    if (are_whole(a, b)) {
        return a.as_integer() < b.as_integer() ? -1 : a.as_integer() > b.as_integer() ? 1 : 0;
    }
    const double left = a.as_number();
    const double right = b.as_number();
    return left < right ? -1 : left > right ? 1 : left == right ? 0 : 2;
}

std::int32_t hash_of(const Value& value, Budget& budget) { return hash_at(value, budget, 0); }

std::string_view text_of(const Value& value, Heap& heap) {
    if (value.is_string()) return value.as_string();
    if (value.kind() == Kind::Object) return value.as_object().text();
    std::pmr::string text(heap.resource());
    dynamic::append_java_text(value, text);
    return heap.copy(text);
}

Value add(const Value& a, const Value& b, Heap& heap) {
    if (a.is_string() || b.is_string()) {
        const std::string_view left = text_of(a, heap);
        const std::string_view right = text_of(b, heap);
        char* const both = heap.allocate_text(left.size() + right.size());
        std::copy(left.begin(), left.end(), both);
        std::copy(right.begin(), right.end(), both + left.size());
        return Value::string({both, left.size() + right.size()});
    }
    if (are_whole(a, b)) return whole(Wide{a.as_integer()} + b.as_integer(), heap);
    if (!are_numbers(a, b)) return {};
    return Value::decimal(a.as_number() + b.as_number(), heap);
}

Value subtract(const Value& a, const Value& b, Heap& heap) {
    if (are_whole(a, b)) return whole(Wide{a.as_integer()} - b.as_integer(), heap);
    if (!are_numbers(a, b)) return {};
    return Value::decimal(a.as_number() - b.as_number(), heap);
}

Value multiply(const Value& a, const Value& b, Heap& heap) {
    if (are_whole(a, b)) return whole(Wide{a.as_integer()} * b.as_integer(), heap);
    if (!are_numbers(a, b)) return {};
    return Value::decimal(a.as_number() * b.as_number(), heap);
}

Value divide(const Value& a, const Value& b, Heap& heap) {
    if (!are_numbers(a, b) || b.as_number() == 0) return {};
    if (are_whole(a, b)) return whole(Wide{a.as_integer()} / b.as_integer(), heap);
    return Value::decimal(a.as_number() / b.as_number(), heap);
}

Value remainder(const Value& a, const Value& b, Heap& heap) {
    if (!are_numbers(a, b) || b.as_number() == 0) return {};
    if (are_whole(a, b)) return whole(Wide{a.as_integer()} % b.as_integer(), heap);
    return Value::decimal(std::fmod(a.as_number(), b.as_number()), heap);
}

std::int32_t to_int(const Value& number) {
    if (number.kind() == Kind::Integer) return static_cast<std::int32_t>(number.as_integer());
    const double value = number.as_number();
    if (std::isnan(value)) return 0;
    return static_cast<std::int32_t>(std::clamp(value, -2147483648.0, 2147483647.0));
}

std::int64_t to_long(const Value& number) {
    if (number.kind() == Kind::Integer) return number.as_integer();
    const double value = number.as_number();
    if (std::isnan(value)) return 0;
    // The largest long is no double.
    if (value >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
    if (value < -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
}

}  // namespace turnpike::velocity
