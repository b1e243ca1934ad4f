#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/jsonpath/cursor.hpp"
#include "common/jsonpath/program.hpp"

namespace turnpike::jsonpath {

/// Reads an expression into a program. Methods return false or nothing when it does not go well;
/// the cursor holds the reason. Recursion: kNestingMax.
class Parser {
public:
    /// Both outlive the parser.
    Parser(Cursor& cursor, Program& program) : cursor_(cursor), program_(program) {}

    /// The whole expression, which starts with `$` or `@`.
    bool expression();

private:
    /// What ends a path besides the end of the expression.
    enum class Place : std::uint8_t { Top, Filter };
    /// Counts how deep the parser is in itself while it lives.
    class Nesting {
    public:
        explicit Nesting(std::size_t& depth) : depth_(++depth) {}
        ~Nesting() { --depth_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;

    private:
        std::size_t& depth_;
    };
    using StepList = std::vector<Step>;

    // parser.cpp: paths
    std::optional<std::uint32_t> path(Place place);
    bool step(Place place, StepList& steps);
    bool after_dot(Place place, StepList& steps);
    bool name_or_call(Place place, StepList& steps);
    bool ends_name(Place place) const;
    bool ends_path(Place place) const;
    bool add(Step step, StepList& steps);
    std::uint32_t finish(StepList steps, bool is_from_root);

    // bracket_parser.cpp: what stands in brackets, and functions
    bool bracket(StepList& steps);
    bool names(StepList& steps);
    bool array(StepList& steps);
    bool slice(std::optional<std::int32_t> from, StepList& steps);
    bool from_end(StepList& steps);
    std::optional<std::int32_t> number();
    bool call(std::string_view name, std::size_t start, StepList& steps);
    bool parameters(Step& step);
    std::optional<std::uint32_t> input_of(Function function, StepList steps);

    // filter_parser.cpp: conditions
    std::optional<std::uint32_t> any_of();
    std::optional<std::uint32_t> all_of();
    std::optional<std::uint32_t> one();
    std::optional<std::uint32_t> parenthesised();
    std::optional<std::uint32_t> comparison(bool is_negated);
    std::optional<Operand> operand();
    std::optional<Operator> comparison_operator();
    bool fits(Operator comparison, const Operand& left, const Operand& right, std::size_t start);
    std::uint32_t add(Condition condition);
    std::uint32_t add(Operand operand);
    bool nested_too_deeply();

    // literal_parser.cpp
    std::optional<std::uint32_t> literal();
    std::optional<Literal> value();
    std::optional<std::string> text();
    bool escape(std::string& decoded);
    std::optional<Literal> list();
    std::optional<Literal> map();
    std::optional<Literal> word_or_number();
    std::optional<std::uint32_t> pattern();

    Cursor& cursor_;
    Program& program_;
    std::size_t depth_ = 0;
};

}  // namespace turnpike::jsonpath
