#include "control-plane/openapi/document.hpp"

#include <algorithm>
#include <string>

#include "control-plane/openapi/yaml_reader.hpp"

namespace turnpike::openapi {
namespace {

Error unreadable(std::string detail) {
    Error error = invalid("The document cannot be read");
    error.detail = std::move(detail);
    return error;
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

bool looks_like_json(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

/// At least as many as there are: what begins a value outside of strings.
std::size_t count_json_values(std::string_view text) {
    std::size_t count = 1;
    bool is_in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (is_in_string) {
            if (c == '\\') ++at;
            is_in_string = c != '"';
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == ',' || c == '[' || c == '{') {
            ++count;
        }
    }
    return count;
}

bool is_acceptable_text(const std::string& text) { return text.find('\0') == std::string::npos; }

/// Recursion is bounded by kDepthMax.
bool is_acceptable(const json::Value& value) {
    if (value.is_string()) return is_acceptable_text(value.as_string());
    if (value.is_array()) {
        return std::all_of(value.as_array().begin(), value.as_array().end(), is_acceptable);
    }
    if (!value.is_object()) return true;
    return std::all_of(value.as_object().begin(), value.as_object().end(), [](const auto& member) {
        return member.first.size() <= kNameBytesMax && is_acceptable_text(member.first) &&
               is_acceptable(member.second);
    });
}

Result<Document> accepted(std::string_view text, Document::Syntax syntax, json::Value root) {
    if (!is_acceptable(root)) return unreadable("A name that is too long, or a NUL in a text.");
    return Document{{text, syntax}, std::move(root)};
}

}  // namespace

Result<Document> parse_document(std::string_view text, std::size_t bytes_max) {
    text = without_byte_order_mark(text);
    if (text.size() > bytes_max) return unreadable("The text is too large.");
    std::string json_detail;
    if (looks_like_json(text)) {
        if (count_json_values(text) > kValuesMax) return unreadable("There are too many values.");
        auto root = json::parse(text, {.depth_max = kDepthMax, .bytes_max = bytes_max});
        if (root) return accepted(text, Document::Syntax::Json, *std::move(root));
        json_detail = "As JSON: " + root.error().detail + " As YAML: ";
    }
    // YAML may begin with a brace as well.
    auto root = parse_yaml(text);
    if (!root) return unreadable(json_detail + root.error().detail);
    return accepted(text, Document::Syntax::Yaml, *std::move(root));
}

}  // namespace turnpike::openapi
