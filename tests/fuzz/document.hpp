#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/dynamic/text.hpp"

/// For targets whose input is a program and the document that it works on.
namespace turnpike::fuzz {

inline constexpr std::size_t kHeapBytesMax = std::size_t{8} << 20U;

struct Input {
    std::string_view program;
    std::string_view document;  ///< Empty if there is no separator.
};

/// The bytes before the first `separator`, and those behind it.
inline Input input_of(const std::uint8_t* data, std::size_t size, char separator) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find(separator), input.size());
    return {input.substr(0, end), input.substr(std::min(end + 1, input.size()))};
}

inline std::string json(const dynamic::Value& value) {
    std::pmr::string text;
    dynamic::append_json(value, text);
    return std::string(text);
}

}  // namespace turnpike::fuzz
