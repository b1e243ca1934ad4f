#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"

namespace turnpike::service {

/// What a documentation part is about: {"type", "path"?, "method"?, "statusCode"?, "name"?}.
/// Source: contract shape DocumentationPartLocation, docs/compatibility.md.

/// As it was given, without members that say nothing.
json::Value given_location(const json::Value& input);

/// As two are compared: with every member that its type has, those not given by their defaults.
/// Errors: Invalid if the type has no such member, or a member is missing or malformed.
Result<json::Value> complete_location(const json::Value& given);

/// Whether content for a location also counts for what lies below it.
bool is_inherited(std::string_view type);

/// Whether content at `documented` is content of `entity`. Requires: both complete.
bool covers_location(const json::Value& documented, const json::Value& entity);

/// "type 'METHOD', path '/pets', method 'GET'", for people.
std::string location_text(const json::Value& location);

}  // namespace turnpike::service
