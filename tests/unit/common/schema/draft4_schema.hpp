#pragma once

#include <string_view>

namespace turnpike::schema {

/// The rules of draft-4 for schemas, as a schema; what the published suite expects under
/// "http://json-schema.org/draft-04/schema".
inline constexpr std::string_view kDraft4Schema = R"({
  "id": "http://json-schema.org/draft-04/schema#",
  "type": "object",
  "definitions": {
    "count": {"type": "integer", "minimum": 0},
    "names": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": true},
    "list": {"type": "array", "items": {"$ref": "#"}, "minItems": 1},
    "byName": {"type": "object", "additionalProperties": {"$ref": "#"}},
    "flagOrSchema": {"anyOf": [{"type": "boolean"}, {"$ref": "#"}]},
    "type": {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
  },
  "properties": {
    "id": {"type": "string"},
    "$schema": {"type": "string"},
    "title": {"type": "string"},
    "description": {"type": "string"},
    "multipleOf": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
    "maximum": {"type": "number"},
    "exclusiveMaximum": {"type": "boolean"},
    "minimum": {"type": "number"},
    "exclusiveMinimum": {"type": "boolean"},
    "maxLength": {"$ref": "#/definitions/count"},
    "minLength": {"$ref": "#/definitions/count"},
    "pattern": {"type": "string"},
    "additionalItems": {"$ref": "#/definitions/flagOrSchema"},
    "items": {"anyOf": [{"$ref": "#"}, {"$ref": "#/definitions/list"}]},
    "maxItems": {"$ref": "#/definitions/count"},
    "minItems": {"$ref": "#/definitions/count"},
    "uniqueItems": {"type": "boolean"},
    "maxProperties": {"$ref": "#/definitions/count"},
    "minProperties": {"$ref": "#/definitions/count"},
    "required": {"$ref": "#/definitions/names"},
    "additionalProperties": {"$ref": "#/definitions/flagOrSchema"},
    "definitions": {"$ref": "#/definitions/byName"},
    "properties": {"$ref": "#/definitions/byName"},
    "patternProperties": {"$ref": "#/definitions/byName"},
    "dependencies": {
      "type": "object",
      "additionalProperties": {"anyOf": [{"$ref": "#"}, {"$ref": "#/definitions/names"}]}
    },
    "enum": {"type": "array", "minItems": 1, "uniqueItems": true},
    "type": {
      "anyOf": [
        {"$ref": "#/definitions/type"},
        {"type": "array", "items": {"$ref": "#/definitions/type"}, "minItems": 1, "uniqueItems": true}
      ]
    },
    "allOf": {"$ref": "#/definitions/list"},
    "anyOf": {"$ref": "#/definitions/list"},
    "oneOf": {"$ref": "#/definitions/list"},
    "not": {"$ref": "#"},
    "format": {"type": "string"}
  },
  "dependencies": {
    "exclusiveMaximum": ["maximum"],
    "exclusiveMinimum": ["minimum"]
  }
})";

}  // namespace turnpike::schema
