#include "common/jsonpath/path.hpp"

#include <algorithm>
#include <string>

#include "common/jsonpath/parser.hpp"

namespace turnpike::jsonpath {

namespace {

/// Blanks and controls at both ends, as the reference understands them.
std::string_view strip(std::string_view text) {
    const auto counts = [](char c) { return static_cast<unsigned char>(c) > ' '; };
    const auto* first = std::find_if(text.begin(), text.end(), counts);
    text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
    while (!text.empty() && !counts(text.back())) text.remove_suffix(1);
    return text;
}

bool is_plain(const Program& program) {
    const Range range = program.paths[program.main].range;
    const auto first = program.steps.begin() + range.first;
    return std::all_of(first, first + range.count, [](const Step& step) {
        return step.kind == Step::Kind::Name || step.kind == Step::Kind::Index;
    });
}

}  // namespace

Program::Program() = default;
Program::~Program() = default;

Path::Path(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

bool Path::is_definite() const { return program_->paths[program_->main].is_definite; }

Result<Path> compile(std::string_view expression) {
    if (expression.size() > kExpressionBytesMax) {
        return invalid("Invalid JSONPath expression: longer than " +
                       std::to_string(kExpressionBytesMax) + " bytes");
    }
    const std::string_view stripped = strip(expression);
    if (stripped.empty()) return invalid("Invalid JSONPath expression: empty");
    const bool is_bare = stripped.front() != '$' && stripped.front() != '@';
    const std::string text = (is_bare ? "$." : "") + std::string(stripped);
    // Characters are counted in what the user wrote.
    const auto leading = static_cast<std::size_t>(stripped.data() - expression.data());
    Cursor cursor(text, is_bare ? 2 : 0, leading);
    auto program = std::make_shared<Program>();
    if (!Parser(cursor, *program).expression()) {
        return invalid("Invalid JSONPath expression: " + cursor.failure());
    }
    program->is_plain = is_plain(*program);
    return Path(std::move(program));
}

}  // namespace turnpike::jsonpath
