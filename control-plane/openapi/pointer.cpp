#include "control-plane/openapi/pointer.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"

namespace turnpike::openapi {
namespace {

std::string escaped(std::string_view step) {
    std::string text;
    for (const char c : step) {
        if (c == '~') {
            text += "~0";
        } else if (c == '/') {
            text += "~1";
        } else {
            text += c;
        }
    }
    return text;
}

std::string unescaped(std::string_view step) {
    std::string text;
    for (std::size_t at = 0; at < step.size(); ++at) {
        const char next = at + 1 < step.size() ? step[at + 1] : '\0';
        if (step[at] == '~' && (next == '0' || next == '1')) {
            text += next == '0' ? '~' : '/';
            ++at;
        } else {
            text += step[at];
        }
    }
    return text;
}

}  // namespace

std::string pointer_text(const Steps& steps) {
    std::string text;
    for (const std::string& step : steps) text += "/" + escaped(step);
    return text;
}

std::optional<Steps> steps_of_reference(std::string_view reference) {
    if (!reference.starts_with('#')) return std::nullopt;
    reference.remove_prefix(1);
    Steps steps;
    if (reference.empty()) return steps;
    if (reference.front() != '/') return std::nullopt;
    for (const std::string_view step : split(reference.substr(1), '/')) {
        // Names with a lone percent sign are often written as they are.
        const auto decoded = http::percent_decode(step);
        steps.push_back(unescaped(decoded ? std::string_view(*decoded) : step));
    }
    return steps;
}

}  // namespace turnpike::openapi
