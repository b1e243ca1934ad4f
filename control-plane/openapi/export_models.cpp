#include "control-plane/openapi/export_models.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "common/base/text.hpp"

namespace turnpike::openapi {

namespace {

constexpr std::string_view kModels = "/models/";

/// Keywords whose values are data: what looks like a reference there is none.
bool holds_data(std::string_view keyword) {
    return keyword == "enum" || keyword == "default" || keyword == "example" ||
           keyword == "examples";
}

bool holds_named_schemas(std::string_view keyword) {
    return keyword == "properties" || keyword == "patternProperties" || keyword == "definitions" ||
           keyword == "dependencies";
}

bool is_built_in(const std::string& name, const json::Value& schema) {
    return (name == "Empty" && schema.text("title") == "Empty Schema") ||
           (name == "Error" && schema.text("title") == "Error Schema");
}

/// "Pet" of "https://apigateway.example.com/restapis/a1b2c3/models/Pet", with what follows "#".
std::string_view name_in_address(std::string_view address) {
    const std::size_t apis = address.find("/restapis/");
    if (!address.starts_with("http") || apis == std::string_view::npos) return {};
    const std::size_t models = address.find(kModels, apis);
    if (models == std::string_view::npos) return {};
    return address.substr(models + kModels.size());
}

/// "Pet" of "#/definitions/Pet" and "#/components/schemas/Pet".
std::string_view name_in_pointer(std::string_view pointer) {
    for (const std::string_view place : {"#/definitions/", "#/components/schemas/"}) {
        if (pointer.starts_with(place)) return pointer.substr(place.size());
    }
    return {};
}

/// "~1" and "~0" of a pointer (RFC 6901).
std::string unescaped(std::string_view token) {
    std::string plain;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool escape = token[i] == '~' && i + 1 < token.size();
        if (escape && token[i + 1] == '1') {
            plain += '/';
            ++i;
        } else if (escape && token[i + 1] == '0') {
            plain += '~';
            ++i;
        } else {
            plain += token[i];
        }
    }
    return plain;
}

/// Does "#/properties/id" lead anywhere within the schema? Only members are followed.
bool leads_somewhere(const json::Value& schema, std::string_view pointer) {
    const json::Value* place = &schema;
    if (pointer.starts_with('#')) pointer.remove_prefix(1);
    if (pointer.empty()) return true;
    if (!pointer.starts_with('/')) return false;
    for (const std::string_view token : split(pointer.substr(1), '/')) {
        place = place->find(unescaped(token));
        if (place == nullptr) return false;
    }
    return true;
}

using SchemaVisitor = std::function<void(json::Object&)>;

/// Visits a schema and all schemas within it.
void visit_schemas(json::Value& schema, const SchemaVisitor& visit) {
    if (schema.is_array()) {
        for (json::Value& item : schema.as_array()) visit_schemas(item, visit);
        return;
    }
    if (!schema.is_object()) return;
    visit(schema.as_object());
    for (auto& [keyword, member] : schema.as_object()) {
        if (holds_named_schemas(keyword) && member.is_object()) {
            for (auto& named : member.as_object()) visit_schemas(named.second, visit);
        } else if (!holds_data(keyword)) {
            visit_schemas(member, visit);
        }
    }
}

std::string* reference_in(json::Object& schema) {
    json::Value* reference = schema.find("$ref");
    return reference != nullptr && reference->is_string() ? &reference->as_string() : nullptr;
}

/// ["string", "null"] says in draft 4 what OpenAPI 3.0 says with `nullable`.
void tell_nullable(json::Object& schema) {
    json::Value* type = schema.find("type");
    if (type == nullptr || !type->is_array() || type->as_array().size() != 2) return;
    const json::Array types = type->as_array();
    const json::Value null("null");
    if ((types[0] == null) == (types[1] == null)) return;
    *type = types[0] == null ? types[1] : types[0];
    schema.set("nullable", true);
}

}  // namespace

bool is_json_content_type(std::string_view content_type) {
    const std::string type = to_lower(
        trim(content_type.substr(0, std::min(content_type.find(';'), content_type.size()))));
    return type == "application/json" || type.ends_with("+json");
}

ExportedModels::ExportedModels(const json::Array& models, ExportType type)
    : type_(type),
      prefix_(type == ExportType::Swagger ? "#/definitions/" : "#/components/schemas/") {
    for (const json::Value& model : models) {
        const std::string name(model.text("name"));
        const auto schema = json::parse(model.text("schema"));
        if (schema && schema->is_object()) {
            schemas_[name] = *schema;
        } else {
            foreign_[name] = model.text("contentType");
        }
    }
}

bool ExportedModels::is_schema(const std::string& name) const { return !foreign_.contains(name); }

json::Value ExportedModels::reference(const std::string& name) {
    use(name);
    return json::Object{{"$ref", prefix_ + name}};
}

/// With everything that the schema refers to in turn.
void ExportedModels::use(const std::string& first) {
    std::vector<std::string> waiting{first};
    while (!waiting.empty()) {
        const std::string name = std::move(waiting.back());
        waiting.pop_back();
        if (exported_.contains(name)) continue;
        const auto stored = schemas_.find(name);
        // A method may name a model that was deleted since, "Empty" above all.
        json::Value schema =
            stored != schemas_.end() ? stored->second : json::Object{{"type", "object"}};
        translate(schema, name);
        visit_schemas(schema, [&](json::Object& inner) {
            const std::string* reference = reference_in(inner);
            if (reference == nullptr || !reference->starts_with(prefix_)) return;
            const std::string_view rest = std::string_view(*reference).substr(prefix_.size());
            const std::string_view target = rest.substr(0, std::min(rest.find('/'), rest.size()));
            if (!target.empty()) waiting.emplace_back(target);
        });
        exported_.emplace(name, std::move(schema));
    }
}

void ExportedModels::translate(json::Value& schema, const std::string& owner) const {
    schema.as_object().erase("$schema");
    visit_schemas(schema, [this, &owner](json::Object& inner) {
        if (std::string* reference = reference_in(inner)) {
            *reference = local_reference(*reference, owner);
        }
        if (type_ == ExportType::Oas30) tell_nullable(inner);
    });
}

std::string ExportedModels::local_reference(const std::string& reference,
                                            const std::string& owner) const {
    const std::string_view address = name_in_address(reference);
    if (!address.empty()) {
        const std::size_t end = std::min(address.find('#'), address.size());
        if (!schemas_.contains(address.substr(0, end))) return reference;
        std::string_view rest = address.substr(end);
        if (!rest.empty()) rest.remove_prefix(1);
        return prefix_ + std::string(address.substr(0, end)) + std::string(rest);
    }
    if (!reference.starts_with('#')) return reference;
    const auto own = schemas_.find(owner);
    if (own != schemas_.end() && leads_somewhere(own->second, reference)) {
        return prefix_ + owner + reference.substr(1);
    }
    const std::string_view name = name_in_pointer(reference);
    return schemas_.contains(name) ? prefix_ + std::string(name) : reference;
}

json::Object ExportedModels::schemas() const {
    ExportedModels complete = *this;
    for (const auto& [name, schema] : schemas_) {
        if (!is_built_in(name, schema)) complete.use(name);
    }
    json::Object schemas;
    for (const auto& [name, schema] : complete.exported_) schemas.append(name, schema);
    return schemas;
}

}  // namespace turnpike::openapi
