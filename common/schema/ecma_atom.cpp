#include "common/schema/ecma_atom.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"

namespace turnpike::schema {
namespace {

constexpr std::size_t kNone = std::string::npos;

// What stands between the brackets of a class.
constexpr std::string_view kDigit = "0-9";
constexpr std::string_view kNoDigit = R"(\x{0}-\x{2f}\x{3a}-\x{10ffff})";
constexpr std::string_view kWord = "0-9A-Za-z_";
constexpr std::string_view kNoWord =
    R"(\x{0}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff})";
constexpr std::string_view kSpace =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

struct Category {
    std::string_view name;
    std::string_view abbreviation;
};
/// Unicode's general categories by the names that RE2 lacks.
constexpr std::array kCategories{
    Category{"Cased_Letter", "LC"},
    Category{"Close_Punctuation", "Pe"},
    Category{"Connector_Punctuation", "Pc"},
    Category{"Control", "Cc"},
    Category{"Currency_Symbol", "Sc"},
    Category{"Dash_Punctuation", "Pd"},
    Category{"Decimal_Number", "Nd"},
    Category{"Enclosing_Mark", "Me"},
    Category{"Final_Punctuation", "Pf"},
    Category{"Format", "Cf"},
    Category{"Initial_Punctuation", "Pi"},
    Category{"Letter", "L"},
    Category{"Letter_Number", "Nl"},
    Category{"Line_Separator", "Zl"},
    Category{"Lowercase_Letter", "Ll"},
    Category{"Mark", "M"},
    Category{"Math_Symbol", "Sm"},
    Category{"Modifier_Letter", "Lm"},
    Category{"Modifier_Symbol", "Sk"},
    Category{"Nonspacing_Mark", "Mn"},
    Category{"Number", "N"},
    Category{"Open_Punctuation", "Ps"},
    Category{"Other", "C"},
    Category{"Other_Letter", "Lo"},
    Category{"Other_Number", "No"},
    Category{"Other_Punctuation", "Po"},
    Category{"Other_Symbol", "So"},
    Category{"Paragraph_Separator", "Zp"},
    Category{"Private_Use", "Co"},
    Category{"Punctuation", "P"},
    Category{"Separator", "Z"},
    Category{"Space_Separator", "Zs"},
    Category{"Spacing_Mark", "Mc"},
    Category{"Symbol", "S"},
    Category{"Titlecase_Letter", "Lt"},
    Category{"Uppercase_Letter", "Lu"},
    Category{"digit", "Nd"},
    Category{"punct", "P"},
};

/// "Letter", "General_Category=Letter", "Script=Greek" as RE2 names them.
std::string_view property_name(std::string_view name) {
    for (const std::string_view kind :
         {"General_Category=", "gc=", "Script=", "sc=", "Script_Extensions=", "scx="}) {
        if (name.starts_with(kind)) {
            name.remove_prefix(kind.size());
            break;
        }
    }
    const auto* const found = std::find_if(kCategories.begin(), kCategories.end(),
                                           [&](const Category& each) { return each.name == name; });
    return found == kCategories.end() ? name : found->abbreviation;
}

}  // namespace

std::string hexadecimal(char32_t code) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    do {
        text.insert(text.begin(), kDigits[code & 0xfU]);
        code >>= 4U;
    } while (code != 0);
    return R"(\x{)" + text + "}";
}

std::string class_content(const Atom& atom) {
    return atom.set.empty() ? hexadecimal(atom.code) : atom.set;
}

bool AtomReader::accept(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
}

bool AtomReader::fail(std::string_view reason) {
    if (reason_.empty()) reason_ = reason;
    rest_ = {};
    return false;
}

Atom AtomReader::take_atom(bool in_class) {
    if (!accept("\\")) return {take_code_point(), {}};
    if (rest_.empty()) {
        fail("it ends with a backslash");
        return {};
    }
    return take_escape(in_class);
}

