#include "control-plane/openapi/schema.hpp"

#include <algorithm>
#include <array>

#include "control-plane/openapi/reference.hpp"

namespace turnpike::openapi {
namespace {

/// What a keyword's value holds.
enum class Holds { Nothing, Schema, Schemas, SchemasByName };

struct Keyword {
    std::string_view name;
    Holds holds;
};

constexpr std::array kKeywords{
    Keyword{"additionalItems", Holds::Schema},
    Keyword{"additionalProperties", Holds::Schema},
    Keyword{"contains", Holds::Schema},
    Keyword{"else", Holds::Schema},
    Keyword{"if", Holds::Schema},
    Keyword{"items", Holds::Schema},
    Keyword{"not", Holds::Schema},
    Keyword{"propertyNames", Holds::Schema},
    Keyword{"then", Holds::Schema},
    Keyword{"unevaluatedItems", Holds::Schema},
    Keyword{"unevaluatedProperties", Holds::Schema},
    Keyword{"allOf", Holds::Schemas},
    Keyword{"anyOf", Holds::Schemas},
    Keyword{"oneOf", Holds::Schemas},
    Keyword{"prefixItems", Holds::Schemas},
    Keyword{"$defs", Holds::SchemasByName},
    Keyword{"definitions", Holds::SchemasByName},
    Keyword{"dependencies", Holds::SchemasByName},
    Keyword{"dependentSchemas", Holds::SchemasByName},
    Keyword{"patternProperties", Holds::SchemasByName},
    Keyword{"properties", Holds::SchemasByName},
};

Holds held_by(std::string_view keyword) {
    const auto found = std::find_if(kKeywords.begin(), kKeywords.end(),
                                    [&](const Keyword& known) { return known.name == keyword; });
    return found == kKeywords.end() ? Holds::Nothing : found->holds;
}

/// Members beside a `$ref` that constrain nothing.
bool is_remark(std::string_view keyword) {
    constexpr std::array<std::string_view, 10> kRemarks{
        "$ref",    "title",      "description", "summary",  "default",
        "example", "deprecated", "examples",    "readOnly", "writeOnly"};
    return keyword.starts_with("x-") ||
           std::find(kRemarks.begin(), kRemarks.end(), keyword) != kRemarks.end();
}

/// `nullable: true` of 3.0 is a further type. Source: OpenAPI 3.0.3, Schema Object.
void settle_nullable(json::Object& schema) {
    const json::Value* const nullable = schema.find("nullable");
    json::Value* const type = schema.find("type");
    const bool is_nullable = nullable != nullptr && nullable->is_bool() && nullable->as_bool();
    if (!is_nullable || type == nullptr || !type->is_string()) return;
    *type = json::Array{*type, "null"};
    if (json::Value* const values = schema.find("enum"); values != nullptr && values->is_array()) {
        json::Array& allowed = values->as_array();
        if (std::find(allowed.begin(), allowed.end(), json::Value()) == allowed.end()) {
            allowed.emplace_back();
        }
    }
    schema.erase("nullable");
}

/// A number since draft 6, in draft 4 a flag beside the inclusive bound.
void settle_exclusive_bound(json::Object& schema, std::string_view exclusive,
                            std::string_view inclusive, bool is_lower) {
    const json::Value* const given = schema.find(exclusive);
    if (given == nullptr || !given->is_number()) return;
    const json::Value bound = *given;
    const json::Value* const other = schema.find(inclusive);
    const bool is_other_tighter = other != nullptr && other->is_number() &&
                                  (is_lower ? other->as_number() > bound.as_number()
                                            : other->as_number() < bound.as_number());
    if (is_other_tighter) {
        schema.erase(exclusive);
        return;
    }
    schema.set(inclusive, bound);
    schema.set(exclusive, true);
}

/// Source: JSON Schema 2020-12 against draft 4.
void settle_newer_keywords(json::Object& schema) {
    settle_exclusive_bound(schema, "exclusiveMinimum", "minimum", true);
    settle_exclusive_bound(schema, "exclusiveMaximum", "maximum", false);
    if (const json::Value* const only = schema.find("const"); only != nullptr) {
        const json::Value allowed = json::Array{*only};
        schema.erase("const");
        if (!schema.contains("enum")) schema.set("enum", allowed);
    }
    if (json::Value* const first = schema.find("prefixItems"); first != nullptr) {
        json::Value items = std::move(*first);
        schema.erase("prefixItems");
        if (json::Value* const rest = schema.find("items"); rest != nullptr) {
            schema.set("additionalItems", std::move(*rest));
        }
        schema.set("items", std::move(items));
    }
}

class Converter {
public:
    Converter(bool is_3_1, const ModelUrl& model_url, Diagnostics& diagnostics)
        : is_3_1_(is_3_1), model_url_(model_url), diagnostics_(diagnostics) {}

    json::Value schema(const Node& node) {
        if (node.value->is_bool()) {
            if (node.value->as_bool()) return json::Object{};
            return json::Object{{"not", json::Object{}}};
        }
        if (!node.is_object()) {
            diagnostics_.warn(node, "A schema that is no object allows anything");
            return json::Object{};
        }
        if (!reference_of(*node.value).empty()) return reference(node);
        return members(node);
    }

private:
    json::Value reference(const Node& node) {
        const std::string url = model_url_(node);
        const bool is_alone =
            std::all_of(node.members().begin(), node.members().end(),
                        [](const json::Object::Member& member) { return is_remark(member.first); });
        // Before 3.1 what stands beside a reference means nothing.
        if (url.empty()) return is_3_1_ ? members(node) : json::Value(json::Object{});
        json::Value link = json::Object{{"$ref", url}};
        if (!is_3_1_ || is_alone) return link;
        return json::Object{{"allOf", json::Array{std::move(link), members(node)}}};
    }

    json::Value members(const Node& node) {
        json::Object converted;
        for (const auto& member : node.members()) {
            if (member.first == "$ref" && member.second.is_string()) continue;
            converted.append(member.first, keyword(node.member(member)));
        }
        settle_nullable(converted);
        if (is_3_1_) settle_newer_keywords(converted);
        return converted;
    }

    json::Value keyword(const Node& node) {
        switch (held_by(node.name)) {
            case Holds::Schema:
                return one_or_more(node);
            case Holds::Schemas:
                return list(node);
            case Holds::SchemasByName:
                return map(node);
            default:
                return *node.value;
        }
    }

    /// Booleans are known to draft 4 where this stands, lists too.
    json::Value one_or_more(const Node& node) {
        if (node.is_array()) return list(node);
        return node.is_object() ? schema(node) : *node.value;
    }

    json::Value list(const Node& node) {
        if (!node.is_array()) return *node.value;
        json::Array converted;
        for (std::size_t at = 0; at < node.elements().size(); ++at) {
            converted.push_back(schema(node.element(at)));
        }
        return converted;
    }

    json::Value map(const Node& node) {
        if (!node.is_object()) return *node.value;
        json::Object converted;
        for (const auto& member : node.members()) {
            const Node inner = node.member(member);
            // A dependency may be a list of names.
            converted.append(member.first, inner.is_array() ? *inner.value : schema(inner));
        }
        return converted;
    }

    bool is_3_1_;
    const ModelUrl& model_url_;
    Diagnostics& diagnostics_;
};

}  // namespace

json::Value draft4_schema(const Node& schema, bool is_3_1, const ModelUrl& model_url,
                          Diagnostics& diagnostics) {
    return Converter(is_3_1, model_url, diagnostics).schema(schema);
}

}  // namespace turnpike::openapi
