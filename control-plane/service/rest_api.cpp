#include "control-plane/service/rest_api.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name_rules.hpp"
#include "control-plane/service/endpoint_configuration.hpp"
#include "control-plane/service/resource_policy.hpp"
#include "control-plane/service/tls_policy.hpp"
#include "control-plane/service/usage_plan.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kApiIdLength = 10;
constexpr std::size_t kModelIdLength = 6;
constexpr std::size_t kNameCharactersMax = 1024;
constexpr std::size_t kRestApiBytesMax = 128U << 10U;
constexpr std::int64_t kCompressionBytesMax = 10'485'760;

constexpr std::string_view kEmptySchema =
    R"({"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"})";
constexpr std::string_view kErrorSchema =
    R"({"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object",)"
    R"("properties":{"message":{"type":"string"}}})";

json::Value answered(json::Value document) {
    if (const json::Value* policy = document.find("policy")) {
        document["policy"] = policy_as_answered(policy->as_string());
    }
    return document;
}

Result<void> check_new_rest_api(const Call& call) {
    // The description is refused before everything else, whatever else is wrong.
    const json::Value* description = call.input.find("description");
    if (description != nullptr && description->is_string() && description->as_string().empty()) {
        return invalid("Description cannot be an empty string");
    }
    if (auto checked = check_rest_api_name(call.input.text("name")); !checked) return checked;
    if (const auto bytes = call.input.integer("minimumCompressionSize")) {
        if (auto checked = check_compression_size(*bytes); !checked) return checked;
    }
    return check_tags(call.input.object("tags"));
}

Result<void> check_tls(const json::Value& api) {
    return check_tls_settings({api.text("securityPolicy"), api.text("endpointAccessMode"),
                               has_endpoint_type(api, "EDGE"), has_endpoint_type(api, "PRIVATE")});
}

/// Callers of a strict API come through the endpoint of its type.
Result<void> check_types_while_strict(const json::Value& before, const json::Value& after) {
    const auto types = [](const json::Value& api) -> const json::Array& {
        return api.find("endpointConfiguration")->array("types");
    };
    if (before.text("endpointAccessMode") != "STRICT" || types(before) == types(after)) return {};
    return invalid("The endpoint type cannot be changed while endpointAccessMode is STRICT.");
}

/// A member that is left empty is not shown.
void set_binary_media_types(const json::Array& types, json::Value& document) {
    if (!types.empty()) document["binaryMediaTypes"] = distinct_texts(types);
}

Result<json::Value> new_rest_api(const Call& call, const std::string& id) {
    auto endpoint = new_endpoint_configuration(call.input.find("endpointConfiguration"));
    if (!endpoint) return endpoint.error();

    json::Value document = json::Object{{"id", id}};
    copy_members(call.input, {"name", "description", "version"}, document);
    document["createdDate"] = created_date(call);
    set_binary_media_types(call.input.array("binaryMediaTypes"), document);
    copy_members(call.input,
                 {"minimumCompressionSize", "apiKeySource", "securityPolicy", "endpointAccessMode"},
                 document);
    document["endpointConfiguration"] = *std::move(endpoint);
    if (const std::string_view policy = call.input.text("policy"); !policy.empty()) {
        auto normalised = normalised_policy(policy, id, call.installation);
        if (!normalised) return normalised.error();
        document["policy"] = *std::move(normalised);
    }
    document["disableExecuteApiEndpoint"] = call.input.flag("disableExecuteApiEndpoint");
    if (!call.input.object("tags").empty()) document["tags"] = call.input.object("tags");
    if (auto checked = check_tls(document); !checked) return checked.error();
    if (auto checked = check_document_size(document, kRestApiBytesMax); !checked) {
        return checked.error();
    }
    return document;
}

void insert_builtin_model(Transaction& transaction, const std::string& api_id,
                          std::string_view name, std::string_view description,
                          std::string_view schema) {
    transaction.insert(Table::Models, {api_id, std::string(name)},
                       json::Object{{"id", random_id(kModelIdLength)},
                                    {"name", name},
                                    {"description", description},
                                    {"schema", schema},
                                    {"contentType", "application/json"}});
}

void insert_empty_draft(Transaction& transaction, const std::string& api_id,
                        const std::string& root_id) {
    transaction.insert(Table::Resources, {api_id, root_id},
                       json::Object{{"id", root_id}, {"path", "/"}});
    insert_builtin_model(transaction, api_id, "Empty", "This is a default empty schema model",
                         kEmptySchema);
    insert_builtin_model(transaction, api_id, "Error", "This is a default error schema model",
                         kErrorSchema);
}

/// The API that `cloneFrom` names, if it is given.
Result<std::optional<json::Value>> find_clone_source(Transaction& transaction, const Call& call) {
    const std::string source_id(call.input.text("cloneFrom"));
    if (source_id.empty()) return std::optional<json::Value>{};
    transaction.lock(Table::RestApis, source_id);
    auto source = transaction.find(Table::RestApis, {"", source_id});
    // A Bad Request: the contract has no not-found error for this operation.
    if (!source) return invalid(api_not_found(call, source_id).message);
    return source;
}

Result<json::Value> create_rest_api(Transaction& transaction, const Call& call) {
    return make_rest_api(transaction, call, new_rest_api_id());
}

}  // namespace

std::string new_rest_api_id() { return random_id(kApiIdLength); }

