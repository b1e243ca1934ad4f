#include "control-plane/openapi/scalars.hpp"

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::openapi {

std::optional<std::string> text_of(const json::Value* value) {
    if (value == nullptr || value->is_null() || value->is_array() || value->is_object()) {
        return std::nullopt;
    }
    return value->is_string() ? value->as_string() : json::write(*value);
}

std::optional<bool> flag_of(const json::Value* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->as_bool();
    if (!value->is_string()) return std::nullopt;
    if (equals_ignoring_case(value->as_string(), "true")) return true;
    if (equals_ignoring_case(value->as_string(), "false")) return false;
    return std::nullopt;
}

std::optional<std::int64_t> integer_of(const json::Value* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_integer()) return value->as_integer();
    if (!value->is_string()) return std::nullopt;
    const auto number = parse_integer(value->as_string());
    return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

std::string to_upper(std::string_view text) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return upper;
}

}  // namespace turnpike::openapi
