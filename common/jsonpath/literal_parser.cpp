#include "common/dynamic/text.hpp"
#include "common/jsonpath/parser.hpp"
#include "common/jsonpath/path.hpp"
#include "common/regex/java_pattern.hpp"

namespace turnpike::jsonpath {

namespace {

constexpr std::size_t kPatternsMax = 16;
constexpr std::size_t kPatternBytesMax = std::size_t{256} << 10U;  ///< Of one, compiled.

void append_utf8(std::uint32_t code, std::string& out) {
    const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0U | code >> 6U);
        byte(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        byte(0xe0U | code >> 12U);
        byte(0x80U | (code >> 6U & 0x3fU));
        byte(0x80U | (code & 0x3fU));
    } else {
        byte(0xf0U | code >> 18U);
        byte(0x80U | (code >> 12U & 0x3fU));
        byte(0x80U | (code >> 6U & 0x3fU));
        byte(0x80U | (code & 0x3fU));
    }
}

/// Four hexadecimal digits. Returns: nothing if they are not.
std::optional<std::uint32_t> code_unit(Cursor& cursor) {
    std::uint32_t unit = 0;
    for (int digit = 0; digit < 4; ++digit) {
        const char c = cursor.current();
        const bool is_decimal = c >= '0' && c <= '9';
        const bool is_upper = c >= 'A' && c <= 'F';
        const bool is_lower = c >= 'a' && c <= 'f';
        if (!is_decimal && !is_upper && !is_lower) return std::nullopt;
        const int base = is_decimal ? '0' : is_upper ? 'A' - 10 : 'a' - 10;
        unit = unit << 4U | static_cast<std::uint32_t>(c - base);
        cursor.advance();
    }
    return unit;
}

}  // namespace

std::optional<std::uint32_t> Parser::literal() {
    const auto read = value();
    if (!read) return std::nullopt;
    program_.literals.push_back(*read);
    return static_cast<std::uint32_t>(program_.literals.size() - 1);
}

std::optional<Literal> Parser::value() {
    const Nesting nesting(depth_);
    if (nested_too_deeply()) return std::nullopt;
    switch (cursor_.current()) {
        case '\'':
        case '"': {
            const auto decoded = text();
            if (!decoded) return std::nullopt;
            const std::string_view kept = program_.heap.copy(*decoded);
            return Literal{dynamic::Value::string(kept), kept};
        }
        case '[':
            return list();
        case '{':
            return map();
        default:
            return word_or_number();
    }
}

std::optional<std::string> Parser::text() {
    const std::size_t start = cursor_.place();
    const char quote = cursor_.current();
    if (quote != '\'' && quote != '"') {
        cursor_.fail("expected a quoted text");
        return std::nullopt;
    }
    cursor_.advance();
    std::string decoded;
    while (!cursor_.at_end() && cursor_.current() != quote) {
        const char c = cursor_.current();
        cursor_.advance();
        if (c != '\\') {
            decoded += c;
        } else if (!escape(decoded)) {
            return std::nullopt;
        }
    }
    if (cursor_.at_end()) {
        cursor_.fail_at(start, "the quoted text has no end");
        return std::nullopt;
    }
    cursor_.advance();
    return decoded;
}

bool Parser::escape(std::string& decoded) {
    const char c = cursor_.current();
    if (cursor_.at_end()) return cursor_.fail("the quoted text has no end");
    cursor_.advance();
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const std::size_t named = kNames.find(c);
    if (named != std::string_view::npos) {
        decoded += kMeanings[named];
        return true;
    }
    if (c != 'u') {
        decoded += c;
        return true;
    }
    auto code = code_unit(cursor_);
    if (!code) return cursor_.fail("expected four hexadecimal digits");
    if (*code >= 0xd800 && *code < 0xdc00 && cursor_.accept("\\u")) {
        const auto low = code_unit(cursor_);
        if (!low || *low < 0xdc00 || *low > 0xdfff) return cursor_.fail("half of a surrogate pair");
        code = 0x10000 + ((*code - 0xd800) << 10U) + (*low - 0xdc00);
    }
    if (*code >= 0xd800 && *code <= 0xdfff) return cursor_.fail("half of a surrogate pair");
    append_utf8(*code, decoded);
    return true;
}

std::optional<Literal> Parser::list() {
    cursor_.advance();
    auto& made = *program_.heap.make<dynamic::List>(program_.heap);
    cursor_.skip_blanks();
    if (cursor_.accept("]")) return Literal{dynamic::Value::list(made), {}};
    do {
        cursor_.skip_blanks();
        const auto item = value();
        if (!item) return std::nullopt;
        made.items.push_back(item->value);
        cursor_.skip_blanks();
    } while (cursor_.accept(","));
    if (!cursor_.expect(']')) return std::nullopt;
    return Literal{dynamic::Value::list(made), {}};
}

std::optional<Literal> Parser::map() {
    cursor_.advance();
    auto& made = *program_.heap.make<dynamic::Map>(program_.heap);
    cursor_.skip_blanks();
    if (cursor_.accept("}")) return Literal{dynamic::Value::map(made), {}};
    do {
        cursor_.skip_blanks();
        const auto name = text();
        if (!name || !cursor_.expect(':')) return std::nullopt;
        cursor_.skip_blanks();
        const auto member = value();
        if (!member) return std::nullopt;
        made.put(program_.heap.copy(*name), member->value);
        cursor_.skip_blanks();
    } while (cursor_.accept(","));
    if (!cursor_.expect('}')) return std::nullopt;
    return Literal{dynamic::Value::map(made), {}};
}

std::optional<Literal> Parser::word_or_number() {
    constexpr std::string_view kEnds = "()[]{},<>=!~&|'\"/@$:";
    const std::size_t start = cursor_.place();
    while (!cursor_.at_end() && !Cursor::is_blank(cursor_.current()) &&
           kEnds.find(cursor_.current()) == std::string_view::npos) {
        cursor_.advance();
    }
    const std::string_view word = cursor_.since(start);
    const auto read = dynamic::parse_json(word, program_.heap);
    if (!read) {
        cursor_.fail_at(start, "expected a path or a literal");
        return std::nullopt;
    }
    return Literal{*read, program_.heap.copy(word)};
}

std::optional<std::uint32_t> Parser::pattern() {
    const std::size_t start = cursor_.place();
    if (program_.patterns.size() == kPatternsMax) {
        cursor_.fail("too many patterns");
        return std::nullopt;
    }
    cursor_.advance();
    const std::size_t body = cursor_.place();
    while (!cursor_.at_end() && cursor_.current() != '/') {
        cursor_.advance(cursor_.current() == '\\' && cursor_.peek(1) != '\0' ? 2 : 1);
    }
    if (cursor_.at_end()) {
        cursor_.fail_at(start, "the pattern has no end");
        return std::nullopt;
    }
    const std::string_view expression = cursor_.since(body);
    cursor_.advance();
    std::string flags;
    for (; std::string_view("imsu").find(cursor_.current()) != std::string_view::npos &&
           !cursor_.at_end();
         cursor_.advance()) {
        flags += cursor_.current();
    }
    auto compiled = regex::compile_java(expression, kPatternBytesMax, flags);
    if (!compiled) {
        cursor_.fail_at(start, "the pattern is not supported (" + compiled.error().message + ")");
        return std::nullopt;
    }
    program_.patterns.push_back(std::move(*compiled));
    return static_cast<std::uint32_t>(program_.patterns.size() - 1);
}

}  // namespace turnpike::jsonpath
