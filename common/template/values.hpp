#pragma once

#include <cstdint>
#include <string_view>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"
#include "common/template/budget.hpp"

/// What templates do with values of any kind.
namespace turnpike::velocity {

/// Object.equals of Java, but for numbers: those are equal by value if both are whole or both are
/// not. Values that contain themselves equal nothing.
bool java_equals(const dynamic::Value& a, const dynamic::Value& b, Budget& budget);
/// The operator ==: numbers by value, other values of one kind as java_equals(), of different kinds
/// by their texts; null is equal to "".
bool loosely_equal(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap,
                   Budget& budget);
/// Requires: is_number() of both. Returns: less than, equal to or more than 0; 2 if one is NaN.
int compare(const dynamic::Value& a, const dynamic::Value& b);
/// Object.hashCode.
std::int32_t hash_of(const dynamic::Value& value, Budget& budget);

/// What the value prints; in the heap, or the value's own.
std::string_view text_of(const dynamic::Value& value, dynamic::Heap& heap);

/// The operators + - * / %. Returns: null where Java's numbers have no result, as at a division by
/// zero or for what is no number.
dynamic::Value add(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap);
dynamic::Value subtract(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap);
dynamic::Value multiply(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap);
dynamic::Value divide(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap);
dynamic::Value remainder(const dynamic::Value& a, const dynamic::Value& b, dynamic::Heap& heap);

/// (int) of a Java number of any size.
std::int32_t to_int(const dynamic::Value& number);
/// (long) of a Java number of any size.
std::int64_t to_long(const dynamic::Value& number);

}  // namespace turnpike::velocity
