#include "common/jsonpath/parser.hpp"

#include <algorithm>

#include "common/jsonpath/path.hpp"

namespace turnpike::jsonpath {

namespace {

bool is_definite(const Step& step, bool is_last) {
    switch (step.kind) {
        case Step::Kind::Name:
        case Step::Kind::Index:
        case Step::Kind::Function:
            return true;
        case Step::Kind::Names:
            return is_last;  // there they are merged into one map
        default:
            return false;
    }
}

}  // namespace

bool Parser::expression() {
    const char second = cursor_.peek(1);
    if (second != '\0' && second != '.' && second != '[') {
        return cursor_.fail_at(1, "expected '.' or '['");
    }
    const auto main = path(Place::Top);
    if (!main) return false;
    program_.main = *main;
    return true;
}

std::optional<std::uint32_t> Parser::path(Place place) {
    const bool is_from_root = cursor_.current() == '$';
    cursor_.advance();
    StepList steps;
    while (!ends_path(place)) {
        if (!step(place, steps)) return std::nullopt;
    }
    if (!steps.empty() && steps.back().kind == Step::Kind::Scan) {
        cursor_.fail("a path cannot end with '..'");
        return std::nullopt;
    }
    return finish(std::move(steps), is_from_root);
}

/// Outside of filters blanks at the end are gone already, so that others stand in the middle.
bool Parser::ends_path(Place place) const {
    return cursor_.at_end() ||
           (place == Place::Filter && ends_name(place) && cursor_.current() != '.' &&
            cursor_.current() != '[' && cursor_.current() != '(');
}

bool Parser::step(Place place, StepList& steps) {
    switch (cursor_.current()) {
        case '.':
            cursor_.advance();
            return after_dot(place, steps);
        case '[':
            cursor_.advance();
            return bracket(steps);
        case '*': {
            cursor_.advance();
            Step wildcard;
            wildcard.kind = Step::Kind::Wildcard;
            return add(wildcard, steps);
        }
        default:
            return name_or_call(place, steps);
    }
}

bool Parser::after_dot(Place place, StepList& steps) {
    if (cursor_.accept(".")) {
        if (!steps.empty() && steps.back().kind == Step::Kind::Scan) {
            return cursor_.fail("'..' twice");
        }
        Step scan;
        scan.kind = Step::Kind::Scan;
        return add(scan, steps);
    }
    if (ends_path(place)) return cursor_.fail("a path cannot end with '.'");
    if (cursor_.current() == '[') return true;
    // `$.*x` is a member of that name.
    const char next = cursor_.peek(1);
    const bool is_alone = next == '\0' || next == '.' || next == '[' || Cursor::is_blank(next) ||
                          place == Place::Filter;
    if (cursor_.current() == '*' && is_alone) return true;
    return name_or_call(place, steps);
}

bool Parser::ends_name(Place place) const {
    const char c = cursor_.current();
    if (cursor_.at_end() || c == '.' || c == '[' || c == '(' || Cursor::is_blank(c)) return true;
    if (place == Place::Top) return false;
    if ((c == '&' || c == '|') && cursor_.peek(1) == c) return true;
    return std::string_view(")]<>=!~,").find(c) != std::string_view::npos;
}

bool Parser::name_or_call(Place place, StepList& steps) {
    const std::size_t start = cursor_.place();
    while (!ends_name(place)) cursor_.advance();
    const std::string_view name = cursor_.since(start);
    if (cursor_.current() == '(') {
        cursor_.advance();
        return call(name, start, steps);
    }
    if (name.empty()) {
        return cursor_.fail("expected a name; names with blanks are written ['a b']");
    }
    Step member;
    member.range = {static_cast<std::uint32_t>(program_.names.size()), 1};
    program_.names.push_back(program_.heap.copy(name));
    return add(member, steps);
}

bool Parser::add(Step step, StepList& steps) {
    if (steps.size() == kStepsMax) return cursor_.fail("too many steps");
    steps.push_back(step);
    return true;
}

std::uint32_t Parser::finish(StepList steps, bool is_from_root) {
    Steps path;
    path.range = {static_cast<std::uint32_t>(program_.steps.size()),
                  static_cast<std::uint32_t>(steps.size())};
    path.is_from_root = is_from_root;
    path.is_definite = std::all_of(steps.begin(), steps.end(), [&steps](const Step& step) {
        return is_definite(step, &step == &steps.back());
    });
    program_.steps.insert(program_.steps.end(), steps.begin(), steps.end());
    program_.paths.push_back(path);
    return static_cast<std::uint32_t>(program_.paths.size() - 1);
}

}  // namespace turnpike::jsonpath
