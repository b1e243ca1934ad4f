#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "common/base/text.hpp"
#include "common/template/methods.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::Kind;
using dynamic::Value;

namespace {

constexpr std::int64_t kIntMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();

bool is_int(const Value& value) {
    return value.kind() == Kind::Integer && value.as_integer() >= kIntMin &&
           value.as_integer() <= kIntMax;
}

/// Integer.parseInt and Long.parseLong, with a radix or without.
Value parse_whole(MethodCall& call, std::int64_t least, std::int64_t most) {
    const bool has_radix = call.count() == 2 && call.is_integer(1);
    if (!has_radix && !call.has(1)) return {};
    if (!call.has_strings(1)) return {};
    const std::int64_t radix = has_radix ? call.arguments[1].as_integer() : 10;
    std::string_view text = call.string(0);
    call.budget.charge(text.size());
    const std::string problem = "\"" + std::string(text.substr(0, 64)) + "\" is no such number";
    if (radix < 2 || radix > 36) return call.fail("the radix is not from 2 to 36");
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, static_cast<int>(radix));
    if (error != std::errc{} || stop != end || value < least || value > most) {
        return call.fail(problem);
    }
    return Value::integer(value);
}

Value parse_real(MethodCall& call) {
    if (!call.has(1) || !call.has_strings(1)) return {};
    std::string_view text = trim(call.string(0));
    call.budget.charge(text.size());
    if (text.starts_with('+')) text.remove_prefix(1);
    if (!text.empty() && (text.back() == 'd' || text.back() == 'f')) text.remove_suffix(1);
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (stop != end || text.empty() || error == std::errc::invalid_argument) {
        return call.fail("\"" + std::string(text.substr(0, 64)) + "\" is no number");
    }
    return Value::decimal(value, call.heap);
}

/// The bits of an int, or of a long if the number is none.
Value digits_of(MethodCall& call, int base) {
    if (!call.has(1) || !call.is_integer(0)) return {};
    const std::int64_t value = call.arguments[0].as_integer();
    const std::uint64_t bits = is_int(call.arguments[0]) ? static_cast<std::uint32_t>(value)
                                                         : static_cast<std::uint64_t>(value);
    std::array<char, 72> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bits, base).ptr;
    return Value::string(
        call.heap.copy({digits.data(), static_cast<std::size_t>(end - digits.data())}));
}

/// Integer.toString(value) and Integer.toString(value, radix).
Value to_text(MethodCall& call, const Value& self) {
    if (call.has(0)) return Value::string(text_of(self, call.heap));
    if (call.has(1)) {
        return call.arguments[0].is_number() ? Value::string(text_of(call.arguments[0], call.heap))
                                             : Value();
    }
    if (!call.has(2) || !call.is_integer(0) || !call.is_integer(1)) return {};
    std::int64_t radix = call.arguments[1].as_integer();
    if (radix < 2 || radix > 36) radix = 10;
    std::array<char, 72> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   call.arguments[0].as_integer(), static_cast<int>(radix))
                         .ptr;
    return Value::string(
        call.heap.copy({digits.data(), static_cast<std::size_t>(end - digits.data())}));
}

Value value_of(MethodCall& call, const Value& self) {
    if (call.has(1) && call.arguments[0].is_number()) return call.arguments[0];
    if (self.kind() == Kind::Decimal) return parse_real(call);
    return is_int(self) ? parse_whole(call, kIntMin, kIntMax)
                        : parse_whole(call, std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max());
}

Value of_two(MethodCall& call) {
    if (!call.has(2)) return {};
    const Value& a = call.arguments[0];
    const Value& b = call.arguments[1];
    if (!a.is_number() || !b.is_number()) return {};
    switch (call.method) {
        case Method::Max:
            return compare(a, b) == -1 ? b : a;
        case Method::Min:
            return compare(a, b) == 1 ? b : a;
        case Method::Sum:
            return add(a, b, call.heap);
        default:
            return Value::integer(compare(a, b) == 2 ? 1 : compare(a, b));
    }
}

