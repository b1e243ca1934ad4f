#include <algorithm>
#include <array>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/mapping_expression.hpp"
#include "control-plane/service/method_use.hpp"
#include "control-plane/service/model_schema.hpp"
#include "control-plane/service/model_template.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kIdLength = 6;
constexpr std::size_t kNameBytesMax = 1024;

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")), std::string(call.input.text("modelName"))};
}

/// An unknown API and an unknown model are not told apart.
Result<json::Value> find_model(Transaction& transaction, const Call& call) {
    const Key key = key_of(call);
    auto found = transaction.find(Table::Models, key);
    if (!found) return not_found("Invalid model name specified: " + key.id);
    return *std::move(found);
}

Result<json::Value> lock_model(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    return find_model(transaction, call);
}

Result<void> check_name(std::string_view name) {
    if (name.empty()) return invalid("Model name must be non-empty");
    if (name.size() > kNameBytesMax) {
        return invalid("Invalid model name, can be at most 1024 characters.");
    }
    if (!is_word(name, "")) return invalid("Model name must be alphanumeric: " + std::string(name));
    return {};
}

Result<void> check_content_type(std::string_view type) {
    if (type != "$default") return check_content_types(json::Object{{std::string(type), nullptr}});
    return invalid(
        "Validation Result: warnings : [], errors : [Invalid content type specified: $default]");
}

Result<void> check_model(Transaction& transaction, std::string_view api_id,
                         const json::Value& model) {
    auto checked = check_model_schema(transaction, api_id, model.text("name"),
                                      model.text("contentType"), model.text("schema"));
    if (!checked) return checked;
    return check_document_size(model, kModelBytesMax);
}

json::Value new_model(const json::Value& input) {
    json::Value model = json::Object{{"id", random_id(kIdLength)}, {"name", input.text("name")}};
    if (!input.text("description").empty()) model["description"] = input.text("description");
    copy_members(input, {"schema", "contentType"}, model);
    return model;
}

Result<json::Value> create_model(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    json::Value model = new_model(call.input);
    auto checked = check_name(model.text("name"));
    if (!checked) return checked.error();
    checked = check_content_type(model.text("contentType"));
    if (!checked) return checked.error();
    checked = check_model(transaction, api_id, model);
    if (!checked) return checked.error();
    const Key key{api_id, std::string(model.text("name"))};
    if (transaction.exists(Table::Models, key)) {
        return conflict("Model name already exists for this REST API");
    }
    const std::int64_t quota = call.installation.models_per_api_max;
    if (transaction.count(Table::Models, api_id, quota) >= quota) {
        return limit_exceeded("Maximum number of models for this API has been reached");
    }
    transaction.insert(Table::Models, key, model);
    return model;
}

Result<json::Value> get_model(Transaction& transaction, const Call& call) {
    auto model = find_model(transaction, call);
    if (!model || !call.input.flag("flatten")) return model;
    ModelSchemas schemas(transaction, call.input.text("restApiId"));
    auto schema = flattened_schema(schemas, std::string(model->text("name")));
    if (!schema) return schema.error();
    (*model)["schema"] = *std::move(schema);
    return model;
}

Result<json::Value> get_models(Transaction& transaction, const Call& call) {
    auto page = list_of_rest_api(transaction, call, Table::Models);
    if (!page) return page.error();
    return page_answer(*std::move(page));
}

Result<json::Value> get_model_template(Transaction& transaction, const Call& call) {
    const auto model = find_model(transaction, call);
    if (!model) return model;
    ModelSchemas schemas(transaction, call.input.text("restApiId"));
    auto text = model_template(schemas, std::string(model->text("name")));
    if (!text) return text.error();
    return json::Value(json::Object{{"value", *std::move(text)}});
}

Result<void> patch_schema(PatchTarget& target, const PatchOperation& operation) {
    target.document["schema"] = operation.value_text();
    return {};
}

constexpr std::array kRules{
    PatchRule{"/description", kReplace, patch_text},
    PatchRule{"/schema", kReplace, patch_schema},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/description, /schema" : "");
}

Result<json::Value> update_model(Transaction& transaction, const Call& call) {
    const auto before = lock_model(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    const Key key = key_of(call);
    if (auto checked = check_model(transaction, key.scope, *after); !checked) {
        return checked.error();
    }
    transaction.update(Table::Models, key, *after);
    return after;
}

bool names_model(const json::Object& by_content_type, const std::string& name) {
    return std::any_of(by_content_type.begin(), by_content_type.end(),
                       [&](const auto& entry) { return entry.second == json::Value(name); });
}

bool answers_with(const json::Value& method, const std::string& name) {
    const json::Object& responses = method.object("methodResponses");
    return std::any_of(responses.begin(), responses.end(), [&](const auto& response) {
        return names_model(response.second.object("responseModels"), name);
    });
}

/// Methods and other models of the API do not need it.
Result<void> check_unused(Transaction& transaction, const Key& model) {
    const std::string start = "Cannot delete model '" + model.id + "', is referenced in ";
    if (const auto use = find_method_use(transaction, model.scope, [&](const json::Value& method) {
            return names_model(method.object("requestModels"), model.id);
        })) {
        return conflict(start + "method request: " + use->path_first());
    }
    if (const auto use = find_method_use(transaction, model.scope, [&](const json::Value& method) {
            return answers_with(method, model.id);
        })) {
        return conflict(start + "method response: " + use->path_first());
    }
    for (const Row& other : transaction.scan(Table::Models, model.scope)) {
        const std::string_view schema = other.document.text("schema");
        // Most schemas are passed over without a parse.
        if (other.key.id == model.id || schema.find(model.id) == std::string_view::npos) continue;
        if (referenced_models(schema, model.scope).contains(model.id)) {
            return conflict(start + "model: " + other.key.id);
        }
    }
    return {};
}

Result<json::Value> delete_model(Transaction& transaction, const Call& call) {
    if (const auto model = lock_model(transaction, call); !model) return model;
    const Key key = key_of(call);
    if (auto checked = check_unused(transaction, key); !checked) return checked.error();
    transaction.erase(Table::Models, key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateModel", create_model},
    Binding{"GetModel", get_model, Access::ReadRow},
    Binding{"GetModels", get_models, Access::ReadRow},
    Binding{"GetModelTemplate", get_model_template, Access::Read},
    Binding{"UpdateModel", update_model},
    Binding{"DeleteModel", delete_model},
};

}  // namespace

std::span<const Binding> model_bindings() { return kBindings; }

}  // namespace turnpike::service
