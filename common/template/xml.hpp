#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"

/// XML as values, for templates of XML back ends; our own. An element is its text, or, if it has
/// attributes or elements, a map: attributes under "@name", elements under their names (a list
/// where a name is repeated), text that is not blank under "#text". Names keep their prefixes. A
/// document is a map of its one element. Source: docs/mapping-templates.md.
namespace turnpike::velocity {

/// Nothing refers to `text` afterwards. Errors: Invalid if it is no well-formed document, has a
/// document type, or nests deeper than values may.
Result<dynamic::Value> parse_xml(std::string_view text, dynamic::Heap& heap);

/// The reverse, without a declaration. null is an element without content, an empty list is none.
/// Errors: Invalid for values that have no such form.
Result<dynamic::Value> to_xml(const dynamic::Value& value, dynamic::Heap& heap);

}  // namespace turnpike::velocity
