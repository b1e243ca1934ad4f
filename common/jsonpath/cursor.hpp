#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnpike::jsonpath {

/// Where a parser is in an expression, and the first thing that it found wrong.
class Cursor {
public:
    /// `text` outlives the cursor. Its first `added` characters are not the user's, who wrote
    /// `leading` blanks before the others.
    Cursor(std::string_view text, std::size_t added, std::size_t leading)
        : text_(text), added_(added), leading_(leading) {}

    bool at_end() const { return place_ == text_.size(); }
    /// Returns: NUL at the end.
    char current() const { return peek(0); }
    char peek(std::size_t ahead) const {
        return place_ + ahead < text_.size() ? text_[place_ + ahead] : '\0';
    }
    void advance(std::size_t characters = 1) { place_ += characters; }
    std::size_t place() const { return place_; }
    std::string_view since(std::size_t start) const { return text_.substr(start, place_ - start); }

    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    void skip_blanks() {
        while (!at_end() && is_blank(current())) advance();
    }
    bool accept(std::string_view expected) {
        if (text_.substr(place_, expected.size()) != expected) return false;
        advance(expected.size());
        return true;
    }
    /// Skips blanks first.
    bool expect(char c) {
        skip_blanks();
        if (current() == c && !at_end()) {
            advance();
            return true;
        }
        return fail(std::string("expected '") + c + '\'');
    }

    /// Notes the first failure. Returns: false, so that callers can return it.
    bool fail(std::string reason) { return fail_at(place_, std::move(reason)); }
    bool fail_at(std::size_t place, std::string reason) {
        if (failure_.empty()) {
            const std::size_t character = leading_ + (place < added_ ? 0 : place - added_) + 1;
            failure_ = std::move(reason) + " at character " + std::to_string(character);
        }
        return false;
    }
    const std::string& failure() const { return failure_; }

private:
    std::string_view text_;
    std::size_t added_;
    std::size_t leading_;
    std::size_t place_ = 0;
    std::string failure_;
};

}  // namespace turnpike::jsonpath
