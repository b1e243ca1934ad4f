#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "common/dynamic/heap.hpp"

/// UTF-8 texts seen as Java sees them: sequences of UTF-16 units. Bytes that are no UTF-8 count one
/// unit each. Source: Java's String.
namespace turnpike::velocity {

/// The code point at `at`, and moves `at` behind it. Requires: at < text.size().
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(char32_t code_point, std::string& out);
void append_utf8(char32_t code_point, std::pmr::string& out);

/// In units.
std::size_t length_of(std::string_view text);
/// The text from one unit up to another; half a pair of surrogates becomes "?". Requires: from <=
/// to
/// <= length_of(text).
std::string_view slice(std::string_view text, std::size_t from, std::size_t to,
                       dynamic::Heap& heap);
/// The unit that begins at a byte.
std::size_t unit_of(std::string_view text, std::size_t byte);
/// The byte at which a unit begins; the size of the text if there are fewer units.
std::size_t byte_of(std::string_view text, std::size_t unit);
/// String.hashCode().
std::int32_t hash_of(std::string_view text);

std::string_view to_lower(std::string_view text, dynamic::Heap& heap);
std::string_view to_upper(std::string_view text, dynamic::Heap& heap);

/// With "\u0041" replaced by what it stands for.
std::string unescape_unicode(std::string_view text);

}  // namespace turnpike::velocity
