#include "common/dynamic/number.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "common/base/seeded_hash.hpp"

namespace turnpike::dynamic {
namespace {

/// More than any spelling can need, and far from overflow where sums of a few are made.
constexpr std::int64_t kExponentMax = std::int64_t{1} << 60U;
/// Up to here a digit can be appended within 64 bits.
constexpr std::size_t kDivisorDigitsMax = 18;
/// Ten to this power contains every power of two and five that a divisor can.
constexpr std::int64_t kFactorsMax = 64;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Room for the spelling of a number that has none.
using Buffer = std::array<char, 32>;

std::string_view spelling(const Value& number, Buffer& buffer) {
    if (number.kind() == Kind::Decimal && !number.as_decimal().text.empty()) {
        return number.as_decimal().text;
    }
    char* const begin = buffer.data();
    char* const end = begin + buffer.size();
    const auto written = number.kind() == Kind::Integer
                             ? std::to_chars(begin, end, number.as_integer())
                             : std::to_chars(begin, end, number.as_decimal().value);
    return {begin, static_cast<std::size_t>(written.ptr - begin)};
}

/// The digits of a number without leading and trailing zeros, still with the point between them.
struct Spelled {
    bool is_negative = false;
    std::string_view digits;    ///< Empty: zero. May contain one point.
    std::int64_t exponent = 0;  ///< of the last digit
    std::int64_t size = 0;      ///< of the digits, without the point
};

std::int64_t exponent_of(std::string_view text) {
    if (text.empty()) return 0;
    const bool is_negative = text.front() == '-';
    if (!is_digit(text.front())) text.remove_prefix(1);
    std::int64_t exponent = 0;
    for (const char c : text) {
        if (exponent < kExponentMax / 10) exponent = exponent * 10 + (c - '0');
    }
    return is_negative ? -exponent : exponent;
}

Spelled read(std::string_view text) {
    Spelled read;
    if (text.starts_with('-')) {
        read.is_negative = true;
        text.remove_prefix(1);
    }
    const std::size_t power = text.find_first_of("eE");
    if (power != std::string_view::npos) read.exponent = exponent_of(text.substr(power + 1));
    read.digits = text.substr(0, power);
    const std::size_t point = read.digits.find('.');
    const bool has_point = point != std::string_view::npos;
    if (has_point) read.exponent -= static_cast<std::int64_t>(read.digits.size() - point - 1);
    // Zeros at both ends, over the point.
    const std::size_t first = read.digits.find_first_not_of("0.");
    if (first == std::string_view::npos) return {};
    const std::size_t last = read.digits.find_last_not_of("0.");
    for (std::size_t at = last + 1; at < read.digits.size(); ++at) {
        if (read.digits[at] != '.') ++read.exponent;
    }
    read.digits = read.digits.substr(first, last - first + 1);
    const bool keeps_point = has_point && point > first && point < last;
    read.size = static_cast<std::int64_t>(read.digits.size()) - (keeps_point ? 1 : 0);
    return read;
}

/// Digit by digit; both have their first digit at the same power of ten.
std::strong_ordering compare_digits(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (true) {
        if (i < a.size() && a[i] == '.') ++i;
        if (j < b.size() && b[j] == '.') ++j;
        if (i == a.size() || j == b.size()) return a.size() - i <=> b.size() - j;
        if (a[i] != b[j]) return a[i] <=> b[j];
        ++i;
        ++j;
    }
}

std::strong_ordering compare_sizes(const Spelled& a, const Spelled& b) {
    if (a.digits.empty() || b.digits.empty()) return !a.digits.empty() <=> !b.digits.empty();
    const auto highest = a.exponent + a.size <=> b.exponent + b.size;
    return std::is_neq(highest) ? highest : compare_digits(a.digits, b.digits);
}

std::strong_ordering compare_spelled(const Value& a, const Value& b) {
    Buffer a_buffer;
    Buffer b_buffer;
    const Spelled x = read(spelling(a, a_buffer));
    const Spelled y = read(spelling(b, b_buffer));
    const bool x_is_less = x.is_negative && !x.digits.empty();
    const bool y_is_less = y.is_negative && !y.digits.empty();
    if (x_is_less != y_is_less) return y_is_less <=> x_is_less;
    return x_is_less ? compare_sizes(y, x) : compare_sizes(x, y);
}

bool is_spelled(const Value& number) {
    return number.kind() == Kind::Integer || !number.as_decimal().text.empty() ||
           std::isfinite(number.as_decimal().value);
}

}  // namespace

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
    if (a.kind() == Kind::Integer && b.kind() == Kind::Integer) {
        return a.as_integer() <=> b.as_integer();
    }
    // Rounding keeps the order, so only numbers with the same double need another look.
    const auto rounded = a.as_number() <=> b.as_number();
    if (std::is_neq(rounded) || !is_spelled(a) || !is_spelled(b)) return rounded;
    return compare_spelled(a, b);
}

std::uint64_t hash_number(const Value& number) {
    if (!is_spelled(number)) return std::bit_cast<std::uint64_t>(number.as_number());
    Buffer buffer;
    const Spelled spelled = read(spelling(number, buffer));
    std::uint64_t hash = process_seed();
    const auto add = [&hash](std::uint64_t word) {
        hash = seeded_hash({reinterpret_cast<const char*>(&word), sizeof word}, hash);
    };
    std::uint64_t word = 0;
    std::size_t digits = 0;
    for (const char c : spelled.digits) {
        if (c == '.') continue;
        word = word * 10 + static_cast<std::uint64_t>(c - '0');
        if (++digits % kDivisorDigitsMax == 0) add(std::exchange(word, 0));
    }
    add(word);
    add(static_cast<std::uint64_t>(spelled.exponent + spelled.size));
    add(spelled.is_negative && !spelled.digits.empty() ? 1 : 0);
    return hash;
}

bool is_spelled_whole(const Value& number) {
    if (number.kind() == Kind::Integer) return true;
    const std::string_view text = number.as_decimal().text;
    return !text.empty() && is_spelled_whole(text);
}

/// Numbers are too short for a search by memchr to pay.
bool is_spelled_whole(std::string_view number) {
    return std::ranges::none_of(number, [](char c) { return c == '.' || c == 'e' || c == 'E'; });
}

std::optional<Divisor> Divisor::make(const Value& number) {
    if (!is_spelled(number)) return std::nullopt;
    Buffer buffer;
    const Spelled divisor = read(spelling(number, buffer));
    if (divisor.digits.empty() || divisor.is_negative) return std::nullopt;
    if (divisor.size > static_cast<std::int64_t>(kDivisorDigitsMax)) return std::nullopt;
    std::uint64_t digits = 0;
    for (const char c : divisor.digits) {
        if (c != '.') digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return Divisor(digits, divisor.exponent);
}

bool Divisor::divides(const Value& number) const {
    if (!is_spelled(number)) return false;
    Buffer buffer;
    const Spelled value = read(spelling(number, buffer));
    if (value.digits.empty()) return true;
    // The last digit of the value is not zero, so no whole multiple reaches below exponent_.
    if (value.exponent < exponent_) return false;
    std::uint64_t rest = 0;
    for (const char c : value.digits) {
        if (c != '.') rest = (rest * 10 + static_cast<std::uint64_t>(c - '0')) % digits_;
    }
    const std::int64_t zeros = std::min(value.exponent - exponent_, kFactorsMax);
    for (std::int64_t zero = 0; zero < zeros && rest != 0; ++zero) rest = rest * 10 % digits_;
    return rest == 0;
}

}  // namespace turnpike::dynamic
