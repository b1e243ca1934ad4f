#include "common/regex/java_syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace turnpike::regex {
namespace {

constexpr bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct NamedClass {
    std::string_view java;
    std::string_view posix;
};
constexpr std::array kNamedClasses{
    NamedClass{"Alpha", "alpha"},   NamedClass{"Digit", "digit"}, NamedClass{"Alnum", "alnum"},
    NamedClass{"Upper", "upper"},   NamedClass{"Lower", "lower"}, NamedClass{"Punct", "punct"},
    NamedClass{"Space", "space"},   NamedClass{"Blank", "blank"}, NamedClass{"Cntrl", "cntrl"},
    NamedClass{"XDigit", "xdigit"}, NamedClass{"Graph", "graph"}, NamedClass{"Print", "print"},
    NamedClass{"ASCII", "ascii"}};

/// Escapes for sets of characters that are others, or none, to RE2. The upper-case letter means
/// the opposite.
struct LetterClass {
    char letter;
    std::string_view members;
};
constexpr std::array kLetterClasses{
    LetterClass{'h', R"( \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000})"},
    LetterClass{'s', R"(\x0b\s)"},
    LetterClass{'v', R"(\n\x0b\f\r\x{85}\x{2028}\x{2029})"},
};

/// The number that the digits at the start of `text` make, at most `digits_max` of them, and how
/// many there are.
struct Number {
    std::uint32_t value = 0;
    std::size_t digits = 0;
};
Number number_at(std::string_view text, std::size_t digits_max, int base) {
    Number number;
    const char* const end = text.data() + std::min(digits_max, text.size());
    const auto read = std::from_chars(text.data(), end, number.value, base);
    if (read.ec == std::errc{}) number.digits = static_cast<std::size_t>(read.ptr - text.data());
    return number;
}

/// Walks an expression once. Ends at the first thing that has no translation.
class Translator {
public:
    explicit Translator(std::string_view expression) : text_(expression) {}

    Result<std::string> translate() {
        while (at_ < text_.size() && problem_.empty()) step(text_.substr(at_));
        if (!problem_.empty()) return invalid(std::move(problem_));
        return std::move(out_);
    }

private:
    void step(std::string_view rest) {
        if (rest[0] == '\\' && rest.size() > 1) {
            escape(rest);
        } else if (in_class_) {
            class_member(rest);
        } else if (rest.starts_with("(?")) {
            group(rest);
        } else if (rest[0] == '[') {
            open_class(rest);
        } else {
            copy(1);
        }
    }

    void open_class(std::string_view rest) {
        in_class_ = true;
        copy(rest.starts_with("[^") ? 2 : 1);
        // The bracket that comes first is a member.
        if (text_.substr(at_).starts_with(']')) copy(1);
    }

    /// To RE2 these are characters, or a class of POSIX.
    void class_member(std::string_view rest) {
        if (rest[0] == '[') return fail("a class in a class");
        if (rest.starts_with("&&")) return fail("an intersection of classes");
        if (rest[0] == ']') in_class_ = false;
        copy(1);
    }

    void group(std::string_view rest) {
        const char kind = rest.size() > 2 ? rest[2] : '\0';
        const char after = rest.size() > 3 ? rest[3] : '\0';
        if (kind == '<' && after != '=' && after != '!') {
            replace(3, "(?P<");
        } else if (kind == '-' || is_letter_or_digit(kind)) {
            flags(rest.substr(2));
        } else {
            copy(3);
        }
    }

    /// "i-s)" or "i-s:". RE2 folds the case of all scripts and has no line end but "\n", so u and d
    /// need no flag; U means something else to it.
    void flags(std::string_view rest) {
        const std::size_t size = rest.find_first_of("):");
        if (size == std::string_view::npos) return copy(2);
        std::string kept;
        for (const char flag : rest.substr(0, size)) {
            if (flag == 'u' || flag == 'd') continue;
            if (std::string_view("ims-").find(flag) == std::string_view::npos) {
                return fail("the flag " + std::string(1, flag));
            }
            kept += flag;
        }
        if (kept.ends_with('-')) kept.pop_back();
        if (rest[size] == ':' || !kept.empty()) out_ += "(?" + kept + rest[size];
        at_ += 2 + size + 1;
    }

    void escape(std::string_view rest) {
        switch (rest[1]) {
            case 'Q':
                return quotation(rest.substr(2));
            case 'u':
                return code_unit(rest.substr(2));
            case '0':
                return octal(rest.substr(2));
            case 'c':
                if (rest.size() < 3) return copy(2);
                return replace_by_code(3, static_cast<unsigned char>(rest[2]) ^ 64U);
            case 'e':
                return replace(2, R"(\x1b)");
            case 'R':
                if (in_class_) return copy(2);
                return replace(2, R"((?:\r\n|[\n\x0b\f\r\x{85}\x{2028}\x{2029}]))");
            case 'C':  // one byte of a character to RE2
                return fail("\\C");
            case 'p':
            case 'P':
                return named_class(rest);
            default:
                return letter_class(rest);
        }
    }

