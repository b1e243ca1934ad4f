#include "control-plane/openapi/yaml_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "common/base/text.hpp"

namespace turnpike::openapi {

namespace {

constexpr std::size_t kLevel = 2;
/// Readers look no further for the ":" of a key (YAML 1.2.2 section 7.4.2).
constexpr std::size_t kImplicitKeyBytesMax = 1000;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

struct Character {
    std::uint32_t code;
    std::size_t bytes;
};

/// Requires: UTF-8, `at` < text.size().
Character character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return byte(i) & 0x3FU; };
    if (byte(0) < 0xC0) return {byte(0), 1};
    if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6U | tail(1), 2};
    if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12U | tail(1) << 6U | tail(2), 3};
    return {(byte(0) & 0x07U) << 18U | tail(1) << 12U | tail(2) << 6U | tail(3), 4};
}

/// May stand for itself, on a line with others. What is a line break or a byte order mark to some
/// readers may not.
bool is_printable(std::uint32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
    if (code == 0x2028 || code == 0x2029 || code == 0xFEFF) return false;
    return code != 0xFFFE && code != 0xFFFF;
}

template <typename Predicate>
bool all_characters(std::string_view text, Predicate predicate) {
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (!predicate(character.code)) return false;
        at += character.bytes;
    }
    return true;
}

/// Words that mean null or a truth value to readers of one version of YAML or the other.
bool is_reserved_word(std::string_view text) {
    constexpr std::array<std::string_view, 9> kWords{"null", "true", "false", "yes", "no",
                                                     "on",   "off",  "y",     "n"};
    const std::string word = to_lower(text);
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

/// Numbers, dates and times begin with none of these, nor does any indicator.
bool may_begin_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' || c == '$' ||
           c == '(';
}

/// Is the text itself when it is written without quotes, as a key as well as a value?
bool is_plain(std::string_view text) {
    if (text.empty() || !may_begin_plain(text.front()) || text.back() == ' ') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool last = i + 1 == text.size();
        if (text[i] == ':' && (last || text[i + 1] == ' ')) return false;
        if (text[i] == '#' && text[i - 1] == ' ') return false;
    }
    return all_characters(text, is_printable) && !is_reserved_word(text);
}

void append_hex(std::uint32_t code, int digits, std::string& out) {
    for (int digit = digits - 1; digit >= 0; --digit) {
        out += kHexDigits[(code >> (4U * static_cast<unsigned>(digit))) & 0xFU];
    }
}

void append_escaped(std::uint32_t code, std::string& out) {
    switch (code) {
        case '\n':
            out += "\\n";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\r':
            out += "\\r";
            return;
        default:
            break;
    }
    const bool is_short = code <= 0xFF;
    out += is_short ? "\\x" : "\\u";
    append_hex(code, is_short ? 2 : 4, out);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (character.code == '"' || character.code == '\\') {
            out += '\\';
            out += static_cast<char>(character.code);
        } else if (is_printable(character.code)) {
            out += text.substr(at, character.bytes);
        } else {
            append_escaped(character.code, out);
        }
        at += character.bytes;
    }
    return out + '"';
}

bool is_blank(std::string_view line) {
    return !line.empty() && line.find_first_not_of(" \t") == std::string_view::npos;
}

/// A block keeps every line as it is. Lines of nothing but spaces are legal in one, but readers and
/// editors differ about them.
bool suits_block(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return false;
    if (text.find_first_not_of('\n') == std::string_view::npos) return false;
    const auto lines = split(text, '\n');
    if (std::any_of(lines.begin(), lines.end(), is_blank)) return false;
    return all_characters(text, [](std::uint32_t code) {
        return code == '\n' || code == '\t' || is_printable(code);
    });
}

/// RapidJSON's "1e30" lacks the fraction and the sign by which YAML 1.1 knows a number.
std::string number_text(const json::Value& value) {
    std::string text = json::write(value);
    const std::size_t exponent = text.find('e');
    if (exponent == std::string::npos) return text;
    if (text[exponent + 1] != '-' && text[exponent + 1] != '+') text.insert(exponent + 1, "+");
    if (text.find('.') == std::string::npos) text.insert(exponent, ".0");
    return text;
}

class YamlWriter {
public:
    std::string write(const json::Value& value) {
        if (is_block(value)) {
            write_collection(value, 0);
        } else {
            out_ += value.is_string() ? flow_text(value.as_string()) : scalar(value);
            out_ += '\n';
        }
        return std::move(out_);
    }

private:
    /// Takes lines of its own; anything else fits behind its key.
    static bool is_block(const json::Value& value) {
        return (value.is_object() && !value.as_object().empty()) ||
               (value.is_array() && !value.as_array().empty());
    }

    static std::string flow_text(const std::string& text) {
        return is_plain(text) ? text : quoted(text);
    }

    static std::string scalar(const json::Value& value) {
        if (value.is_object()) return "{}";
        if (value.is_array()) return "[]";
        return value.is_number() ? number_text(value) : json::write(value);
    }

    void pad(std::size_t indent) { out_.append(indent, ' '); }

    /// Writes from where the line is, which is `indent` columns in.
    void write_collection(const json::Value& value, std::size_t indent) {
        bool first = true;
        const auto start_line = [&] {
            if (!first) pad(indent);
            first = false;
        };
        if (value.is_array()) {
            for (const json::Value& item : value.as_array()) {
                start_line();
                write_item(item, indent);
            }
            return;
        }
        for (const auto& [name, member] : value.as_object()) {
            start_line();
            write_member(name, member, indent);
        }
    }

    void write_item(const json::Value& item, std::size_t indent) {
        out_ += '-';
        if (!is_block(item)) return write_scalar(item, indent);
        out_ += ' ';
        write_collection(item, indent + kLevel);
    }

    void write_member(const std::string& name, const json::Value& member, std::size_t indent) {
        const std::string key = flow_text(name);
        if (key.size() > kImplicitKeyBytesMax) {
            out_ += "? " + key + '\n';
            pad(indent);
        } else {
            out_ += key;
        }
        out_ += ':';
        if (!is_block(member)) return write_scalar(member, indent);
        out_ += '\n';
        const bool outdented = member.is_array() && key.size() <= kImplicitKeyBytesMax;
        const std::size_t inner = outdented ? indent : indent + kLevel;
        pad(inner);
        write_collection(member, inner);
    }

    void write_scalar(const json::Value& value, std::size_t indent) {
        out_ += ' ';
        if (value.is_string() && suits_block(value.as_string())) {
            return write_text_block(value.as_string(), indent + kLevel);
        }
        out_ += value.is_string() ? flow_text(value.as_string()) : scalar(value);
        out_ += '\n';
    }

    /// "|" ends with one line break, "|-" with none, "|+" with those that are there; a digit tells
    /// the indentation where the first line does not show it.
    void write_text_block(std::string_view text, std::size_t indent) {
        out_ += '|';
        if (text.front() == ' ' || text.front() == '\n' || text.front() == '\t') {
            out_ += std::to_string(kLevel);
        }
        if (text.ends_with("\n\n")) {
            out_ += '+';
        } else if (!text.ends_with('\n')) {
            out_ += '-';
        }
        if (text.ends_with('\n')) text.remove_suffix(1);
        out_ += '\n';
        for (const std::string_view line : split(text, '\n')) {
            if (!line.empty()) pad(indent);
            out_ += line;
            out_ += '\n';
        }
    }

    std::string out_;
};

}  // namespace

std::string write_yaml(const json::Value& value) { return YamlWriter().write(value); }

}  // namespace turnpike::openapi
