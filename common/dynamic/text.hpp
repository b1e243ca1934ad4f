#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/value.hpp"

/// Texts of values: JSON in and out, and what Java prints.
namespace turnpike::dynamic {

inline constexpr std::size_t kDepthMax = 128;

/// Strict RFC 8259 in UTF-8: one value, nothing after it. Nothing refers to `text` afterwards. Of
/// repeated names the last value counts. Memory and time are linear in the text. Errors: Invalid,
/// with reason and byte offset in `detail`; LimitExceeded if the heap is full.
Result<Value> parse_json(std::string_view text, Heap& heap, std::size_t depth_max = kDepthMax);

/// Appends compact JSON. Numbers that came from a document keep their spelling; objects print
/// their text as a string. Lists and maps nested deeper than kDepthMax, which only values that a
/// template has put into each other are, print as null.
void append_json(const Value& value, std::pmr::string& out);
/// Appends `text` as a JSON string with its quotes; slashes and other characters than the quote,
/// the backslash and controls stay as they are.
void append_json_string(std::string_view text, std::pmr::string& out);

/// Appends what a template prints for the value: nothing for null, `{a=1, b=text}` for maps at any
/// depth, compact JSON for lists. Source: the reference, mapping templates section 3.
void append_java_text(const Value& value, std::pmr::string& out);
/// Double.toString of Java: "1.0", "1.0E10", "NaN".
void append_java_double(double value, std::pmr::string& out);

}  // namespace turnpike::dynamic
