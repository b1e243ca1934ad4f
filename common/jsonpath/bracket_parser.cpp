#include <charconv>
#include <limits>

#include "common/jsonpath/parser.hpp"
#include "common/jsonpath/path.hpp"

namespace turnpike::jsonpath {

namespace {

struct NamedFunction {
    std::string_view name;
    Function function;
};

constexpr NamedFunction kFunctions[] = {
    {"append", Function::Append}, {"avg", Function::Average},
    {"concat", Function::Concat}, {"first", Function::First},
    {"index", Function::Index},   {"keys", Function::Keys},
    {"last", Function::Last},     {"length", Function::Length},
    {"max", Function::Max},       {"min", Function::Min},
    {"size", Function::Length},   {"stddev", Function::StandardDeviation},
    {"sum", Function::Sum},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool Parser::bracket(StepList& steps) {
    cursor_.skip_blanks();
    const char c = cursor_.current();
    if (c == '\'' || c == '"') return names(steps);
    if (c == '(') return from_end(steps);
    if (is_digit(c) || c == '-' || c == ':') return array(steps);
    Step step;
    if (cursor_.accept("*")) {
        step.kind = Step::Kind::Wildcard;
        return cursor_.expect(']') && add(step, steps);
    }
    if (!cursor_.accept("?")) {
        return cursor_.fail("expected a quoted name, an index, a slice, '*' or a filter");
    }
    cursor_.skip_blanks();
    if (cursor_.current() != '(') return cursor_.fail("expected '('");
    const auto condition = any_of();
    if (!condition) return false;
    step.kind = Step::Kind::Filter;
    step.condition = *condition;
    return cursor_.expect(']') && add(step, steps);
}

bool Parser::names(StepList& steps) {
    Step step;
    step.range.first = static_cast<std::uint32_t>(program_.names.size());
    do {
        cursor_.skip_blanks();
        const auto name = text();
        if (!name) return false;
        program_.names.push_back(program_.heap.copy(*name));
        cursor_.skip_blanks();
    } while (cursor_.accept(","));
    step.range.count = static_cast<std::uint32_t>(program_.names.size()) - step.range.first;
    step.kind = step.range.count == 1 ? Step::Kind::Name : Step::Kind::Names;
    return cursor_.expect(']') && add(step, steps);
}

bool Parser::array(StepList& steps) {
    if (cursor_.current() == ':') return slice(std::nullopt, steps);
    Step step;
    step.range.first = static_cast<std::uint32_t>(program_.numbers.size());
    do {
        cursor_.skip_blanks();
        const auto index = number();
        if (!index) return false;
        program_.numbers.push_back(*index);
        cursor_.skip_blanks();
        if (cursor_.current() == ':' && program_.numbers.size() == step.range.first + 1) {
            program_.numbers.pop_back();
            return slice(index, steps);
        }
    } while (cursor_.accept(","));
    step.range.count = static_cast<std::uint32_t>(program_.numbers.size()) - step.range.first;
    step.kind = step.range.count == 1 ? Step::Kind::Index : Step::Kind::Indices;
    step.from = program_.numbers[step.range.first];
    return cursor_.expect(']') && add(step, steps);
}

bool Parser::slice(std::optional<std::int32_t> from, StepList& steps) {
    cursor_.advance();  // the colon
    cursor_.skip_blanks();
    Step step;
    step.from = from.value_or(0);
    const bool has_end = is_digit(cursor_.current()) || cursor_.current() == '-';
    if (!from && !has_end) return cursor_.fail("expected a number");
    if (has_end) {
        const auto to = number();
        if (!to) return false;
        step.to = *to;
    }
    step.kind = !has_end ? Step::Kind::From : from ? Step::Kind::Between : Step::Kind::To;
    cursor_.skip_blanks();
    if (cursor_.accept(":")) {
        // The reference reads a third number and ignores it.
        cursor_.skip_blanks();
        if (cursor_.current() != ']' && !number()) return false;
    }
    return cursor_.expect(']') && add(step, steps);
}

/// `(@.length-1)`, `(@.size()-1)`: the index from the end that was there before negative ones.
bool Parser::from_end(StepList& steps) {
    cursor_.advance();
    cursor_.skip_blanks();
    if (!cursor_.accept("@.length") && !cursor_.accept("@.size")) {
        return cursor_.fail("expected @.length or @.size");
    }
    if (cursor_.accept("(") && !cursor_.expect(')')) return false;
    cursor_.skip_blanks();
    if (cursor_.current() != '-') return cursor_.fail("expected '-'");
    cursor_.advance();
    cursor_.skip_blanks();
    Step step;
    step.kind = Step::Kind::Index;
    if (!is_digit(cursor_.current())) return cursor_.fail("expected a number");
    const auto back = number();
    if (!back) return false;
    // Nothing is as many places from the start as there are.
    step.from = *back == 0 ? std::numeric_limits<std::int32_t>::max() : -*back;
    return cursor_.expect(')') && cursor_.expect(']') && add(step, steps);
}

std::optional<std::int32_t> Parser::number() {
    const std::size_t start = cursor_.place();
    if (cursor_.current() == '-') cursor_.advance();
    while (is_digit(cursor_.current())) cursor_.advance();
    const std::string_view digits = cursor_.since(start);
    const char* end = digits.data() + digits.size();
    std::int32_t value = 0;
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec == std::errc{} && parsed.ptr == end) return value;
    cursor_.fail_at(start, "not an index");
    return std::nullopt;
}

bool Parser::call(std::string_view name, std::size_t start, StepList& steps) {
    const NamedFunction* found = nullptr;
    for (const NamedFunction& known : kFunctions) {
        if (known.name == name) found = &known;
    }
    if (found == nullptr) {
        return cursor_.fail_at(start, "there is no function '" + std::string(name) + "'");
    }
    Step step;
    step.kind = Step::Kind::Function;
    step.function = found->function;
    if (!parameters(step)) return false;
    if (step.function == Function::Index && step.range.count == 0) {
        return cursor_.fail_at(start, "index() needs a number");
    }
    // At the end of a scan, a function works on all that was found.
    if (!steps.empty() && steps.front().kind == Step::Kind::Scan) {
        const auto input = input_of(step.function, std::move(steps));
        if (!input) return false;
        steps.clear();
        step.input = *input;
    }
    return add(step, steps);
}

std::optional<std::uint32_t> Parser::input_of(Function function, StepList steps) {
    if (steps.back().kind == Step::Kind::Scan) {
        cursor_.fail("'..' needs a name before a function");
        return std::nullopt;
    }
    // The reference counts what is in the matches, not the matches.
    Step wildcard;
    wildcard.kind = Step::Kind::Wildcard;
    if (function == Function::Length && !add(wildcard, steps)) return std::nullopt;
    return finish(std::move(steps), false);
}

bool Parser::parameters(Step& step) {
    const Nesting nesting(depth_);
    if (nested_too_deeply()) return false;
    std::vector<Operand> found;
    cursor_.skip_blanks();
    if (!cursor_.accept(")")) {
        do {
            cursor_.skip_blanks();
            const std::size_t start = cursor_.place();
            const auto read = operand();
            if (!read) return false;
            const bool is_scalar = read->kind == Operand::Kind::Path ||
                                   (read->kind == Operand::Kind::Literal &&
                                    !program_.literals[read->place].value.is_list() &&
                                    !program_.literals[read->place].value.is_map());
            if (!is_scalar) return cursor_.fail_at(start, "expected a path, a text or a number");
            found.push_back(*read);
            cursor_.skip_blanks();
        } while (cursor_.accept(","));
        if (!cursor_.expect(')')) return false;
    }
    step.range = {static_cast<std::uint32_t>(program_.operands.size()),
                  static_cast<std::uint32_t>(found.size())};
    program_.operands.insert(program_.operands.end(), found.begin(), found.end());
    return true;
}

}  // namespace turnpike::jsonpath