Atom AtomReader::take_escape(bool in_class) {
    const char c = peek();
    if (c >= '1' && c <= '9') {
        fail("back references are not supported");
        return {};
    }
    const std::string_view escaped = rest_;
    rest_.remove_prefix(1);
    switch (c) {
        case 'd':
            return {0, std::string(kDigit)};
        case 'D':
            return {0, std::string(kNoDigit)};
        case 'w':
            return {0, std::string(kWord)};
        case 'W':
            return {0, std::string(kNoWord)};
        case 's':
            return {0, std::string(kSpace)};
        case 'S':
            return {0, std::string(kNoSpace)};
        case 'p':
        case 'P':
            return take_property(c);
        case 'k':
            if (peek() == '<') fail("back references are not supported");
            return {U'k', {}};
        default:
            break;
    }
    if (const auto control = take_control(c, in_class)) return {*control, {}};
    if (!reason_.empty()) return {};
    rest_ = escaped;  // everything else stands for itself
    return {take_code_point(), {}};
}

std::optional<char32_t> AtomReader::take_control(char c, bool in_class) {
    switch (c) {
        case 't':
            return U'\t';
        case 'n':
            return U'\n';
        case 'v':
            return U'\v';
        case 'f':
            return U'\f';
        case 'r':
            return U'\r';
        case '0':
            return U'\0';
        case 'b':
            return in_class ? U'\b' : U'b';
        case 'c':
            return take_control_letter();
        case 'x':
            return take_hexadecimal(2);
        case 'u':
            return take_unicode();
        default:
            return std::nullopt;
    }
}

std::optional<char32_t> AtomReader::take_control_letter() {
    const char letter = to_lower(peek());
    if (letter < 'a' || letter > 'z') {
        fail("a control character is not complete");
        return U'c';
    }
    rest_.remove_prefix(1);
    return static_cast<char32_t>(letter) & 0x1fU;
}

std::optional<char32_t> AtomReader::take_hexadecimal(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    char32_t code = 0;
    for (const char c : rest_.substr(0, digits)) {
        const char digit = to_lower(c);
        const bool is_letter = digit >= 'a' && digit <= 'f';
        if (!is_letter && (digit < '0' || digit > '9')) return std::nullopt;
        code = code << 4U | static_cast<char32_t>(is_letter ? digit - 'a' + 10 : digit - '0');
    }
    rest_.remove_prefix(digits);
    return code;
}

std::optional<char32_t> AtomReader::take_unicode() {
    std::optional<char32_t> code;
    const std::size_t end = rest_.find('}');
    if (peek() == '{' && end != kNone && end >= 2 && end <= 7) {
        rest_.remove_prefix(1);
        code = take_hexadecimal(end - 1);
        if (!code || !accept("}") || *code > 0x10ffff) {
            fail("a character's number is not complete");
        }
    } else {
        code = take_hexadecimal(4);
    }
    if (!code || *code < 0xd800 || *code > 0xdfff) return code;
    const std::string_view before = rest_;
    if (*code < 0xdc00 && accept("\\u")) {
        const auto low = take_hexadecimal(4);
        if (low && *low >= 0xdc00 && *low <= 0xdfff) {
            return 0x10000 + ((*code - 0xd800) << 10U) + (*low - 0xdc00);
        }
    }
    rest_ = before;
    fail("half of a surrogate pair matches no text");
    return code;
}

Atom AtomReader::take_property(char kind) {
    const std::size_t end = rest_.find('}');
    if (peek() != '{' || end == kNone || end > 64) {
        fail("a property's name is not complete");
        return {};
    }
    const std::string name(property_name(rest_.substr(1, end - 1)));
    rest_.remove_prefix(end + 1);
    if (name == "LC") return {0, kind == 'p' ? R"(\p{Lu}\p{Ll}\p{Lt})" : fail_property()};
    return {0, std::string("\\") + kind + "{" + name + "}"};
}
std::string AtomReader::fail_property() {
    fail("this property cannot be negated");
    return {};
}

char32_t AtomReader::take_code_point() {
    const auto first = static_cast<unsigned char>(rest_.front());
    std::size_t bytes = 1;
    if (first >= 0xc0) bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (bytes > rest_.size() || (first >= 0x80 && bytes == 1)) {
        fail("it is not UTF-8");
        return 0;
    }
    char32_t code = bytes == 1 ? first : first & (0x7fU >> bytes);
    for (const char c : rest_.substr(1, bytes - 1)) {
        code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
    }
    rest_.remove_prefix(bytes);
    return code;
}

}  // namespace turnpike::schema