    void quotation(std::string_view rest) {
        const std::size_t end = std::min(rest.find("\\E"), rest.size());
        for (const char quoted : rest.substr(0, end)) {
            const bool is_ascii = static_cast<unsigned char>(quoted) < 0x80;
            if (is_ascii && !is_letter_or_digit(quoted)) out_ += '\\';
            out_ += quoted;
        }
        at_ += 2 + std::min(end + 2, rest.size());
    }

    /// Two that are a pair make one character.
    void code_unit(std::string_view rest) {
        const Number first = number_at(rest, 4, 16);
        if (first.digits < 4) return copy(2);
        const bool is_high = (first.value & 0xfc00U) == 0xd800U;
        if (is_high && rest.substr(4).starts_with("\\u")) {
            const Number second = number_at(rest.substr(6), 4, 16);
            if (second.digits == 4 && (second.value & 0xfc00U) == 0xdc00U) {
                return replace_by_code(
                    12, 0x10000U + ((first.value & 0x3ffU) << 10U) + (second.value & 0x3ffU));
            }
        }
        replace_by_code(6, first.value);
    }

    /// "\012": up to three digits, and the first of three is at most 3.
    void octal(std::string_view rest) {
        const bool is_long = !rest.empty() && rest[0] <= '3';
        const Number number = number_at(rest, is_long ? 3 : 2, 8);
        if (number.digits == 0) return fail("\\0 without a digit");
        replace_by_code(2 + number.digits, number.value);
    }

    void named_class(std::string_view rest) {
        const std::size_t end = rest.find('}');
        if (end == std::string_view::npos || rest[2] != '{') return copy(2);
        const auto found =
            std::ranges::find(kNamedClasses, rest.substr(3, end - 3), &NamedClass::java);
        if (found == kNamedClasses.end()) return copy(2);
        const std::string posix =
            (rest[1] == 'P' ? "[:^" : "[:") + std::string(found->posix) + ":]";
        replace(end + 1, in_class_ ? posix : "[" + posix + "]");
    }

    void letter_class(std::string_view rest) {
        const bool is_negated = rest[1] < 'a';
        for (const LetterClass& known : kLetterClasses) {
            if (known.letter != (is_negated ? rest[1] - 'A' + 'a' : rest[1])) continue;
            if (in_class_ && is_negated) break;
            const std::string members(known.members);
            return replace(2, in_class_ ? members : (is_negated ? "[^" : "[") + members + "]");
        }
        copy(2);
    }

    void copy(std::size_t size) {
        const std::string_view copied = text_.substr(at_, size);
        out_ += copied;
        at_ += copied.size();
    }
    void replace(std::size_t size, std::string_view by) {
        out_ += by;
        at_ += size;
    }
    void replace_by_code(std::size_t size, std::uint32_t code) {
        std::array<char, 8> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code, 16);
        out_ += "\\x{";
        out_.append(digits.data(), end.ptr);
        out_ += '}';
        at_ += size;
    }
    void fail(std::string what) { problem_ = std::move(what) + " is not supported"; }

    std::string_view text_;
    std::size_t at_ = 0;
    bool in_class_ = false;
    std::string out_;
    std::string problem_;
};

/// Behind the character, escape or class at the beginning; 0 if there is something else.
std::size_t atom_size(std::string_view text) {
    if (text.empty() || std::string_view("^$()*+?{|").find(text[0]) != std::string_view::npos) {
        return 0;
    }
    if (text[0] == '\\') {
        constexpr std::string_view kOfMore = "QEpPxucbBAzZGRk0123456789";
        return text.size() > 1 && kOfMore.find(text[1]) == std::string_view::npos ? 2 : 0;
    }
    if (text[0] != '[') return 1;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '[') {
            return 0;
        } else if (text[at] == ']') {
            return at + 1;
        }
    }
    return 0;
}

}  // namespace

Result<std::string> to_re2(std::string_view expression) {
    return Translator(expression).translate();
}

std::optional<std::string> as_literal(std::string_view expression) {
    std::string literal;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        char c = expression[at];
        if (c == '\\') {
            if (++at == expression.size()) return std::nullopt;
            c = expression[at];
            constexpr std::string_view kNames = "ntrf";
            const std::size_t named = kNames.find(c);
            if (named != std::string_view::npos) {
                c = "\n\t\r\f"[named];
            } else if (is_letter_or_digit(c)) {
                return std::nullopt;
            }
        } else if (std::string_view("^$.|?*+()[]{}").find(c) != std::string_view::npos) {
            return std::nullopt;
        }
        literal += c;
    }
    return literal;
}

bool is_local(std::string_view expression) {
    while (true) {
        const std::size_t atom = atom_size(expression);
        if (atom == 0) return false;
        expression.remove_prefix(atom);
        if (!expression.empty() &&
            std::string_view("*+?").find(expression[0]) != std::string_view::npos) {
            expression.remove_prefix(1);
        }
        if (expression.empty()) return true;
        if (expression[0] != '|') return false;
        expression.remove_prefix(1);
    }
}

}  // namespace turnpike::regex
