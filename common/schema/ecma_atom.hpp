#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnpike::schema {

/// What a backslash, or nothing, makes of what follows: one character or a set of them.
struct Atom {
    char32_t code = 0;
    std::string set;  ///< Class content; used if not empty.
};

/// As it stands in a class of RE2's.
std::string class_content(const Atom& atom);
/// "\x{20ac}".
std::string hexadecimal(char32_t code);

/// Reads a pattern of ECMA 262 from its start on. After fail() nothing is left of it.
class AtomReader {
public:
    /// `pattern` is UTF-8 without surrogates, as JSON's reader leaves it, and outlives this.
    explicit AtomReader(std::string_view pattern) : rest_(pattern) {}

    std::string_view rest() const { return rest_; }
    /// NUL at the end.
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool accept(std::string_view text);
    void skip(std::size_t bytes) { rest_.remove_prefix(bytes); }
    /// To what rest() was before.
    void go_back(std::string_view rest) { rest_ = rest; }

    /// The next character, or what the escape that comes next stands for. Requires: not at the end.
    Atom take_atom(bool in_class);

    /// Remembers the first reason. Returns: false.
    bool fail(std::string_view reason);
    /// Why the pattern cannot be used; empty as long as it can.
    const std::string& problem() const { return reason_; }

private:
    Atom take_escape(bool in_class);
    std::optional<char32_t> take_control(char c, bool in_class);
    std::optional<char32_t> take_control_letter();
    std::optional<char32_t> take_hexadecimal(std::size_t digits);
    std::optional<char32_t> take_unicode();
    Atom take_property(char kind);
    std::string fail_property();
    char32_t take_code_point();

    std::string_view rest_;
    std::string reason_;
};

}  // namespace turnpike::schema
