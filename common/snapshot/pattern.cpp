#include "common/snapshot/pattern.hpp"

#include <re2/re2.h>

#include "common/snapshot/limits.hpp"

namespace turnpike::snapshot {

namespace {

bool is_plain(std::string_view expression) {
    return expression.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view expression) {
    if (expression.size() > limits::kPatternBytesMax) return invalid("the pattern is too long");
    Pattern pattern;
    // Most patterns are a bare status: comparing needs no automaton and no memory.
    if (is_plain(expression)) {
        pattern.literal_ = std::string(expression);
        return pattern;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(static_cast<std::int64_t>(limits::kPatternMemoryMax));
    auto compiled = std::make_shared<const re2::RE2>(
        re2::StringPiece(expression.data(), expression.size()), options);
    if (!compiled->ok()) return invalid("the pattern is not supported: " + compiled->error());
    pattern.compiled_ = std::move(compiled);
    return pattern;
}

bool Pattern::matches(std::string_view text) const {
    if (!compiled_) return text == literal_;
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace turnpike::snapshot
