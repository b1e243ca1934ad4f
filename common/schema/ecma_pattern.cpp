#include "common/schema/ecma_pattern.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "common/base/text.hpp"
#include "common/schema/limits.hpp"

namespace turnpike::schema {
namespace {

constexpr std::size_t kNone = std::string::npos;
constexpr std::size_t kTranslationBytesMax = 4 * limits::kPatternBytesMax;
/// RE2's own bound of one repetition.
constexpr std::size_t kRepetitionMax = 1'000;

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
constexpr std::string_view kEverything = R"(\x{0}-\x{10ffff})";
constexpr std::string_view kAnyButLineEnds = R"([^\n\r\x{2028}\x{2029}])";

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

std::string hexadecimal(char32_t code) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    do {
        text.insert(text.begin(), kDigits[code & 0xfU]);
        code >>= 4U;
    } while (code != 0);
    return R"(\x{)" + text + "}";
}

/// What a backslash, or nothing, makes of what follows: one character or a set of them.
struct Atom {
    char32_t code = 0;
    std::string set;  ///< Class content; used if not empty.
};

std::string class_content(const Atom& atom) {
    return atom.set.empty() ? hexadecimal(atom.code) : atom.set;
}

class Translator {
public:
    explicit Translator(std::string_view pattern) : rest_(pattern) {}

