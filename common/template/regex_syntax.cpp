#include "common/template/regex_syntax.hpp"

#include <algorithm>
#include <array>

namespace turnpike::velocity {
namespace {

constexpr bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct Spelling {
    std::string_view java;
    std::string_view re2;
};

constexpr std::array kClasses{Spelling{"Alpha", "[:alpha:]"}, Spelling{"Digit", "[:digit:]"},
                              Spelling{"Alnum", "[:alnum:]"}, Spelling{"Upper", "[:upper:]"},
                              Spelling{"Lower", "[:lower:]"}, Spelling{"Punct", "[:punct:]"},
                              Spelling{"Space", "[:space:]"}, Spelling{"Blank", "[:blank:]"},
                              Spelling{"Cntrl", "[:cntrl:]"}, Spelling{"XDigit", "[:xdigit:]"},
                              Spelling{"Graph", "[:graph:]"}, Spelling{"Print", "[:print:]"},
                              Spelling{"ASCII", "[:ascii:]"}};

/// Walks an expression; in_class tells whether between brackets.
class Translator {
public:
    explicit Translator(std::string_view expression) : text_(expression) {}

    std::string translate() {
        while (at_ < text_.size()) step();
        return std::move(out_);
    }

private:
    void step() {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with('\\') && rest.size() > 1) {
            escape(rest);
        } else if (!in_class_ && rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' &&
                   rest[3] != '!') {
            out_ += "(?P<";
            at_ += 3;
        } else if (in_class_ && rest.starts_with('[') && !rest.starts_with("[:")) {
            // A class inside a class is something else to Java; RE2 would take it for a character.
            out_ += "[:nested classes are not supported:]";
            ++at_;
        } else if (in_class_ && rest.starts_with("&&")) {
            out_ += "[:intersections are not supported:]";
            at_ += 2;
        } else {
            if (rest[0] == '[') {
                in_class_ = true;
                // A bracket that comes first is a character to RE2; Java refuses it.
            } else if (rest[0] == ']') {
                in_class_ = false;
            }
            out_ += rest[0];
            ++at_;
        }
    }

    void escape(std::string_view rest) {
        const char c = rest[1];
        if (c == 'Q') {
            const std::size_t end = std::min(rest.find("\\E", 2), rest.size());
            for (const char quoted : rest.substr(2, end - 2)) {
                if (static_cast<unsigned char>(quoted) < 0x80 && !is_letter_or_digit(quoted)) {
                    out_ += '\\';
                }
                out_ += quoted;
            }
            at_ += std::min(end + 2, rest.size());
            return;
        }
        if (c == 'u' && rest.size() >= 6) {
            out_ += "\\x{";
            out_ += rest.substr(2, 4);
            out_ += '}';
            at_ += 6;
            return;
        }
        if ((c == 'p' || c == 'P') && rest.size() > 3 && rest[2] == '{') {
            const std::size_t end = rest.find('}');
            const std::string_view name =
                end == std::string_view::npos ? std::string_view{} : rest.substr(3, end - 3);
            for (const Spelling& known : kClasses) {
                if (known.java != name) continue;
                const std::string name_of_class =
                    (c == 'P' ? "[:^" : "[:") + std::string(known.re2.substr(2));
                out_ += in_class_ ? name_of_class : "[" + name_of_class + "]";
                at_ += end + 1;
                return;
            }
        }
        constexpr std::array kShort{Spelling{"h", " \\t"}, Spelling{"e", "\\x1b"}};
        for (const Spelling& known : kShort) {
            if (known.java[0] != c) continue;
            out_ +=
                in_class_ || c == 'e' ? std::string(known.re2) : "[" + std::string(known.re2) + "]";
            at_ += 2;
            return;
        }
        if (c == 'R' && !in_class_) {
            out_ += "(?:\\r\\n|[\\n\\r\\v\\f])";
            at_ += 2;
            return;
        }
        out_ += rest.substr(0, 2);
        at_ += 2;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool in_class_ = false;
    std::string out_;
};

}  // namespace

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

namespace {

/// Behind the character, escape or class at the beginning; 0 if there is something else.
std::size_t atom_size(std::string_view text) {
    if (text.empty() || std::string_view("^$()*+?{|").find(text[0]) != std::string_view::npos) {
        return 0;
    }
    if (text[0] == '\\') {
        constexpr std::string_view kOfMore = "QEpPxubBAzZGRk0123456789";
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

std::string to_re2(std::string_view expression) { return Translator(expression).translate(); }

}  // namespace turnpike::velocity
