#include <array>
#include <charconv>
#include <cmath>

#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {
namespace {

void append_integer(std::int64_t value, std::pmr::string& out) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

/// JSON has no names for what is not finite.
void append_decimal(const Decimal& decimal, std::pmr::string& out) {
    if (!decimal.text.empty()) {
        out += decimal.text;
    } else if (std::isfinite(decimal.value)) {
        append_java_double(decimal.value, out);
    } else {
        out += "null";
    }
}

void append_at(const Value& value, std::pmr::string& out, std::size_t depth) {
    if (depth > kDepthMax) {
        out += "null";
        return;
    }
    switch (value.kind()) {
        case Kind::Null:
            out += "null";
            break;
        case Kind::Boolean:
            out += value.as_boolean() ? "true" : "false";
            break;
        case Kind::Integer:
            append_integer(value.as_integer(), out);
            break;
        case Kind::Decimal:
            append_decimal(value.as_decimal(), out);
            break;
        case Kind::String:
            append_json_string(value.as_string(), out);
            break;
        case Kind::Object:
            append_json_string(value.as_object().text(), out);
            break;
        case Kind::List: {
            char before = '[';
            for (const Value& item : value.as_list().items) {
                out += before;
                before = ',';
                append_at(item, out, depth + 1);
            }
            out += before == '[' ? "[]" : "]";
            break;
        }
        case Kind::Map: {
            char before = '{';
            for (const Map::Member& member : value.as_map().members()) {
                out += before;
                before = ',';
                append_json_string(member.name, out);
                out += ':';
                append_at(member.value, out, depth + 1);
            }
            out += before == '{' ? "{}" : "}";
            break;
        }
    }
}

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void append_escape(char c, std::pmr::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '\\';
    switch (c) {
        case '\b':
            out += 'b';
            break;
        case '\f':
            out += 'f';
            break;
        case '\n':
            out += 'n';
            break;
        case '\r':
            out += 'r';
            break;
        case '\t':
            out += 't';
            break;
        case '"':
        case '\\':
            out += c;
            break;
        default:
            out += "u00";
            out += kHex[static_cast<unsigned char>(c) >> 4U];
            out += kHex[static_cast<unsigned char>(c) & 0xfU];
    }
}

}  // namespace

void append_json(const Value& value, std::pmr::string& out) { append_at(value, out, 0); }

void append_json_string(std::string_view text, std::pmr::string& out) {
    out += '"';
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!needs_escape(text[at])) continue;
        out.append(text.data() + copied, at - copied);
        append_escape(text[at], out);
        copied = at + 1;
    }
    out.append(text.data() + copied, text.size() - copied);
    out += '"';
}

}  // namespace turnpike::dynamic
