#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/field_list.hpp"
#include "data-plane/pipeline/arena.hpp"

namespace turnpike::integration {

/// "application/json" of "Application/JSON; charset=utf-8, text/plain": the first media type,
/// without parameters, in lower case.
std::string_view media_type_of(std::string_view field_value, pipeline::Arena& arena);

/// What the caller sends: its Content-Type field; JSON if there is none.
std::string_view content_type_of(const http::FieldList& fields);

/// What the caller wants: the first media type of the last Accept line; JSON if there is none.
std::string_view wanted_media_type(const http::FieldList& fields, pipeline::Arena& arena);

/// Whether an entry of binaryMediaTypes covers the type of a Content-Type or Accept value; entries
/// may be "type/subtype", "type/*" and "*/*".
bool matches_any(const std::vector<std::string>& entries, std::string_view field_value);

}  // namespace turnpike::integration
