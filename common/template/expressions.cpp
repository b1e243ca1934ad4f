#include <array>
#include <charconv>
#include <cstdlib>

#include "common/template/parser.hpp"
#include "common/template/unicode.hpp"

namespace turnpike::velocity {

using dynamic::Value;

namespace {

struct Operator {
    std::string_view text;
    Op op;
    int strength;
};

// Longer ones before their beginnings.
constexpr std::array kOperators{Operator{"||", Op::Or, 1},
                                Operator{"or", Op::Or, 1},
                                Operator{"&&", Op::And, 2},
                                Operator{"and", Op::And, 2},
                                Operator{"==", Op::Equal, 3},
                                Operator{"eq", Op::Equal, 3},
                                Operator{"!=", Op::NotEqual, 3},
                                Operator{"ne", Op::NotEqual, 3},
                                Operator{"<=", Op::LessOrEqual, 4},
                                Operator{"le", Op::LessOrEqual, 4},
                                Operator{">=", Op::GreaterOrEqual, 4},
                                Operator{"ge", Op::GreaterOrEqual, 4},
                                Operator{"<", Op::Less, 4},
                                Operator{"lt", Op::Less, 4},
                                Operator{">", Op::Greater, 4},
                                Operator{"gt", Op::Greater, 4},
                                Operator{"+", Op::Add, 5},
                                Operator{"-", Op::Subtract, 5},
                                Operator{"*", Op::Multiply, 6},
                                Operator{"/", Op::Divide, 6},
                                Operator{"%", Op::Remainder, 6}};

bool stands_at(std::string_view text, std::size_t at, std::string_view word) {
    if (!text.substr(at).starts_with(word)) return false;
    if (!is_letter(word.front())) return true;
    return at + word.size() == text.size() || !is_word(text[at + word.size()]);
}

const Operator* operator_at(std::string_view text, std::size_t at) {
    for (const Operator& candidate : kOperators) {
        if (stands_at(text, at, candidate.text)) return &candidate;
    }
    return nullptr;
}

}  // namespace

/// Operators that bind more than `weakest`, each level from left to right.
Index Parser::parse_expression(int weakest) {
    const Depth depth(*this);
    if (failed()) return kNone;
    const std::size_t from = at_;
    Index left = parse_unary();
    for (std::uint32_t length = 0; !failed(); ++length) {
        skip_blanks();
        const Operator* found = operator_at(text_, at_);
        if (found == nullptr || found->strength <= weakest) break;
        if (length == kChainMax) return fail(from, "the expression is too long");
        const std::size_t operator_from = at_;
        at_ += found->text.size();
        const Index right = parse_expression(found->strength);
        if (failed()) return kNone;
        left = add(found->op, operator_from, left, right);
    }
    return failed() ? kNone : left;
}

Index Parser::parse_unary() {
    skip_blanks();
    const std::size_t from = at_;
    const bool is_sign = peek() == '!' && peek(1) != '=';
    if (!is_sign && !stands_at(text_, at_, "not")) return parse_primary();
    at_ += is_sign ? 1 : 3;
    const Depth depth(*this);
    if (failed()) return kNone;
    const Index operand = parse_unary();
    return failed() ? kNone : add(Op::Not, from, operand);
}

Index Parser::parse_primary() {
    skip_blanks();
    if (!take('(')) return parse_parameter();
    const Index inner = parse_expression();
    if (failed() || !expect(')', "to close the parenthesis")) return kNone;
    return inner;
}

/// What may stand as an argument: no operators.
Index Parser::parse_parameter() {
    const Depth depth(*this);
    if (failed()) return kNone;
    skip_blanks();
    const std::size_t from = at_;
    if (peek() == '"' || peek() == '\'') return parse_string();
    if (at_number()) return parse_number();
    if (peek() == '[') return parse_list_or_range();
    if (peek() == '{') return parse_map();
    if (peek() == '$') {
        const Index reference = parse_reference();
        if (failed()) return kNone;
        return reference != kNone ? reference : fail(from, "expected a variable behind '$'");
    }
    for (const bool value : {true, false}) {
        const std::string_view word = value ? "true" : "false";
        if (!stands_at(text_, at_, word)) continue;
        at_ += word.size();
        return add_constant(Value::boolean(value), from);
    }
    return fail(from, at_end() ? "the text ends where a value should be" : "expected a value");
}

/// Single quotes take everything as it is; in double quotes are references and directives.
Index Parser::parse_string() {
    const std::size_t from = at_;
    const char quote = text_[at_++];
    bool has_doubled = false;
    while (true) {
        at_ = text_.find(quote, at_);
        if (at_ == std::string_view::npos) {
            at_ = text_.size();
            return fail(from, "the string has no end");
        }
        ++at_;
        if (peek() != quote || at_end()) break;
        has_doubled = true;
        ++at_;
    }
    std::string_view inside = text_.substr(from + 1, at_ - from - 2);
    if (has_doubled) {
        std::string single;
        for (std::size_t at = 0; at < inside.size(); ++at) {
            single += inside[at];
            if (inside[at] == quote) ++at;
        }
        inside = keep(std::move(single));
    }
    if (quote == '\'') return add_constant(Value::string(inside), from);
    if (inside.find("\\u") != std::string_view::npos) inside = keep(unescape_unicode(inside));
    if (inside.find_first_of("$#") == std::string_view::npos) {
        return add_constant(Value::string(inside), from);
    }
    Place start = place_of(from);
    ++start.column;
    return interpolation(inside, start, from);
}

Index Parser::interpolation(std::string_view text, Place start, std::size_t from) {
    Parser inner(compilation_, {text, start, depth_});
    const Index block = inner.parse_all();
    if (inner.failed()) {
        failed_ = true;
        error_ = std::move(inner.error());
        return kNone;
    }
    return add(Op::Interpolation, from, block);
}

bool Parser::at_number() const {
    const std::size_t sign = peek() == '-' ? 1 : 0;
    return is_digit(peek(sign)) || (peek(sign) == '.' && is_digit(peek(sign + 1)));
}

Index Parser::parse_number() {
    const std::size_t from = at_;
    bool is_whole = true;
    take('-');
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && peek(1) != '.') {
        is_whole = false;
        ++at_;
        while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
        const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if (is_digit(peek(sign + 1))) {
            is_whole = false;
            at_ += sign + 1;
            while (is_digit(peek())) ++at_;
        }
    }
    const std::string_view digits = text_.substr(from, at_ - from);
    std::int64_t whole = 0;
    if (is_whole &&
        std::from_chars(digits.data(), digits.data() + digits.size(), whole).ec == std::errc{}) {
        return add_constant(Value::integer(whole), from);
    }
    const double value = std::strtod(std::string(digits).c_str(), nullptr);
    code_.decimals.push_back({value, is_whole ? digits : std::string_view{}});
    return add_constant(Value::decimal(code_.decimals.back()), from);
}