    Result<std::string> run() {
        while (!rest_.empty() && reason_.empty()) take_term();
        if (reason_.empty() && !groups_.empty()) reason_ = "a group is not closed";
        if (!reason_.empty()) return invalid(reason_);
        return std::move(out_);
    }

private:
    bool fail(std::string_view reason) {
        if (reason_.empty()) reason_ = reason;
        rest_ = {};
        return false;
    }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool accept(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    void take_term() {
        if (out_.size() > kTranslationBytesMax) {
            fail("it is too long");
            return;
        }
        switch (peek()) {
            case '(':
                open_group();
                return;
            case ')':
                close_group();
                return;
            case '|':
            case '^':
            case '$':
                out_ += peek();
                rest_.remove_prefix(1);
                atom_ = kNone;
                return;
            case '*':
            case '+':
            case '?':
                take_short_quantifier();
                return;
            case '{':
                if (take_braces()) return;
                break;
            default:
                break;
        }
        if (take_boundary()) return;
        atom_ = out_.size();
        if (accept(".")) {
            out_ += kAnyButLineEnds;
        } else if (accept("[")) {
            take_class();
        } else {
            const Atom atom = take_atom(false);
            out_ += atom.set.empty() ? hexadecimal(atom.code) : "[" + atom.set + "]";
        }
    }

    bool take_boundary() {
        if (!rest_.starts_with(R"(\b)") && !rest_.starts_with(R"(\B)")) return false;
        out_ += rest_.substr(0, 2);
        rest_.remove_prefix(2);
        atom_ = kNone;
        return true;
    }

    void open_group() {
        rest_.remove_prefix(1);
        if (rest_.starts_with("?=") || rest_.starts_with("?!")) {
            fail("look-ahead is supported only directly after a ^ at the start");
        } else if (rest_.starts_with("?<=") || rest_.starts_with("?<!")) {
            fail("look-behind is not supported");
        } else if (accept("?<")) {
            const std::size_t end = rest_.find('>');
            if (end == kNone || end == 0) {
                fail("a group's name is not complete");
                return;
            }
            rest_.remove_prefix(end + 1);
        } else if (!accept("?:") && peek() == '?') {
            fail("a group of unknown kind");
        }
        groups_.push_back(out_.size());
        out_ += "(?:";
        atom_ = kNone;
    }

    void close_group() {
        rest_.remove_prefix(1);
        if (groups_.empty()) {
            fail("a group is closed that is not open");
            return;
        }
        atom_ = groups_.back();
        groups_.pop_back();
        out_ += ')';
    }

    bool has_atom() { return atom_ != kNone || fail("there is nothing to repeat"); }
    void end_quantifier() {
        accept("?");  // whether it matches does not depend on laziness
        atom_ = kNone;
    }

    void take_short_quantifier() {
        if (!has_atom()) return;
        out_ += peek();
        rest_.remove_prefix(1);
        end_quantifier();
    }

    std::optional<std::size_t> take_count() {
        std::size_t digits = 0;
        while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
        if (digits == 0) return std::nullopt;
        const auto count = parse_integer(rest_.substr(0, digits));
        rest_.remove_prefix(digits);
        return count ? static_cast<std::size_t>(*count) : ~std::size_t{0};
    }

    /// Returns: false if the brace is a character like any other.
    bool take_braces() {
        const std::string_view before = rest_;
        rest_.remove_prefix(1);
        const auto least = take_count();
        const bool has_comma = accept(",");
        const auto most = has_comma ? take_count() : least;
        if (!least || !accept("}")) {
            rest_ = before;
            return false;
        }
        if (!has_atom()) return true;
        if (std::max(*least, most.value_or(0)) > limits::kRepetitionsMax) {
            return !fail("it repeats more than 10000 times");
        }
        if (most && *most < *least) return !fail("a repetition is out of order");
        repeat(*least, most);
        end_quantifier();
        return true;
    }

    void repeat(std::size_t least, std::optional<std::size_t> most) {
        if (std::max(least, most.value_or(0)) <= kRepetitionMax) {
            out_ += "{" + std::to_string(least) + ",";
            out_ += most ? std::to_string(*most) + "}" : "}";
            return;
        }
        const std::string atom = out_.substr(atom_);
        out_.resize(atom_);
        const auto add = [&](std::size_t count, std::string_view start) {
            for (; count > 0 && out_.size() <= kTranslationBytesMax;
                 count -= std::min(count, kRepetitionMax)) {
                out_ += atom + "{" + std::string(start);
                out_ += std::to_string(std::min(count, kRepetitionMax)) + "}";
            }
        };
        add(least, "");
        if (most) {
            add(*most - least, "0,");
        } else {
            out_ += atom + "*";
        }
    }

    void take_class() {
        const bool is_negated = accept("^");
        std::string content;
        while (peek() != ']' || rest_.empty()) {
            if (rest_.empty()) {
                fail("a class is not closed");
                return;
            }
            take_class_member(content);
        }
        rest_.remove_prefix(1);
        // RE2 knows no empty classes.
        const bool is_inverse = content.empty() != is_negated;
        out_ += is_inverse ? "[^" : "[";
        out_ += content.empty() ? kEverything : std::string_view(content);
        out_ += ']';
    }

    void take_class_member(std::string& content) {
        const Atom first = take_atom(true);
        if (rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') {
            content += class_content(first);
            return;
        }
        rest_.remove_prefix(1);
        const Atom last = take_atom(true);
        if (!first.set.empty() || !last.set.empty()) {
            content += class_content(first) + hexadecimal('-') + class_content(last);
        } else if (first.code > last.code) {
            fail("a range is out of order");
        } else {
            content += hexadecimal(first.code) + "-" + hexadecimal(last.code);
        }
    }

    Atom take_atom(bool in_class) {
        if (!accept("\\")) return {take_code_point(), {}};
        if (rest_.empty()) {
            fail("it ends with a backslash");
            return {};
        }
        return take_escape(in_class);
    }

    Atom take_escape(bool in_class) {
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

    std::optional<char32_t> take_control(char c, bool in_class) {
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

    std::optional<char32_t> take_control_letter() {
        const char letter = to_lower(peek());
        if (letter < 'a' || letter > 'z') {
            fail("a control character is not complete");
            return U'c';
        }
        rest_.remove_prefix(1);
        return static_cast<char32_t>(letter) & 0x1fU;
    }

    std::optional<char32_t> take_hexadecimal(std::size_t digits) {
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

    std::optional<char32_t> take_unicode() {
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

    Atom take_property(char kind) {
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
    std::string fail_property() {
        fail("this property cannot be negated");
        return {};
    }

    /// The text is UTF-8 without surrogates, as JSON's reader leaves it.
    char32_t take_code_point() {
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

    std::string_view rest_;
    std::string out_;
    std::string reason_;
    std::vector<std::size_t> groups_;  ///< Where each open group starts in out_.
    std::size_t atom_ = kNone;         ///< Where what a quantifier would repeat starts.
};

}  // namespace

Result<std::string> to_re2(std::string_view pattern) {
    if (pattern.size() > limits::kPatternBytesMax) return invalid("it is too long");
    return Translator(pattern).run();
}

}  // namespace turnpike::schema
