#include "control-plane/service/imported_draft.hpp"

#include <array>
#include <set>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_part.hpp"
#include "control-plane/service/imported_tree.hpp"
#include "control-plane/service/method.hpp"
#include "control-plane/service/model_schema.hpp"

namespace turnpike::service {
namespace {

constexpr std::size_t kPartIdLength = 6;
/// Those after are not looked for: who has that many has one mistake many times.
constexpr std::size_t kProblemsMax = 50;
const std::string kPathSource = "method.request.path.";

Handler find_handler(std::string_view operation) {
    static const std::array kTables{
        authorizer_bindings(),           request_validator_bindings(),
        gateway_response_bindings(),     method_bindings(),
        method_response_bindings(),      integration_bindings(),
        integration_response_bindings(), documentation_version_bindings(),
    };
    for (const auto& table : kTables) {
        for (const Binding& binding : table) {
            if (binding.operation == operation) return binding.handler;
        }
    }
    return nullptr;
}

/// The members of `from` put over those of `input`.
json::Value joined(json::Value input, const json::Value& from) {
    if (!from.is_object()) return input;
    for (const auto& [name, value] : from.as_object()) input[name] = value;
    return input;
}

using Renamed = std::vector<std::pair<std::string, std::string>>;

/// "method.request.path.id" under the name that the tree has for the variable.
std::string renamed_source(const std::string& source, const Renamed& renamed) {
    for (const auto& [given, known] : renamed) {
        if (source == kPathSource + given) return kPathSource + known;
    }
    return source;
}

/// A URI's variables take their values from mappings; what it took by name needs one now.
void map_renamed(json::Value& integration, const Renamed& renamed) {
    json::Object mapped;
    for (const auto& [target, source] : integration.object("requestParameters")) {
        mapped.set(target, source.is_string()
                               ? json::Value(renamed_source(source.as_string(), renamed))
                               : source);
    }
    for (const auto& [given, known] : renamed) {
        const std::string target = "integration.request.path." + given;
        const bool is_used =
            integration.text("uri").find("{" + given + "}") != std::string_view::npos;
        if (is_used && !mapped.contains(target)) mapped.set(target, kPathSource + known);
    }
    if (!mapped.empty()) integration["requestParameters"] = std::move(mapped);
}

openapi::MethodDefinition with_renamed(openapi::MethodDefinition definition,
                                       const Renamed& renamed) {
    if (renamed.empty()) return definition;
    json::Object parameters;
    for (const auto& [name, is_required] : definition.method.object("requestParameters")) {
        parameters.set(renamed_source(name, renamed), is_required);
    }
    if (!parameters.empty()) definition.method["requestParameters"] = std::move(parameters);
    if (json::Value* integration = definition.method.as_object().find("methodIntegration")) {
        map_renamed(*integration, renamed);
    }
    return definition;
}

std::string at_method(const std::string& verb, const std::string& path) {
    return "'" + verb + "' for resource at path '" + path + "'";
}

}  // namespace

ImportedDraft::ImportedDraft(Transaction& transaction, const Call& call, std::string api_id,
                             Mode mode)
    : transaction_(transaction), call_(call), api_id_(std::move(api_id)), mode_(mode) {}

Result<void> ImportedDraft::put(const openapi::Reading& reading) {
    put_all(reading.api);
    warnings_ = remarks_.take(reading.source);
    if (problem_count_ == 0) return {};
    std::string message = "Errors found during import:";
    for (const std::string& problem : problems_.take(reading.source)) message += "\n\t" + problem;
    return is_over_quota_ ? limit_exceeded(message) : invalid(message);
}

void ImportedDraft::put_all(const openapi::ApiDefinition& api) {
    // What others refer to by name comes first.
    put_models(api);
    validators_ = put_named(Table::RequestValidators, "CreateRequestValidator",
                            api.request_validators, api.places.request_validators);
    authorizers_ =
        put_named(Table::Authorizers, "CreateAuthorizer", api.authorizers, api.places.authorizers);
    put_gateway_responses(api);
    put_paths(api.paths);
    put_documentation(api);
}

bool ImportedDraft::run(std::string_view operation, json::Value input, Purpose purpose,
                        json::Value* answer) {
    input["restApiId"] = api_id_;
    auto done = find_handler(operation)(transaction_, with_input(call_, input));
    if (!done) {
        note(std::move(purpose), done.error());
        return false;
    }
    if (answer != nullptr) *answer = *std::move(done);
    return true;
}

void ImportedDraft::note(Purpose purpose, const Error& error) {
    is_over_quota_ = is_over_quota_ || error.kind == Error::Kind::LimitExceeded;
    ++problem_count_;
    problems_.warn_at(std::move(purpose.place), purpose.what + ": " + error.message);
}

bool ImportedDraft::is_enough() const { return is_over_quota_ || problem_count_ >= kProblemsMax; }

void ImportedDraft::put_models(const openapi::ApiDefinition& api) {
    const std::int64_t quota = call_.installation.models_per_api_max;
    const Error too_many =
        limit_exceeded("Maximum number of models for this API has been reached.");
    if (std::ssize(api.models) > quota) {
        return note({"Unable to create models", api.places.models}, too_many);
    }
    std::set<std::string, std::less<>> kept;
    for (const json::Value& given : api.models) {
        const std::string name(given.text("name"));
        kept.insert(name);
        if (auto checked = check_document_size(given, kModelBytesMax); !checked) {
            Purpose purpose{"Unable to create model '" + name + "'", api.places.models};
            purpose.place.push_back(name);
            note(std::move(purpose), checked.error());
            continue;
        }
        const Key key{api_id_, name};
        json::Value model = given;
        if (const auto old = transaction_.find(Table::Models, key)) {
            model["id"] = old->text("id");
            transaction_.update(Table::Models, key, model);
        } else {
            model["id"] = random_id(kPartIdLength);
            transaction_.insert(Table::Models, key, model);
        }
    }
    if (mode_ == Mode::Overwrite) {
        for (const Row& row : transaction_.scan(Table::Models, api_id_)) {
            if (!kept.contains(row.key.id)) transaction_.erase(Table::Models, row.key);
        }
    }
    if (transaction_.count(Table::Models, api_id_, quota + 1) > quota) {
        note({"Unable to create models", api.places.models}, too_many);
    }
}

/// One that has the name of an old one takes its place and id: methods elsewhere refer to it.
ImportedDraft::Ids ImportedDraft::put_named(Table table, std::string_view create,
                                            const std::vector<json::Value>& documents,
                                            const openapi::Steps& container) {
    Ids old_ids;
    for (const Row& row : transaction_.scan(table, api_id_)) {
        old_ids[std::string(row.document.text("name"))] = row.key.id;
    }
    std::set<std::string, std::less<>> given;
    for (const json::Value& document : documents) given.emplace(document.text("name"));
    for (const auto& [name, id] : old_ids) {
        if (mode_ == Mode::Overwrite || given.contains(name)) {
            transaction_.erase(table, {api_id_, id});
        }
    }
    Ids ids;
    if (mode_ == Mode::Merge) ids = old_ids;
    for (const json::Value& document : documents) {
        if (is_enough()) break;
        const std::string name(document.text("name"));
        json::Value made;
        Purpose purpose{(table == Table::Authorizers ? "Unable to create authorizer '"
                                                     : "Unable to create request validator '") +
                            name + "'",
                        container};
        purpose.place.push_back(name);
        if (!run(create, document, std::move(purpose), &made)) continue;
        std::string id(made.text("id"));
        if (const auto old = old_ids.find(name); old != old_ids.end()) {
            auto stored = transaction_.find(table, {api_id_, id});
            transaction_.erase(table, {api_id_, id});
            id = old->second;
            (*stored)["id"] = id;
            transaction_.insert(table, {api_id_, id}, *stored);
        }
        ids[name] = id;
    }
    return ids;
}

void ImportedDraft::put_gateway_responses(const openapi::ApiDefinition& api) {
    if (mode_ == Mode::Overwrite) transaction_.erase_scope(Table::GatewayResponses, api_id_);
    for (const json::Value& response : api.gateway_responses) {
        const std::string type(response.text("responseType"));
        Purpose purpose{"Unable to put gateway response '" + type + "'",
                        api.places.gateway_responses};
        purpose.place.push_back(type);
        run("PutGatewayResponse", response, std::move(purpose));
    }
}

void ImportedDraft::put_paths(const std::vector<openapi::PathDefinition>& paths) {
    ImportedTree tree(transaction_, call_, api_id_);
    std::set<std::string> put;
    for (const openapi::PathDefinition& path : paths) {
        if (is_enough()) return;
        if (!path.is_supported) continue;  // whoever read the document has warned
        const auto place = tree.ensure(path.path);
        if (!place) {
            note({"Unable to create resource at path '" + path.path + "'", path.place},
                 place.error());
            continue;
        }
        warn_renamed(path, *place);
        for (const openapi::MethodDefinition& method : path.methods) {
            if (!put.insert(method_id(place->resource_id, method.http_method)).second) {
                note({"Unable to put method " + at_method(method.http_method, path.path),
                      method.place},
                     conflict("Method already exists for this resource"));
                continue;
            }
            put_method(path.path, place->resource_id, with_renamed(method, place->renamed));
        }
    }
    if (mode_ == Mode::Merge) return;
    tree.erase_others();
    for (const Row& row : transaction_.scan(Table::Methods, api_id_)) {
        if (put.contains(row.key.id)) continue;
        const std::size_t slash = row.key.id.find('/');
        run("DeleteMethod",
            json::Object{{"resourceId", row.key.id.substr(0, slash)},
                         {"httpMethod", row.key.id.substr(slash + 1)}},
            {"Unable to delete method", {}});
    }
}

void ImportedDraft::warn_renamed(const openapi::PathDefinition& path,
                                 const ImportedTree::Place& place) {
    for (const auto& [given, known] : place.renamed) {
        remarks_.warn_at(path.place, "Path '" + path.path + "': the variable {" + given +
                                         "} is called {" + known + "} as in its sibling paths");
    }
}

void ImportedDraft::put_method(const std::string& path, const std::string& resource_id,
                               const openapi::MethodDefinition& definition) {
    const std::string& verb = definition.http_method;
    const std::string where = at_method(verb, path);
    const json::Value place = json::Object{{"resourceId", resource_id}, {"httpMethod", verb}};
    if (transaction_.exists(Table::Methods, {api_id_, method_id(resource_id, verb)})) {
        run("DeleteMethod", place, {"Unable to replace method " + where, definition.place});
    }
    json::Value input = place;
    copy_members(definition.method,
                 {"authorizationType", "apiKeyRequired", "operationName", "requestParameters",
                  "requestModels", "authorizationScopes"},
                 input);
    if (const auto id = authorizers_.find(definition.authorizer_name); id != authorizers_.end()) {
        input["authorizerId"] = id->second;
    }
    if (const auto id = validators_.find(definition.validator_name); id != validators_.end()) {
        input["requestValidatorId"] = id->second;
    }
    if (!run("PutMethod", input, {"Unable to put method " + where, definition.place})) return;
    put_responses(definition, place, where);
    put_integration(definition, place, where);
}

void ImportedDraft::put_responses(const openapi::MethodDefinition& definition,
                                  const json::Value& place, const std::string& where) {
    for (const auto& [status, response] : definition.method.object("methodResponses")) {
        json::Value answer = joined(place, response);
        answer["statusCode"] = status;
        run("PutMethodResponse", answer,
            {"Unable to put method response on " + where, definition.response_place(status)});
    }
}

void ImportedDraft::put_integration(const openapi::MethodDefinition& definition,
                                    const json::Value& place, const std::string& where) {
    const json::Value* integration = definition.method.find("methodIntegration");
    if (integration == nullptr) return;
    json::Value target = *integration;
    // The operation and the document call the verb towards the back end by different names.
    if (const json::Value* target_verb = integration->find("httpMethod")) {
        target["integrationHttpMethod"] = *target_verb;
    }
    target.as_object().erase("integrationResponses");
    if (!run("PutIntegration", joined(target, place),
             {"Unable to put integration on " + where, definition.integration_place()})) {
        return;
    }
    for (const auto& [status, response] : integration->object("integrationResponses")) {
        json::Value answer = joined(place, response);
        answer["statusCode"] = status;
        run("PutIntegrationResponse", answer,
            {"Unable to put integration response on " + where,
             definition.integration_response_place(response.text("selectionPattern"))});
    }
}

void ImportedDraft::put_documentation(const openapi::ApiDefinition& api) {
    // Parts that the document does not have stay, whatever the mode.
    auto imported = import_documentation(transaction_, call_, api_id_, api.documentation_parts,
                                         DocumentationImportMode::Merge);
    if (!imported) {
        // Documents are full of descriptions; for want of room they are no reason to refuse the
        // API.
        remarks_.warn_at(api.places.documentation,
                         "Documentation parts are left out: " + imported.error().message);
        return;
    }
    for (std::size_t at = 0; at < imported->warnings.size(); ++at) {
        remarks_.warn_at(api.places.documentation_parts[imported->ignored[at]],
                         std::move(imported->warnings[at]));
    }
    if (api.documentation_version.empty()) return;
    if (transaction_.exists(Table::DocumentationVersions, {api_id_, api.documentation_version}))
        return;
    run("CreateDocumentationVersion",
        json::Object{{"documentationVersion", api.documentation_version}},
        {"Unable to create documentation version '" + api.documentation_version + "'",
         api.places.documentation});
}

}  // namespace turnpike::service