Index Parser::parse_list_or_range() {
    const std::size_t from = at_;
    std::vector<Index> items;
    ++at_;
    if (!parse_items(']', items)) return kNone;
    if (items.size() == 1 && text_.substr(at_).starts_with("..")) {
        at_ += 2;
        const Index last = parse_parameter();
        if (failed() || !expect(']', "at the end of the range")) return kNone;
        for (const Index bound : {items[0], last}) {
            const Node& node = code_.nodes[bound];
            const bool is_integer =
                node.op == Op::Constant && code_.constants[node.a].kind() == dynamic::Kind::Integer;
            if (!is_integer && node.op != Op::Reference) {
                return fail(from, "a range needs integers or references");
            }
        }
        return add(Op::Range, from, items[0], last);
    }
    return add(Op::List, from, add_operands(items), static_cast<Index>(items.size()));
}

/// Parameters up to and with `close`; stops at the dots of a range.
bool Parser::parse_items(char close, std::vector<Index>& items) {
    skip_blanks();
    if (take(close)) return true;
    while (true) {
        items.push_back(parse_parameter());
        if (failed()) return false;
        skip_blanks();
        if (take(close)) return true;
        if (items.size() == 1 && close == ']' && text_.substr(at_).starts_with("..")) return true;
        if (!expect(',', "between values")) return false;
    }
}

Index Parser::parse_map() {
    const std::size_t from = at_;
    std::vector<Index> members;
    ++at_;
    skip_blanks();
    while (!take('}')) {
        if (!members.empty() && !expect(',', "between members")) return kNone;
        members.push_back(parse_parameter());
        if (failed() || !expect(':', "behind the name of a member")) return kNone;
        members.push_back(parse_parameter());
        if (failed()) return kNone;
        skip_blanks();
    }
    return add(Op::Map, from, add_operands(members), static_cast<Index>(members.size()));
}

}  // namespace turnpike::velocity
