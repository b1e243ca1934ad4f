#include "control-plane/openapi/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace turnpike::openapi {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_null(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> boolean(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t whole = skip_digits(text, at) - at;
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = skip_digits(text, at + 1) - (at + 1);
        if (whole == 0 && fraction == 0) return false;
        at += 1 + fraction;
    } else if (whole == 0) {
        return false;
    }
    if (at == text.size()) return true;
    if (text[at] != 'e' && text[at] != 'E') return false;
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    return at < text.size() && skip_digits(text, at) == text.size();
}

std::optional<json::Value> finite(double number) {
    if (!std::isfinite(number)) return std::nullopt;
    return json::Value(number);
}

std::optional<json::Value> decimal(std::string_view text) {
    if (text.front() == '+') text.remove_prefix(1);
    if (text.find_first_of(".eE") == std::string_view::npos) {
        std::int64_t whole = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (error == std::errc{}) return json::Value(whole);
    }
    return finite(std::strtod(std::string(text).c_str(), nullptr));
}

/// "0o17", "0xff".
std::optional<json::Value> with_base(std::string_view text) {
    if (text.size() < 3 || text[0] != '0' || (text[1] != 'o' && text[1] != 'x')) {
        return std::nullopt;
    }
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data() + 2, end, whole, text[1] == 'o' ? 8 : 16);
    if (error != std::errc{} || at != end || text[2] == '-') return std::nullopt;
    return json::Value(whole);
}

}  // namespace

std::optional<json::Value> plain_scalar(std::string_view text) {
    if (is_null(text)) return json::Value();
    if (const auto flag = boolean(text)) return json::Value(*flag);
    if (is_decimal(text)) return decimal(text);
    if (auto number = with_base(text)) return number;
    return json::Value(text);
}

std::optional<json::Value> tagged_scalar(std::string_view tag, std::string_view text) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (!tag.starts_with(kCore)) return json::Value(text);
    const std::string_view type = tag.substr(kCore.size());
    if (type == "null") return is_null(text) ? std::optional(json::Value()) : std::nullopt;
    if (type == "bool") {
        const auto flag = boolean(text);
        return flag ? std::optional(json::Value(*flag)) : std::nullopt;
    }
    if (type != "int" && type != "float") return json::Value(text);
    auto number = plain_scalar(text);
    if (!number || !number->is_number()) return std::nullopt;
    if (type == "float") return json::Value(number->as_number());
    return number->is_integer() ? number : std::nullopt;
}

}  // namespace turnpike::openapi
