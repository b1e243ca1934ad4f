#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>

#include "common/dynamic/text.hpp"
#include "common/schema/schema.hpp"

namespace turnpike::schema {

using DocumentsByUri = std::map<std::string, std::string, std::less<>>;

inline Resolver resolver_of(DocumentsByUri documents) {
    return [documents = std::move(documents)](std::string_view uri) -> std::optional<std::string> {
        const auto found = documents.find(uri);
        if (found == documents.end()) return std::nullopt;
        return found->second;
    };
}

inline Schema compiled(std::string_view schema, const Resolver& resolver = {}) {
    auto made = compile(schema, resolver);
    REQUIRE_MESSAGE(made.has_value(), schema, " ", made.has_value() ? "" : made.error().message);
    return *made;
}

/// Why the schema is refused.
inline std::string refusal(std::string_view schema) {
    const auto made = compile(schema, {});
    REQUIRE_FALSE_MESSAGE(made.has_value(), schema);
    CHECK(made.error().kind == Error::Kind::Invalid);
    return made.error().message;
}

/// The text of the report; empty: valid.
inline std::string checked(const Schema& schema, std::string_view instance,
                           const Limits& limits = {}) {
    dynamic::Heap heap;
    const auto value = dynamic::parse_json(instance, heap);
    REQUIRE_MESSAGE(value.has_value(), instance);
    const auto report = validate(schema, *value, heap, limits);
    REQUIRE(report.has_value());
    CHECK(report->is_valid == report->problems.empty());
    CHECK(report->is_valid == report->text.empty());
    return std::string(report->text);
}
inline std::string checked(std::string_view schema, std::string_view instance) {
    return checked(compiled(schema), instance);
}

inline bool is_valid(const Schema& schema, std::string_view instance) {
    return checked(schema, instance).empty();
}
inline bool is_valid(std::string_view schema, std::string_view instance) {
    return is_valid(compiled(schema), instance);
}

}  // namespace turnpike::schema
