#include "common/snapshot/pattern.hpp"

#include <re2/re2.h>

#include "common/regex/java_pattern.hpp"
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
    auto compiled = regex::compile_java(expression, limits::kPatternMemoryMax);
    if (!compiled) return invalid("the pattern is not supported: " + compiled.error().message);
    pattern.compiled_ = std::move(*compiled);
    return pattern;
}

bool Pattern::matches(std::string_view text) const {
    if (!compiled_) return text == literal_;
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace turnpike::snapshot
