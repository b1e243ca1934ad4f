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
    Pattern pattern;
    pattern.expression_ = std::string(expression);
    for (const Condition& condition : split_look_ahead(expression)) {
        if (auto added = pattern.add(condition); !added) {
            return invalid("the pattern \"" + pattern.expression_ +
                           "\" cannot be used: " + added.error().message);
        }
    }
    return pattern;
}

Result<void> Pattern::add(const Condition& condition) {
    const auto translated = to_re2(condition.expression);
    if (!translated) return translated.error();
    auto searched = compiled(*translated, limits::kPatternMemoryMax);
    if (!searched->ok()) return invalid(searched->error());
    const auto instructions = static_cast<std::size_t>(searched->ProgramSize());
    const std::size_t bytes_max = std::clamp(instructions * kBytesPerInstruction,
                                             limits::kPatternMemoryMin, limits::kPatternMemoryMax);
    if (bytes_max < limits::kPatternMemoryMax) searched = compiled(*translated, bytes_max);
    memory_bytes_max_ += bytes_max;
    parts_.push_back({std::move(searched), condition.is_negated});
    return {};
}

bool Pattern::is_found_in(std::string_view text) const {
    const re2::StringPiece searched(text.data(), text.size());
    return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
        return re2::RE2::PartialMatch(searched, *part.compiled) != part.is_negated;
    });
}

}  // namespace turnpike::schema
