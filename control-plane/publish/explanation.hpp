#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/json/value.hpp"

namespace turnpike::publish {

/// What a worker recorded of one request (docs/explain.md): the members that are documented, of
/// their types; whatever else the text holds is left out, since other versions may have written it.
/// Returns: nothing if the text is no JSON object. Time and memory: linear in the text.
std::optional<json::Value> read_explanation(std::string_view request_id, std::string_view text);

/// Members of an explanation that a list shows.
json::Value summary_of(const json::Value& explanation);

}  // namespace turnpike::publish
