#include "common/schema/pattern.hpp"

#include <re2/re2.h>

#include "common/schema/ecma_pattern.hpp"
#include "common/schema/limits.hpp"

namespace turnpike::schema {

Result<Pattern> Pattern::compile(std::string_view expression) {
    const auto translated = to_re2(expression);
    const std::string start = "the pattern \"" + std::string(expression) + "\" cannot be used: ";
    if (!translated) return invalid(start + translated.error().message);
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(static_cast<std::int64_t>(limits::kPatternMemoryMax));
    auto compiled = std::make_shared<const re2::RE2>(*translated, options);
    if (!compiled->ok()) return invalid(start + compiled->error());
    Pattern pattern;
    pattern.expression_ = std::string(expression);
    pattern.compiled_ = std::move(compiled);
    return pattern;
}

bool Pattern::is_found_in(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace turnpike::schema
