#include "control-plane/service/deployment_document.hpp"

#include <map>

#include "common/snapshot/decode.hpp"
#include "common/snapshot/deployment.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::int64_t kFormat = 1;

/// By resource id and, within one, by verb.
using Methods = std::map<std::string, std::map<std::string, json::Value>>;

Methods methods_of(Transaction& transaction, const std::string& api_id) {
    Methods methods;
    for (Row& row : transaction.scan(Table::Methods, api_id)) {
        const std::size_t slash = row.key.id.find('/');
        methods[row.key.id.substr(0, slash)][row.key.id.substr(slash + 1)] =
            std::move(row.document);
    }
    return methods;
}

/// There is something to serve, and everything leads somewhere.
Result<void> check_methods(const json::Value& draft) {
    bool has_methods = false;
    for (const json::Value& resource : draft.array("resources")) {
        for (const auto& [verb, method] : resource.object("resourceMethods")) {
            has_methods = true;
            if (method.object("methodIntegration").empty()) {
                return invalid("No integration defined for method");
            }
        }
    }
    if (!has_methods) return invalid("The REST API doesn't contain any methods");
    return {};
}

json::Array resources_of(Transaction& transaction, const std::string& api_id, Methods methods) {
    json::Array resources;
    for (Row& row : transaction.scan(Table::Resources, api_id)) {
        json::Object by_verb;
        for (auto& [verb, method] : methods[row.key.id]) by_verb.append(verb, std::move(method));
        row.document["resourceMethods"] = std::move(by_verb);
        resources.push_back(std::move(row.document));
    }
    return resources;
}

/// In the order of their ids, so that equal drafts give equal documents.
json::Array documents_of(Transaction& transaction, Table table, const std::string& api_id) {
    std::map<std::string, json::Value> by_id;
    for (Row& row : transaction.scan(table, api_id)) {
        by_id[row.key.id] = std::move(row.document);
    }
    json::Array documents;
    for (auto& entry : by_id) documents.push_back(std::move(entry.second));
    return documents;
}

/// A worker would refuse the document; better now, with the reason, than there.
Result<void> check_servable(const std::string& document) {
    auto decoded = snapshot::decode_deployment(document);
    if (!decoded) {
        return invalid("Invalid deployment content specified. " + decoded.error().message);
    }
    const auto compiled = snapshot::CompiledDeployment::compile(*std::move(decoded), {});
    if (!compiled) {
        return invalid("Invalid deployment content specified. " + compiled.error().message);
    }
    return {};
}

}  // namespace

Result<std::string> deployment_document(Transaction& transaction, const json::Value& rest_api) {
    const json::Value draft = draft_document(transaction, rest_api);
    if (auto checked = check_methods(draft); !checked) return checked.error();
    const std::string document = json::write(draft);
    if (auto checked = check_servable(document); !checked) return checked.error();
    return document;
}

json::Value draft_document(Transaction& transaction, const json::Value& rest_api) {
    const std::string api_id(rest_api.text("id"));
    json::Value frozen_api = rest_api;
    // Tags change without a deployment and mean nothing to a worker.
    frozen_api.as_object().erase("tags");
    return json::Object{
        {"format", kFormat},
        {"restApi", std::move(frozen_api)},
        {"resources", resources_of(transaction, api_id, methods_of(transaction, api_id))},
        {"models", documents_of(transaction, Table::Models, api_id)},
        {"authorizers", documents_of(transaction, Table::Authorizers, api_id)},
        {"requestValidators", documents_of(transaction, Table::RequestValidators, api_id)},
        {"gatewayResponses", documents_of(transaction, Table::GatewayResponses, api_id)},
    };
}

json::Value api_summary(const std::string& document) {
    json::Value summary = json::Object{};
    const auto parsed = json::parse(document, {.bytes_max = document.size() + 1});
    if (!parsed) return summary;
    for (const json::Value& resource : parsed->array("resources")) {
        for (const auto& [verb, method] : resource.object("resourceMethods")) {
            json::Value& shown = summary[resource.text("path")][verb];
            copy_members(method, {"authorizationType", "apiKeyRequired"}, shown);
        }
    }
    return summary;
}

}  // namespace turnpike::service
