#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/template/code.hpp"
#include "common/template/limits.hpp"

namespace turnpike::velocity {

/// Where the text of a parser comes from: a template, or a string inside one.
struct Source {
    std::string_view text;
    Place start;  ///< of the text's first character in the template
    std::uint32_t depth = 0;
};

/// What the parsers of a template and of the strings inside it share.
struct Compilation {
    Code& code;
    const Surroundings& surroundings;
    std::unordered_map<std::string_view, Index> slots;
    std::unordered_map<std::string_view, Index> macros;
    /// Calls whose arguments are none: text, unless a macro has that name.
    std::vector<std::pair<std::string_view, Error>> doubtful;
};

/// Recursive descent over one text. Where it fails it keeps the first error, and what was asked for
/// is kNone. Depth: kSourceDepthMax.
class Parser {
public:
    Parser(Compilation& compilation, const Source& source);

    /// Returns: a Block, or kNone after an error.
    Index parse_all();
    bool failed() const { return failed_; }
    /// Requires: failed().
    Error& error() { return error_; }

private:
    enum class End : std::uint8_t { Text, EndWord, Else, ElseIf };
    struct Word {
        std::string_view name;
        std::size_t end = 0;  ///< Behind the word, and behind its braces.
    };
    struct Arguments {
        std::vector<Index> nodes;
        std::vector<std::string_view> words;  ///< Empty where the argument is no bare word.
    };
    class Depth;

    // parser.cpp: text
    Index parse_block(End& end);
    bool parse_element(std::vector<Index>& statements, std::optional<End>& end);
    bool parse_hash(std::vector<Index>& statements, std::optional<End>& end);
    bool parse_backslashes(std::vector<Index>& statements);
    bool parse_dollar(std::vector<Index>& statements, std::size_t backslashes);
    void add_escaped_directive(std::vector<Index>& statements, std::size_t backslashes);
    void add_text(std::vector<Index>& statements, std::size_t from, std::size_t to);
    bool at_set(std::size_t at, std::size_t& open) const;
    bool starts_line(std::size_t at) const;
    bool is_known_directive(std::string_view name) const;

    // directives.cpp
    void parse_word(const Word& word, std::size_t from, std::vector<Index>& statements,
                    std::optional<End>& end);
    void parse_set(std::size_t from, std::size_t open, std::vector<Index>& statements);
    void parse_if(std::size_t from, std::vector<Index>& statements);
    bool parse_condition(std::vector<Index>& branches);
    void parse_foreach(std::size_t from, std::vector<Index>& statements);
    void parse_break(std::size_t from, std::vector<Index>& statements);
    void parse_define(std::size_t from, std::vector<Index>& statements);
    void parse_evaluate(std::size_t from, std::vector<Index>& statements);
    void parse_macro(std::size_t from);
    void parse_call(const Word& word, std::size_t from, std::vector<Index>& statements);
    bool parse_arguments(Arguments& arguments, std::size_t from);
    bool parse_call_arguments(Arguments& arguments, std::size_t from);
    Index parse_body(std::size_t from);
    Index expect_slot(const Arguments& arguments, std::size_t place, std::size_t from,
                      std::string_view directive);

    // expressions.cpp
    Index parse_expression(int weakest = 0);
    Index parse_unary();
    Index parse_primary();
    Index parse_parameter();
    Index parse_string();
    Index parse_number();
    Index parse_list_or_range();
    Index parse_map();
    bool at_number() const;
    bool parse_items(char close, std::vector<Index>& items);
    Index interpolation(std::string_view text, Place start, std::size_t from);

    // references.cpp
    Index parse_reference();
    bool parse_links(std::vector<Link>& links);
    bool parse_index(std::vector<Link>& links);
    bool parse_member(std::vector<Link>& links, bool& is_member);
    bool starts_parameter(std::size_t at) const;
    Index slot_of(std::string_view name);
    void prepare_regex(Link& link);

    // Characters.
    bool at_end() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool take(char c);
    bool expect(char c, std::string_view where);
    void skip_blanks();        ///< Line ends too.
    void skip_rest_of_line();  ///< If there are only blanks on it.
    bool at_parenthesis();     ///< Behind blanks.
    std::optional<Word> word_at(std::size_t at) const;

    // Code.
    Place place_of(std::size_t at) const;
    Index fail(std::size_t at, std::string_view reason);
    Index add(Op op, std::size_t at, Index a = kNone, Index b = kNone, Index c = kNone);
    Index add_block(const std::vector<Index>& statements, std::size_t at);
    Index add_constant(dynamic::Value value, std::size_t at);
    Index add_operands(const std::vector<Index>& operands);
    std::string_view keep(std::string text);

    Compilation& compilation_;
    Code& code_;
    std::string_view text_;
    Source source_;
    std::vector<std::size_t> lines_;  ///< Where each line starts.
    std::size_t at_ = 0;
    std::size_t text_from_ = 0;  ///< Text from here on is not in a node yet.
    std::size_t end_at_ = 0;     ///< Where the last word that ends a block stands.
    std::uint32_t depth_;
    bool failed_ = false;
    Error error_;
};

/// Counts one level while it lives; fails the parser beyond the limit.
class Parser::Depth {
public:
    explicit Depth(Parser& parser) : parser_(parser) {
        if (++parser_.depth_ > kSourceDepthMax) parser_.fail(parser_.at_, "nested too deeply");
    }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --parser_.depth_; }

private:
    Parser& parser_;
};

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '@'; }

}  // namespace turnpike::velocity
