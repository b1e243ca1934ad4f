#include <array>
#include <charconv>
#include <cmath>

#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {
namespace {

void append_at(const Value& value, std::pmr::string& out, std::size_t depth) {
    switch (value.kind()) {
        case Kind::Null:
            break;
        case Kind::String:
            out += value.as_string();
            break;
        case Kind::Object:
            out += value.as_object().text();
            break;
        case Kind::Decimal:
            if (value.as_decimal().text.empty()) {
                append_java_double(value.as_decimal().value, out);
            } else {
                out += value.as_decimal().text;
            }
            break;
        case Kind::Map: {
            if (depth > kDepthMax) break;
            std::string_view before = "{";
            for (const Map::Member& member : value.as_map().members()) {
                out += before;
                before = ", ";
                out += member.name;
                out += '=';
                if (member.value.is_null()) {
                    out += "null";
                } else {
                    append_at(member.value, out, depth + 1);
                }
            }
            out += before == "{" ? "{}" : "}";
            break;
        }
        default:
            append_json(value, out);
    }
}

}  // namespace

void append_java_text(const Value& value, std::pmr::string& out) { append_at(value, out, 0); }

void append_java_double(double value, std::pmr::string& out) {
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
        return;
    }
    // The shortest digits that read back as the same number, in Java's two forms.
    std::array<char, 32> text{};
    const double size = std::abs(value);
    const bool is_plain = value == 0 || (size >= 1e-3 && size < 1e7);
    const auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
    const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    if (is_plain) {
        out += digits;
        if (digits.find('.') == std::string_view::npos) out += ".0";
        return;
    }
    const std::size_t exponent = digits.find('e');
    out += digits.substr(0, exponent);
    if (digits.substr(0, exponent).find('.') == std::string_view::npos) out += ".0";
    out += 'E';
    std::string_view power = digits.substr(exponent + 1);
    if (power.front() == '-') out += '-';
    power.remove_prefix(1);
    while (power.size() > 1 && power.front() == '0') power.remove_prefix(1);
    out += power;
}

}  // namespace turnpike::dynamic
