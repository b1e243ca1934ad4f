#include "control-plane/service/model_schema.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kSchemaBytesMax = std::size_t{400} * 1024;
constexpr std::size_t kSchemaDepthMax = 64;
constexpr std::string_view kReference = "$ref";

constexpr std::array<std::string_view, 7> kTypes{"array",  "boolean", "integer", "null",
                                                 "number", "object",  "string"};
/// Keywords that hold one schema, a list of them, and schemas by name.
constexpr std::array<std::string_view, 4> kOne{"not", "items", "additionalItems",
                                               "additionalProperties"};
constexpr std::array<std::string_view, 4> kLists{"allOf", "anyOf", "oneOf", "items"};
constexpr std::array<std::string_view, 4> kMaps{"properties", "patternProperties", "definitions",
                                                "dependencies"};

/// For const and other documents alike.
template <typename Document>
std::vector<Document*> schemas_below(Document& schema) {
    std::vector<Document*> found;
    if (!schema.is_object()) return found;
    for (const std::string_view keyword : kOne) {
        Document* one = schema.as_object().find(keyword);
        if (one != nullptr && one->is_object()) found.push_back(one);
    }
    for (const std::string_view keyword : kLists) {
        Document* list = schema.as_object().find(keyword);
        if (list == nullptr || !list->is_array()) continue;
        for (auto& item : list->as_array()) {
            if (item.is_object()) found.push_back(&item);
        }
    }
    for (const std::string_view keyword : kMaps) {
        Document* map = schema.as_object().find(keyword);
        if (map == nullptr || !map->is_object()) continue;
        for (auto& [name, item] : map->as_object()) {
            if (item.is_object()) found.push_back(&item);
        }
    }
    return found;
}

Error invalid_schema(std::string_view reason) {
    return invalid("Invalid model specified: Validation Result: warnings : [], errors : [" +
                   std::string(reason) + "]");
}

bool is_type(const json::Value& value) {
    return value.is_string() &&
           std::find(kTypes.begin(), kTypes.end(), value.as_string()) != kTypes.end();
}

/// The keywords on which reading a schema depends; the others are taken as they are.
bool has_usable_keywords(const json::Value& schema) {
    const auto is_of = [&schema](std::string_view keyword, auto accepts) {
        const json::Value* value = schema.find(keyword);
        return value == nullptr || accepts(*value);
    };
    const auto is_list_of_types = [](const json::Value& value) {
        return is_type(value) ||
               (value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(),
                                                [](const auto& item) { return is_type(item); }));
    };
    const auto is_list_of_objects = [](const json::Value& value) {
        return value.is_array() &&
               std::all_of(value.as_array().begin(), value.as_array().end(),
                           [](const json::Value& item) { return item.is_object(); });
    };
    const auto is_map_of_objects = [](const json::Value& value) {
        return value.is_object() &&
               std::all_of(value.as_object().begin(), value.as_object().end(),
                           [](const auto& member) { return member.second.is_object(); });
    };
    const auto is_items = [&](const json::Value& value) {
        return value.is_object() || is_list_of_objects(value);
    };
    const auto is_list = [](const json::Value& value) { return value.is_array(); };
    return is_of("type", is_list_of_types) && is_of("properties", is_map_of_objects) &&
           is_of("definitions", is_map_of_objects) && is_of("items", is_items) &&
           is_of("allOf", is_list_of_objects) && is_of("anyOf", is_list_of_objects) &&
           is_of("oneOf", is_list_of_objects) && is_of("required", is_list) &&
           is_of("enum", is_list);
}

bool is_json_type(std::string_view content_type) {
    const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
    return type == "application/json" || type.ends_with("+json");
}

Result<json::Value> parsed_schema(std::string_view text) {
    auto parsed = json::parse(text, {.depth_max = kSchemaDepthMax, .bytes_max = kSchemaBytesMax});
    if (!parsed || !parsed->is_object()) return invalid_schema("Invalid model schema specified");
    return parsed;
}

Result<void> check_reference(Transaction& transaction, std::string_view api_id,
                             std::string_view own_name, std::string_view reference) {
    if (reference.starts_with('#')) return {};
    const auto name = referenced_model(reference, api_id);
    if (!name) {
        return invalid_schema(
            "Invalid model schema specified, Model reference must be in "
            "canonical form");
    }
    if (*name == own_name || transaction.exists(Table::Models, {std::string(api_id), *name})) {
        return {};
    }
    return invalid_schema("Unknown model reference specified: " + std::string(reference));
}

}  // namespace

