#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "common/dynamic/text.hpp"
#include "common/jsonpath/path.hpp"

namespace turnpike::jsonpath {

/// What the expression finds in the document, as JSON; "nothing", or "refused".
inline std::string found(std::string_view expression, std::string_view document) {
    const auto path = compile(expression);
    if (!path) return "refused";
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(document, heap);
    REQUIRE_MESSAGE(root.has_value(), document);
    const auto result = evaluate(*path, *root, heap);
    REQUIRE_MESSAGE(result.has_value(), expression);
    if (!*result) return "nothing";
    CHECK((path->is_definite() || (*result)->is_list()));
    std::pmr::string text;
    dynamic::append_json(**result, text);
    return std::string(text);
}

inline std::string reason(std::string_view expression) {
    const auto path = compile(expression);
    return path ? "compiled" : path.error().message;
}

}  // namespace turnpike::jsonpath
