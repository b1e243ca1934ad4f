#include "common/template/string_format.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "common/template/unicode.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::Value;

namespace {

constexpr std::size_t kWidthMax = 1000;

struct Specifier {
    std::string flags;
    std::size_t width = 0;
    int precision = -1;
    char conversion = 0;
    bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

bool take_number(std::string_view& rest, std::size_t& value) {
    value = 0;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
        value = value * 10 + static_cast<std::size_t>(rest[0] - '0');
        if (value > kWidthMax) return false;
        rest.remove_prefix(1);
    }
    return true;
}

/// Behind the "%". Returns: whether it is well formed.
bool take_specifier(std::string_view& rest, Specifier& specifier) {
    const std::size_t flags = std::min(rest.find_first_not_of("-+ 0,("), rest.size());
    specifier.flags = rest.substr(0, flags);
    rest.remove_prefix(flags);
    if (!take_number(rest, specifier.width)) return false;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        std::size_t precision = 0;
        if (!take_number(rest, precision)) return false;
        specifier.precision = static_cast<int>(precision);
    }
    if (rest.empty()) return false;
    specifier.conversion = rest[0];
    rest.remove_prefix(1);
    return true;
}

/// "1234.5" with commas between thousands.
std::string grouped(std::string digits) {
    std::size_t at = std::min(digits.find_first_not_of("0123456789"), digits.size());
    for (; at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

/// A number's digits with sign, zeros and width as the flags say.
std::string dress(std::string digits, bool is_negative, const Specifier& specifier) {
    if (specifier.has(',')) digits = grouped(std::move(digits));
    std::string sign = is_negative ? "-" : specifier.has('+') ? "+" : specifier.has(' ') ? " " : "";
    std::string close;
    if (is_negative && specifier.has('(')) {
        sign = "(";
        close = ")";
    }
    const std::size_t size = sign.size() + digits.size() + close.size();
    if (specifier.has('0') && size < specifier.width) {
        digits.insert(0, specifier.width - size, '0');
    }
    return sign + digits + close;
}

bool format_whole(const Value& value, const Specifier& specifier, std::string& out) {
    if (value.kind() != dynamic::Kind::Integer) return false;
    const std::int64_t number = value.as_integer();
    if (specifier.conversion == 'd') {
        const auto size = number < 0 ? 0 - static_cast<std::uint64_t>(number)
                                     : static_cast<std::uint64_t>(number);
        out = dress(std::to_string(size), number < 0, specifier);
        return true;
    }
    // An int shows 32 bits.
    const bool is_int = number == static_cast<std::int32_t>(number);
    const std::uint64_t bits =
        is_int ? static_cast<std::uint32_t>(number) : static_cast<std::uint64_t>(number);
    std::array<char, 32> digits{};
    const char* const form = specifier.conversion == 'o'   ? "%lo"
                             : specifier.conversion == 'X' ? "%lX"
                                                           : "%lx";
    std::snprintf(digits.data(), digits.size(), form, bits);
    out = dress(digits.data(), false, specifier);
    return true;
}

bool format_real(const Value& value, const Specifier& specifier, std::string& out) {
    if (value.kind() != dynamic::Kind::Decimal) return false;
    const double number = value.as_number();
    if (!std::isfinite(number)) return false;
    const int precision = specifier.precision < 0 ? 6 : specifier.precision;
    std::string digits(400 + static_cast<std::size_t>(precision), '\0');
    const char* const form = specifier.conversion == 'e' ? "%.*e" : "%.*f";
    digits.resize(static_cast<std::size_t>(
        std::snprintf(digits.data(), digits.size(), form, precision, std::fabs(number))));
    out = dress(digits, std::signbit(number), specifier);
    return true;
}

bool format_one(MethodCall& call, const Value& value, const Specifier& specifier,
                std::string& out) {
    switch (specifier.conversion) {
        case 'd':
        case 'x':
        case 'X':
        case 'o':
            return value.is_null() ? (out = "null", true) : format_whole(value, specifier, out);
        case 'f':
        case 'e':
            return value.is_null() ? (out = "null", true) : format_real(value, specifier, out);
        case 'b':
            out = value.kind() == dynamic::Kind::Boolean ? (value.as_boolean() ? "true" : "false")
                                                         : (value.is_null() ? "false" : "true");
            return true;
        case 's':
        case 'S':
        case 'c': {
            std::string_view text = value.is_null() ? "null" : text_of(value, call.heap);
            if (specifier.conversion == 'S') text = to_upper(text, call.heap);
            if (specifier.precision >= 0 &&
                static_cast<std::size_t>(specifier.precision) < length_of(text)) {
                text = slice(text, 0, static_cast<std::size_t>(specifier.precision), call.heap);
            }
            out = text;
            return true;
        }
        default:
            return false;
    }
}

}  // namespace

Value format_string(MethodCall& call) {
    if (call.count() == 0 || !call.has_strings(1)) return {};
    std::string_view rest = call.string(0);
    std::span<const Value> values = call.arguments.subspan(1);
    if (values.size() == 1 && values[0].is_list()) values = values[0].as_list().items;
    std::pmr::string out(call.heap.resource());
    std::size_t next = 0;
    while (!rest.empty()) {
        const std::size_t plain = std::min(rest.find('%'), rest.size());
        out += rest.substr(0, plain);
        rest.remove_prefix(plain);
        if (rest.empty()) break;
        rest.remove_prefix(1);
        Specifier specifier;
        if (!take_specifier(rest, specifier)) return call.fail("the format is malformed");
        std::string piece;
        if (specifier.conversion == '%' || specifier.conversion == 'n') {
            piece = specifier.conversion == 'n' ? "\n" : "%";
        } else if (next == values.size()) {
            return call.fail("the format has more conversions than values");
        } else if (!format_one(call, values[next++], specifier, piece)) {
            return call.fail("a value does not fit its conversion");
        }
        call.budget.step();
        const std::size_t length = length_of(piece);
        const std::size_t padding = specifier.width > length ? specifier.width - length : 0;
        if (!specifier.has('-')) out.append(padding, ' ');
        out += piece;
        if (specifier.has('-')) out.append(padding, ' ');
    }
    call.budget.charge(out.size());
    return Value::string(call.heap.copy(out));
}

}  // namespace turnpike::velocity