std::vector<const json::Value*> subschemas(const json::Value& schema) {
    return schemas_below(schema);
}
std::vector<json::Value*> subschemas(json::Value& schema) { return schemas_below(schema); }

std::optional<std::string> referenced_model(std::string_view reference, std::string_view api_id) {
    constexpr std::string_view kScheme = "https://";
    if (!reference.starts_with(kScheme)) return std::nullopt;
    const std::size_t slash = reference.find('/', kScheme.size());
    if (slash == std::string_view::npos || slash == kScheme.size()) return std::nullopt;
    const std::string start = "/restapis/" + std::string(api_id) + "/models/";
    const std::string_view path = reference.substr(slash);
    if (!path.starts_with(start)) return std::nullopt;
    const std::string_view name = path.substr(start.size());
    if (name.empty() || name.find_first_of("/?#") != std::string_view::npos) return std::nullopt;
    return std::string(name);
}

std::set<std::string> referenced_models(std::string_view schema, std::string_view api_id) {
    std::set<std::string> names;
    const auto parsed = parsed_schema(schema);
    if (!parsed) return names;
    std::vector<const json::Value*> waiting{&*parsed};
    while (!waiting.empty()) {
        const json::Value& next = *waiting.back();
        waiting.pop_back();
        if (auto name = referenced_model(next.text(kReference), api_id)) {
            names.insert(*std::move(name));
        }
        const auto below = subschemas(next);
        waiting.insert(waiting.end(), below.begin(), below.end());
    }
    return names;
}

Result<void> check_model_schema(Transaction& transaction, std::string_view api_id,
                                std::string_view name, std::string_view content_type,
                                std::string_view schema) {
    if (trim(schema).empty()) {
        return invalid("Model schema must have at least 1 property or array items defined");
    }
    if (schema.size() > kSchemaBytesMax) {
        return invalid_schema("Model schema exceeds the maximum size of 400 KB");
    }
    if (!is_json_type(content_type)) return {};
    const auto parsed = parsed_schema(schema);
    if (!parsed) return parsed.error();
    std::vector<const json::Value*> waiting{&*parsed};
    while (!waiting.empty()) {
        const json::Value& next = *waiting.back();
        waiting.pop_back();
        if (!has_usable_keywords(next)) return invalid_schema("Invalid model schema specified");
        if (const std::string_view reference = next.text(kReference); !reference.empty()) {
            auto checked = check_reference(transaction, api_id, name, reference);
            if (!checked) return checked;
        }
        const auto below = subschemas(next);
        waiting.insert(waiting.end(), below.begin(), below.end());
    }
    return {};
}

ModelSchemas::ModelSchemas(Transaction& transaction, std::string_view api_id)
    : transaction_(transaction), api_id_(api_id) {}

std::optional<SchemaPlace> ModelSchemas::target_of(std::string_view model,
                                                   std::string_view reference) const {
    if (reference.starts_with('#')) {
        return SchemaPlace{std::string(model), std::string(reference.substr(1))};
    }
    if (auto name = referenced_model(reference, api_id_)) return SchemaPlace{*std::move(name), {}};
    return std::nullopt;
}

namespace {

/// RFC 6901 section 4, on objects and arrays.
const json::Value* at_pointer(const json::Value& document, std::string_view pointer) {
    if (pointer.empty()) return &document;
    const std::vector<std::string> tokens = pointer_segments(pointer);
    const json::Value* place = tokens.empty() ? nullptr : &document;
    for (const std::string& token : tokens) {
        if (place->is_array()) {
            const auto index = parse_integer(token);
            const json::Array& items = place->as_array();
            if (!index || *index < 0 || *index >= std::ssize(items)) return nullptr;
            place = &items[static_cast<std::size_t>(*index)];
        } else {
            place = place->find(token);
        }
        if (place == nullptr) return nullptr;
    }
    return place;
}

}  // namespace

const json::Value* ModelSchemas::find(const SchemaPlace& place) {
    auto known = parsed_.find(place.model);
    if (known == parsed_.end()) {
        std::optional<json::Value> schema;
        if (const auto model = transaction_.find(Table::Models, {api_id_, place.model})) {
            if (auto parsed = parsed_schema(model->text("schema"))) schema = *std::move(parsed);
        }
        known = parsed_.emplace(place.model, std::move(schema)).first;
    }
    const std::optional<json::Value>& schema = known->second;
    if (!schema) return nullptr;
    return at_pointer(*schema, place.pointer);
}

}  // namespace turnpike::service
