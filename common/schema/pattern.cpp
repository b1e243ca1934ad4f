#include "common/schema/pattern.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "common/schema/ecma_pattern.hpp"
#include "common/schema/limits.hpp"

namespace turnpike::schema {
namespace {

/// So much for each instruction lets matching keep the states that it meets again.
constexpr std::size_t kBytesPerInstruction = 1'024;

std::shared_ptr<const re2::RE2> compiled(const std::string& expression, std::size_t bytes_max) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(static_cast<std::int64_t>(bytes_max));
    return std::make_shared<const re2::RE2>(expression, options);
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view expression) {
    const auto translated = to_re2(expression);
    const std::string start = "the pattern \"" + std::string(expression) + "\" cannot be used: ";
    if (!translated) return invalid(start + translated.error().message);
    Pattern pattern;
    pattern.expression_ = std::string(expression);
    pattern.compiled_ = compiled(*translated, limits::kPatternMemoryMax);
    if (!pattern.compiled_->ok()) return invalid(start + pattern.compiled_->error());
    const auto instructions = static_cast<std::size_t>(pattern.compiled_->ProgramSize());
    pattern.memory_bytes_max_ = std::clamp(instructions * kBytesPerInstruction,
                                           limits::kPatternMemoryMin, limits::kPatternMemoryMax);
    if (pattern.memory_bytes_max_ < limits::kPatternMemoryMax) {
        pattern.compiled_ = compiled(*translated, pattern.memory_bytes_max_);
    }
    return pattern;
}

bool Pattern::is_found_in(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace turnpike::schema
