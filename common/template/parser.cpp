#include "common/template/parser.hpp"

#include <algorithm>

namespace turnpike::velocity {

using dynamic::Value;

Parser::Parser(Compilation& compilation, const Source& source)
    : compilation_(compilation),
      code_(compilation.code),
      text_(source.text),
      source_(source),
      lines_{0},
      depth_(source.depth) {
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos;
         at = text_.find('\n', at + 1)) {
        lines_.push_back(at + 1);
    }
}

Index Parser::parse_all() {
    End end = End::Text;
    const Index block = parse_block(end);
    if (failed()) return kNone;
    if (end != End::Text) return fail(end_at_, "nothing is open that this could end or continue");
    return block;
}

/// Ends behind the word that ends it, at_ being before the word if that is no #end.
Index Parser::parse_block(End& end) {
    const Depth depth(*this);
    if (failed()) return kNone;
    const std::size_t start = at_;
    std::vector<Index> statements;
    std::optional<End> found;
    text_from_ = at_;
    while (!found && !failed()) {
        at_ = std::min(text_.find_first_of("$#\\", at_), text_.size());
        if (at_end()) {
            add_text(statements, text_from_, at_);
            found = End::Text;
        } else if (parse_element(statements, found)) {
            text_from_ = at_;
        }
    }
    if (failed()) return kNone;
    end = found.value_or(End::Text);
    return add_block(statements, start);
}

/// At one of `$#\`. Returns: whether there was an element; what is none is left to be text.
bool Parser::parse_element(std::vector<Index>& statements, std::optional<End>& end) {
    switch (peek()) {
        case '$':
            return parse_dollar(statements, 0);
        case '#':
            return parse_hash(statements, end);
        default:
            return parse_backslashes(statements);
    }
}

bool Parser::parse_dollar(std::vector<Index>& statements, std::size_t backslashes) {
    const std::size_t from = at_;
    const std::size_t text_from = text_from_;
    if (text_.substr(at_).starts_with("$\\!")) {
        // The backslash is gone and the rest is text.
        add_text(statements, text_from, from + 1);
        at_ += 2;
        text_from_ = at_;
        return false;
    }
    const Index reference = parse_reference();
    if (failed()) return true;
    if (reference == kNone) {
        at_ = from + 1;
        return false;
    }
    add_text(statements, text_from, from - backslashes);
    if (backslashes == 0) {
        statements.push_back(reference);
        return true;
    }
    const Value written = Value::string(text_.substr(from, at_ - from));
    const Index literal = static_cast<Index>(code_.constants.size());
    code_.constants.push_back(written);
    statements.push_back(
        add(Op::Escaped, from, reference, literal, static_cast<Index>(backslashes)));
    return true;
}

bool Parser::parse_backslashes(std::vector<Index>& statements) {
    const std::size_t from = at_;
    at_ = std::min(text_.find_first_not_of('\\', at_), text_.size());
    const std::size_t count = at_ - from;
    if (peek() == '$') return parse_dollar(statements, count);
    if (peek() != '#') return false;
    const auto word = word_at(at_ + 1);
    if (!word || !is_known_directive(word->name)) {
        // A directive of no name that we know is not escaped; it follows the text.
        if (word && count % 2 == 1) at_ = word->end;
        return false;
    }
    if (count % 2 == 0 && word->name == "set") return false;
    add_text(statements, text_from_, from + count / 2);
    if (count % 2 == 1) {
        text_from_ = at_;
        at_ = word->end;
        return false;
    }
    return true;
}

bool Parser::parse_hash(std::vector<Index>& statements, std::optional<End>& end) {
    const std::size_t from = at_;
    const char next = peek(1);
    if (next == '#') {
        add_text(statements, text_from_, from);
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        if (peek() == '\r' && peek(1) == '\n') ++at_;
        if (!at_end()) ++at_;
        return true;
    }
    const bool is_comment = next == '*';
    if (is_comment || (next == '[' && peek(2) == '[')) {
        const std::string_view close = is_comment ? "*#" : "]]#";
        const std::size_t inside = from + (is_comment ? 2 : 3);
        const std::size_t stop = text_.find(close, inside);
        if (stop == std::string_view::npos) {
            fail(from, is_comment ? "the comment has no end" : "the raw text has no end");
            return true;
        }
        add_text(statements, text_from_, from);
        if (!is_comment) add_text(statements, inside, stop);
        at_ = stop + close.size();
        return true;
    }
    std::size_t open = 0;
    if (at_set(from, open)) {
        const std::string_view before = text_.substr(text_from_, from - text_from_);
        if (before.find_first_not_of(" \t") != std::string_view::npos) {
            add_text(statements, text_from_, from);
        }
        parse_set(from, open, statements);
        return true;
    }
    const auto word = word_at(from + 1);
    if (!word) {
        ++at_;
        return false;
    }
    const std::size_t text_from = text_from_;
    std::vector<Index> added;
    at_ = word->end;
    parse_word(*word, from, added, end);
    if (failed()) return true;
    if (added.empty() && !end && at_ == word->end) {
        text_from_ = text_from;
        return false;
    }
    add_text(statements, text_from, from);  // text_from_ is that of a block inside
    statements.insert(statements.end(), added.begin(), added.end());
    return true;
}

