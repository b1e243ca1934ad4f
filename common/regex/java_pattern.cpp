#include "common/regex/java_pattern.hpp"

#include <re2/re2.h>

#include <string>

#include "common/regex/java_syntax.hpp"

namespace turnpike::regex {

Result<std::shared_ptr<const re2::RE2>> compile_java(std::string_view expression,
                                                     std::size_t memory_bytes_max,
                                                     std::string_view flags) {
    std::string flagged;
    if (!flags.empty()) flagged.append("(?").append(flags).append(")");
    const auto translated = to_re2(flagged.append(expression));
    if (!translated) return translated.error();
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(static_cast<std::int64_t>(memory_bytes_max));
    auto compiled = std::make_shared<const re2::RE2>(*translated, options);
    if (!compiled->ok()) return invalid(compiled->error());
    return compiled;
}

}  // namespace turnpike::regex
