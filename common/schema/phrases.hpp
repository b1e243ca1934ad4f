#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "common/dynamic/value.hpp"
#include "common/schema/program.hpp"

namespace turnpike::schema {

/// What a phrase is about.
struct Subject {
    const Program& program;
    const Check& check;
    const dynamic::Value& value;
    std::size_t value_bytes_max;  ///< Of each text or value repeated from the instance.
};

using Text = std::pmr::string;

/// Appends the phrase for a check that `value` has not passed; `matched` counts the schemas of
/// allOf and oneOf that it matches, `names` are those of members that are missing or not allowed.
/// Source: the reference, validation messages.
void append_phrase(const Subject& subject, std::size_t matched,
                   std::span<const std::string_view> names, Text& out);
/// `property` is there and `missing`, which it needs with it, are not.
void append_dependency_phrase(const Dependency& dependency, const Subject& subject,
                              std::span<const std::string_view> missing, Text& out);

}  // namespace turnpike::schema