/// `#set(`, `#{set}(`, and `# set(` where a line starts. Sets `open` to behind the parenthesis.
bool Parser::at_set(std::size_t at, std::size_t& open) const {
    constexpr std::string_view kBlanks = " \t";
    std::size_t behind = at + 1;
    if (text_.substr(behind).starts_with("{set}")) {
        behind += 5;
    } else {
        if (behind < text_.size() && kBlanks.find(text_[behind]) != std::string_view::npos) {
            if (!starts_line(at)) return false;
            behind = std::min(text_.find_first_not_of(kBlanks, behind), text_.size());
        }
        if (!text_.substr(behind).starts_with("set")) return false;
        behind += 3;
    }
    behind = text_.find_first_not_of(kBlanks, behind);
    if (behind == std::string_view::npos || text_[behind] != '(') return false;
    open = behind + 1;
    return true;
}

bool Parser::starts_line(std::size_t at) const {
    while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t')) --at;
    return at == 0 || text_[at - 1] == '\n' || text_[at - 1] == '\r';
}

bool Parser::is_known_directive(std::string_view name) const {
    constexpr std::string_view kKnown[] = {"if",    "end",     "set",     "else",    "elseif",
                                           "stop",  "foreach", "macro",   "include", "parse",
                                           "break", "define",  "evaluate"};
    return std::find(std::begin(kKnown), std::end(kKnown), name) != std::end(kKnown) ||
           compilation_.macros.contains(name);
}

void Parser::add_text(std::vector<Index>& statements, std::size_t from, std::size_t to) {
    if (from >= to) return;
    const Index constant = static_cast<Index>(code_.constants.size());
    code_.constants.push_back(Value::string(text_.substr(from, to - from)));
    statements.push_back(add(Op::Text, from, constant));
}

bool Parser::take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
}

bool Parser::expect(char c, std::string_view where) {
    skip_blanks();
    if (take(c)) return true;
    fail(at_, std::string("expected '") + c + "' " + std::string(where));
    return false;
}

void Parser::skip_blanks() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
}

void Parser::skip_rest_of_line() {
    std::size_t at = at_;
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    if (at == text_.size() || !is_blank(text_[at])) return;
    at_ = at + (text_[at] == '\r' && text_.substr(at + 1).starts_with('\n') ? 2 : 1);
}

bool Parser::at_parenthesis() {
    const std::size_t at = text_.find_first_not_of(" \t\r\n", at_);
    if (at == std::string_view::npos || text_[at] != '(') return false;
    at_ = at + 1;
    return true;
}

std::optional<Parser::Word> Parser::word_at(std::size_t at) const {
    const bool has_braces = at < text_.size() && text_[at] == '{';
    const std::size_t from = at + (has_braces ? 1 : 0);
    std::size_t to = from;
    while (to < text_.size() && is_word(text_[to])) ++to;
    if (to == from || is_digit(text_[from])) return std::nullopt;
    const std::string_view name = text_.substr(from, to - from);
    if (!has_braces) return Word{name, to};
    if (to == text_.size() || text_[to] != '}' || name.front() == '@') return std::nullopt;
    return Word{name, to + 1};
}

Place Parser::place_of(std::size_t at) const {
    const auto next = std::upper_bound(lines_.begin(), lines_.end(), at);
    const auto line = static_cast<std::uint32_t>(next - lines_.begin() - 1);
    const auto column = static_cast<std::uint32_t>(at - lines_[line]);
    if (line == 0) return {source_.start.line, source_.start.column + column};
    return {source_.start.line + line, column + 1};
}

Index Parser::fail(std::size_t at, std::string_view reason) {
    if (failed_) return kNone;
    failed_ = true;
    error_ = error_at(code_, place_of(at), reason);
    return kNone;
}

Index Parser::add(Op op, std::size_t at, Index a, Index b, Index c) {
    code_.nodes.push_back({op, place_of(at), a, b, c});
    return static_cast<Index>(code_.nodes.size() - 1);
}

Index Parser::add_block(const std::vector<Index>& statements, std::size_t at) {
    return add(Op::Block, at, add_operands(statements), static_cast<Index>(statements.size()));
}

Index Parser::add_constant(Value value, std::size_t at) {
    code_.constants.push_back(value);
    return add(Op::Constant, at, static_cast<Index>(code_.constants.size() - 1));
}

Index Parser::add_operands(const std::vector<Index>& operands) {
    const auto first = static_cast<Index>(code_.operands.size());
    code_.operands.insert(code_.operands.end(), operands.begin(), operands.end());
    return first;
}

std::string_view Parser::keep(std::string text) {
    return code_.texts.emplace_back(text.begin(), text.end());
}

}  // namespace turnpike::velocity
