#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/dynamic/value.hpp"

/// Exact arithmetic on numbers as documents spell them, where 64 bits and doubles do not suffice.
/// Time: linear in the spelling, whatever the exponent. Memory: none.
namespace turnpike::dynamic {

/// Numbers of both kinds by their exact value: the spelling counts, not the double next to it.
/// Those that were computed count as the shortest spelling of their double. Requires: is_number()
/// of both. Returns: unordered if either is not a number (NaN).
std::partial_ordering compare_numbers(const Value& a, const Value& b);

/// The same for numbers that are equal by compare_numbers(). Requires: is_number().
std::uint64_t hash_number(const Value& number);

/// Whether the number is written without fraction and exponent; computed decimals are not.
/// Requires: is_number().
bool is_spelled_whole(const Value& number);
bool is_spelled_whole(std::string_view number);

/// A divisor whose multiples are recognised exactly.
class Divisor {
public:
    /// Requires: is_number(). Returns: nothing unless it is more than zero, finite and has at most
    /// 18 significant digits.
    static std::optional<Divisor> make(const Value& number);
    /// Requires: is_number(). What is not finite is a multiple of nothing.
    bool divides(const Value& number) const;

private:
    Divisor(std::uint64_t digits, std::int64_t exponent) : digits_(digits), exponent_(exponent) {}
    std::uint64_t digits_;  ///< times ten to the power of exponent_
    std::int64_t exponent_;
};

}  // namespace turnpike::dynamic