Result<json::Value> make_rest_api(Transaction& transaction, const Call& call,
                                  const std::string& id) {
    if (auto checked = check_new_rest_api(call); !checked) return checked.error();
    auto made = new_rest_api(call, id);
    if (!made) return made.error();
    const auto source = find_clone_source(transaction, call);
    if (!source) return source.error();
    transaction.lock(Table::RestApis, "");  // the quota is everybody's
    const std::int64_t quota = call.installation.rest_apis_max;
    if (transaction.count(Table::RestApis, "", quota) >= quota) {
        return limit_exceeded("Maximum number of REST APIs for this account has been reached.");
    }

    json::Value document = *std::move(made);
    if (*source) inherit_settings(**source, call.installation, document);
    if (document.find("apiKeySource") == nullptr) document["apiKeySource"] = "HEADER";
    const std::string root_id = new_root_resource_id();
    document["rootResourceId"] = root_id;

    transaction.lock(Table::RestApis, id);
    transaction.insert(Table::RestApis, {"", id}, document);
    if (*source) {
        clone_draft(transaction, **source, document);
    } else {
        insert_empty_draft(transaction, id, root_id);
    }
    return answered(std::move(document));
}

Result<json::Value> read_rest_api(Transaction& transaction, const Call& call) {
    auto document = find_rest_api(transaction, call);
    if (!document) return document;
    return answered(with_tags(*std::move(document)));
}

namespace {

Result<json::Value> get_rest_apis(Transaction& transaction, const Call& call) {
    Page page = transaction.list(Table::RestApis, "", page_request(call));
    for (json::Value& item : page.items) item = answered(without_empty_tags(std::move(item)));
    return page_answer(std::move(page));
}

void emit_stages(Transaction& transaction, const std::string& api_id) {
    for (const Row& stage : transaction.scan(Table::Stages, api_id)) {
        transaction.emit({Effect::Kind::Stage, api_id + "/" + stage.key.id});
    }
}

/// Members of the API that workers see through its stages, without a deployment.
bool changes_stages(const json::Value& before, const json::Value& after) {
    return before.text("name") != after.text("name") ||
           before.flag("disableExecuteApiEndpoint") != after.flag("disableExecuteApiEndpoint");
}

Result<json::Value> update_rest_api(Transaction& transaction, const Call& call) {
    const std::string id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, id);
    const auto before = find_rest_api(transaction, call);
    if (!before) return before;
    auto after = patched_rest_api(*before, transaction, call);
    if (!after) return after;
    if (auto stored = store_rest_api(transaction, *before, *after); !stored) {
        return stored.error();
    }
    return answered(with_tags(*std::move(after)));
}

/// A domain name would lead nowhere.
Result<void> check_unmapped(Transaction& transaction, const std::string& id) {
    std::string domains;
    for (const std::string& domain : transaction.domains_mapped_to(id)) {
        domains += (domains.empty() ? "" : ", ") + domain;
    }
    if (domains.empty()) return {};
    return invalid("Deleting RestApi " + id +
                   " failed. Please remove all base path mappings related to the RestApi in your "
                   "domains: " +
                   domains);
}

Result<json::Value> delete_rest_api(Transaction& transaction, const Call& call) {
    const std::string id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, id);
    if (auto found = find_rest_api(transaction, call); !found) return found.error();
    if (auto checked = check_unmapped(transaction, id); !checked) return checked.error();
    emit_stages(transaction, id);
    for (const Row& stage : transaction.scan(Table::Stages, id)) {
        drop_stage_from_plans(transaction, id, stage.key.id);
    }
    // Children before what they refer to.
    for (const Table table :
         {Table::Stages, Table::Deployments, Table::Methods, Table::Resources, Table::Models,
          Table::Authorizers, Table::RequestValidators, Table::GatewayResponses,
          Table::DocumentationParts, Table::DocumentationVersions}) {
        transaction.erase_scope(table, id);
    }
    transaction.erase(Table::RestApis, {"", id});
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateRestApi", create_rest_api},
    Binding{"GetRestApi", read_rest_api, Access::ReadRow},
    Binding{"GetRestApis", get_rest_apis, Access::ReadRow},
    Binding{"UpdateRestApi", update_rest_api},
    Binding{"DeleteRestApi", delete_rest_api},
};

}  // namespace

std::span<const Binding> rest_api_bindings() { return kBindings; }

Result<void> store_rest_api(Transaction& transaction, const json::Value& before,
                            const json::Value& after) {
    if (auto checked = check_document_size(after, kRestApiBytesMax); !checked) return checked;
    if (auto checked = check_tls(after); !checked) return checked;
    if (auto checked = check_types_while_strict(before, after); !checked) return checked;
    const std::string id(after.text("id"));
    transaction.update(Table::RestApis, {"", id}, after);
    if (changes_stages(before, after)) emit_stages(transaction, id);
    return {};
}

Result<void> check_rest_api_name(std::string_view name) {
    if (trim(name).empty()) return invalid("API name must be non-empty");
    if (character_count(name) > kNameCharactersMax) {
        return invalid("Invalid API name, can be at most 1024 characters.");
    }
    return {};
}

json::Array distinct_texts(const json::Array& texts) {
    std::unordered_set<std::string_view> seen;
    json::Array distinct;
    for (const json::Value& text : texts) {
        if (!text.is_string() || seen.insert(text.as_string()).second) distinct.push_back(text);
    }
    return distinct;
}

Result<void> check_compression_size(std::int64_t bytes) {
    if (bytes < 0 || bytes > kCompressionBytesMax) {
        return invalid("Invalid minimum compression size, must be between 0 and 10485760");
    }
    return {};
}

}  // namespace turnpike::service
