#pragma once

#include <functional>
#include <string>

#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/node.hpp"

namespace turnpike::openapi {

/// What a schema with a `$ref` refers to: the URL of a model, empty if there is none.
using ModelUrl = std::function<std::string(const Node& schema)>;

/// A schema of OpenAPI as a draft-4 JSON schema, the language of models. References become URLs;
/// `nullable` becomes a type; with `is_3_1`, keywords of JSON Schema 2020-12 become those of draft
/// 4 where there are any. What draft 4 does not know stays as it is, and means nothing there.
json::Value draft4_schema(const Node& schema, bool is_3_1, const ModelUrl& model_url,
                          Diagnostics& diagnostics);

}  // namespace turnpike::openapi
