#include "common/template/util.hpp"

#include <algorithm>
#include <array>

#include "common/base/encoding.hpp"
#include "common/dynamic/text.hpp"
#include "common/http/uri.hpp"
#include "common/template/unicode.hpp"
#include "common/template/values.hpp"
#include "common/template/xml.hpp"

namespace turnpike::velocity {

using dynamic::Heap;
using dynamic::Value;

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

void append_unit(char32_t unit, std::pmr::string& out) {
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHex[(unit >> shift) & 15U];
}

constexpr std::array<bool, 256> kNeedsEscape = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        table[byte] = byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\'' || byte == '\\' ||
                      byte == '/';
    }
    return table;
}();
bool needs_escape(char c) { return kNeedsEscape[static_cast<unsigned char>(c)]; }

void append_escape(char32_t code_point, std::pmr::string& out) {
    constexpr std::string_view kNamed = "\b\n\t\f\r";
    constexpr std::string_view kNames = "bntfr";
    const std::size_t named =
        code_point < 0x20 ? kNamed.find(static_cast<char>(code_point)) : std::string_view::npos;
    if (named != std::string_view::npos) {
        out += '\\';
        out += kNames[named];
    } else if (code_point >= 0x10000) {
        append_unit(0xd800 + ((code_point - 0x10000) >> 10U), out);
        append_unit(0xdc00 + ((code_point - 0x10000) & 0x3ffU), out);
    } else if (code_point >= 0x80 || code_point < 0x20) {
        append_unit(code_point, out);
    } else {
        out += '\\';
        out += static_cast<char>(code_point);
    }
}

Result<Value> escape_java_script(std::string_view text, Heap& heap) {
    if (std::ranges::none_of(text, needs_escape)) return Value::string(text);
    std::pmr::string out(heap.resource());
    append_java_script(text, out);
    return Value::string(heap.copy(out));
}

Result<Value> url_encode(std::string_view text, Heap& heap) {
    std::pmr::string out(heap.resource());
    append_form_encoded(text, out);
    return Value::string(heap.copy(out));
}

Result<Value> url_decode(std::string_view text, Heap& heap) {
    const auto decoded = http::percent_decode(text, http::Plus::Space);
    if (!decoded) return invalid("the text is not URL encoded");
    return Value::string(heap.copy(valid_utf8(*decoded)));
}

Result<Value> base64_encode(std::string_view text, Heap& heap) {
    return Value::string(heap.copy(to_base64(text)));
}

Result<Value> base64_decode(std::string_view text, Heap& heap) {
    const auto decoded = from_base64(text);
    if (!decoded) return invalid("the text is not Base64");
    return Value::string(heap.copy(valid_utf8(*decoded)));
}

Result<Value> parse_json(std::string_view text, Heap& heap) {
    return dynamic::parse_json(text, heap);
}

/// Either the document, or the content of its element and the element's name.
Result<Value> write_xml(std::span<const Value> arguments, Heap& heap) {
    if (arguments.size() == 1) return to_xml(arguments[0], heap);
    dynamic::Map& document = *heap.make<dynamic::Map>(heap);
    document.put(text_of(arguments[1], heap), arguments[0]);
    return to_xml(Value::map(document), heap);
}

struct Function {
    std::string_view name;
    Result<Value> (*apply)(std::string_view text, Heap& heap);
};

constexpr std::array kFunctions{Function{"escapeJavaScript", escape_java_script},
                                Function{"parseJson", parse_json},
                                Function{"urlEncode", url_encode},
                                Function{"urlDecode", url_decode},
                                Function{"base64Encode", base64_encode},
                                Function{"base64Decode", base64_decode}};

}  // namespace

Result<Value> Util::call(std::string_view name, std::span<const Value> arguments, Heap& heap) {
    for (const Function& function : kFunctions) {
        if (function.name != name || arguments.size() != 1) continue;
        if (arguments[0].is_null()) return Value();
        return function.apply(text_of(arguments[0], heap), heap);
    }
    if (options_.has_parse_xml && name == "parseXml" && arguments.size() == 1) {
        if (arguments[0].is_null()) return Value();
        return parse_xml(text_of(arguments[0], heap), heap);
    }
    if (options_.has_to_xml && name == "toXml" &&
        (arguments.size() == 1 || arguments.size() == 2)) {
        return write_xml(arguments, heap);
    }
    return Value();
}

void append_java_script(std::string_view text, std::pmr::string& out) {
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (!needs_escape(text[at])) {
            ++at;
            continue;
        }
        out.append(text.data() + copied, at - copied);
        append_escape(next_code_point(text, at), out);
        copied = at;
    }
    out.append(text.data() + copied, text.size() - copied);
}

void append_form_encoded(std::string_view text, std::pmr::string& out) {
    for (const char c : text) {
        const char lower = static_cast<char>(c | 0x20);
        const bool is_plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                              c == '.' || c == '-' || c == '*' || c == '_';
        if (is_plain) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[static_cast<unsigned char>(c) >> 4U];
            out += kHex[static_cast<unsigned char>(c) & 15U];
        }
    }
}

}  // namespace turnpike::velocity