Value convert(MethodCall& call, const Value& self) {
    if (!call.has(0)) return {};
    switch (call.method) {
        case Method::IntValue:
            return Value::integer(to_int(self));
        case Method::LongValue:
            return Value::integer(to_long(self));
        case Method::ShortValue:
            return Value::integer(static_cast<std::int16_t>(to_int(self)));
        case Method::ByteValue:
            return Value::integer(static_cast<std::int8_t>(to_int(self)));
        case Method::FloatValue:
            return Value::decimal(static_cast<float>(self.as_number()), call.heap);
        case Method::IsNaN:
            return self.kind() == Kind::Decimal ? Value::boolean(std::isnan(self.as_number()))
                                                : Value();
        case Method::IsInfinite:
            return self.kind() == Kind::Decimal ? Value::boolean(std::isinf(self.as_number()))
                                                : Value();
        default:
            return Value::decimal(self.as_number(), call.heap);
    }
}

Value sign_or_bits(MethodCall& call) {
    if (!call.has(1) || !call.is_integer(0)) return {};
    const std::int64_t value = call.arguments[0].as_integer();
    if (call.method == Method::Signum) return Value::integer(value > 0 ? 1 : value < 0 ? -1 : 0);
    const std::uint64_t bits = is_int(call.arguments[0]) ? static_cast<std::uint32_t>(value)
                                                         : static_cast<std::uint64_t>(value);
    return Value::integer(__builtin_popcountll(bits));
}

}  // namespace

Value call_number(MethodCall& call, const Value& self) {
    switch (call.method) {
        case Method::ParseInt:
            return parse_whole(call, kIntMin, kIntMax);
        case Method::ParseLong:
            return parse_whole(call, std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max());
        case Method::ParseDouble:
            return parse_real(call);
        case Method::ValueOf:
            return value_of(call, self);
        case Method::ToString:
            return to_text(call, self);
        case Method::ToHexString:
            return digits_of(call, 16);
        case Method::ToBinaryString:
            return digits_of(call, 2);
        case Method::ToOctalString:
            return digits_of(call, 8);
        case Method::CompareTo:
            if (!call.has(1) || call.arguments[0].kind() != self.kind()) return {};
            return Value::integer(compare(self, call.arguments[0]));
        case Method::Compare:
        case Method::Max:
        case Method::Min:
        case Method::Sum:
            return of_two(call);
        case Method::Signum:
        case Method::BitCount:
            return sign_or_bits(call);
        case Method::IntValue:
        case Method::LongValue:
        case Method::ShortValue:
        case Method::ByteValue:
        case Method::FloatValue:
        case Method::DoubleValue:
        case Method::IsNaN:
        case Method::IsInfinite:
            return convert(call, self);
        default:
            return {};
    }
}

Value call_boolean(MethodCall& call, bool self) {
    switch (call.method) {
        case Method::BooleanValue:
            return call.has(0) ? Value::boolean(self) : Value();
        case Method::CompareTo:
            if (!call.has(1) || call.arguments[0].kind() != Kind::Boolean) return {};
            return Value::integer(int{self} - int{call.arguments[0].as_boolean()});
        case Method::ParseBoolean:
        case Method::ValueOf:
            if (!call.has(1) || !call.arguments[0].is_string()) return {};
            return Value::boolean(equals_ignoring_case(call.string(0), "true"));
        default:
            return {};
    }
}

Value call_any(MethodCall& call, const Value& self, bool& found) {
    found = true;
    if (call.method == Method::Equals && call.has(1)) {
        return Value::boolean(java_equals(self, call.arguments[0], call.budget));
    }
    if (call.method == Method::HashCode && call.has(0)) {
        return Value::integer(hash_of(self, call.budget));
    }
    if (call.method == Method::ToString && call.has(0)) {
        return Value::string(text_of(self, call.heap));
    }
    found = false;
    return {};
}

}  // namespace turnpike::velocity
