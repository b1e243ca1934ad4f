#include "control-plane/service/documentation_version.hpp"

#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_part.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kUnknown = "Invalid Documentation version specified";
constexpr std::size_t kVersionMax = 64;
constexpr std::size_t kDescriptionMax = 1024;
/// What an OpenAPI document may have; a longer one could not be exported and imported again.
constexpr std::size_t kFrozenBytesMax = std::size_t{6} << 20U;

json::Value shown(json::Value version) {
    version.as_object().erase("parts");
    return version;
}

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")),
            std::string(call.input.text("documentationVersion"))};
}

Result<json::Value> find_version(Transaction& transaction, const Call& call) {
    auto version = transaction.find(Table::DocumentationVersions, key_of(call));
    if (!version) return not_found(std::string(kUnknown));
    return *std::move(version);
}

Result<void> check_new(std::string_view version, std::string_view description) {
    if (trim(version).empty() || character_count(version) > kVersionMax) {
        return invalid("Documentation version must have 1 to 64 characters");
    }
    if (character_count(description) > kDescriptionMax) {
        return invalid("Documentation version description can be at most 1024 characters");
    }
    return {};
}

Result<json::Array> frozen_parts(Transaction& transaction, const std::string& api_id) {
    json::Array parts;
    std::size_t bytes = 0;
    for (const Row& row : transaction.scan(Table::DocumentationParts, api_id)) {
        bytes += row.document.text("properties").size();
        if (bytes > kFrozenBytesMax) {
            return invalid("The documentation parts of a version must not exceed 6 MB");
        }
        parts.push_back(shown_documentation_part(row.document));
    }
    return parts;
}

/// The stage shows the version from now on. Requires: the stage is there.
void attach(Transaction& transaction, const Call& call, json::Value stage) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string name(stage.text("stageName"));
    stage["documentationVersion"] = call.input.text("documentationVersion");
    stage["lastUpdatedDate"] = created_date(call);
    transaction.update(Table::Stages, {api_id, name}, stage);
    publish_stage(transaction, api_id, name);
}

Result<json::Value> create_version(Transaction& transaction, const Call& call) {
    const Key key = key_of(call);
    transaction.lock(Table::RestApis, key.scope);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    const std::string_view stage_name = call.input.text("stageName");
    Result<json::Value> stage = json::Value();
    if (!stage_name.empty()) stage = find_stage(transaction, key.scope, stage_name);
    if (!stage) return stage;
    auto version =
        freeze_documentation(transaction, call, key.scope, key.id, call.input.text("description"));
    if (!version) return version;
    if (!stage_name.empty()) attach(transaction, call, *std::move(stage));
    return shown(*std::move(version));
}

Result<json::Value> get_version(Transaction& transaction, const Call& call) {
    auto version = find_version(transaction, call);
    if (!version) return version;
    return shown(*std::move(version));
}

Result<json::Value> get_versions(Transaction& transaction, const Call& call) {
    auto page = list_of_rest_api(transaction, call, Table::DocumentationVersions);
    if (!page) return page.error();
    return page_answer(*std::move(page));
}

constexpr std::array<PatchRule, 1> kRules{{{"/description", kReplace, patch_text}}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/description" : "");
}

Result<json::Value> update_version(Transaction& transaction, const Call& call) {
    const Key key = key_of(call);
    transaction.lock(Table::RestApis, key.scope);
    const auto before = find_version(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_new(key.id, after->text("description")); !checked) {
        return checked.error();
    }
    if (!(*after == *before)) transaction.update(Table::DocumentationVersions, key, *after);
    return shown(*std::move(after));
}

Result<json::Value> delete_version(Transaction& transaction, const Call& call) {
    const Key key = key_of(call);
    transaction.lock(Table::RestApis, key.scope);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    if (const auto version = find_version(transaction, call); !version) return version;
    for (const Row& row : transaction.scan(Table::Stages, key.scope)) {
        if (row.document.text("documentationVersion") == key.id) {
            return conflict("Cannot delete documentation version '" + key.id +
                            "', is referenced in stage: " + row.key.id);
        }
    }
    transaction.erase(Table::DocumentationVersions, key);
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 5> kBindings{{
    {"CreateDocumentationVersion", create_version},
    {"GetDocumentationVersion", get_version, Access::ReadRow},
    {"GetDocumentationVersions", get_versions, Access::ReadRow},
    {"UpdateDocumentationVersion", update_version},
    {"DeleteDocumentationVersion", delete_version},
}};

}  // namespace

Result<void> check_documentation_version(Transaction& transaction, const std::string& api_id,
                                         std::string_view version) {
    if (version.empty() ||
        transaction.exists(Table::DocumentationVersions, {api_id, std::string(version)})) {
        return {};
    }
    return invalid(std::string(kUnknown));
}

Result<json::Value> freeze_documentation(Transaction& transaction, const Call& call,
                                         const std::string& api_id, std::string_view version,
                                         std::string_view description) {
    if (auto checked = check_new(version, description); !checked) return checked.error();
    const Key key{api_id, std::string(version)};
    if (transaction.exists(Table::DocumentationVersions, key)) {
        return conflict("Documentation version already exists: " + key.id);
    }
    const std::int64_t quota = call.installation.documentation_versions_per_api_max;
    if (transaction.count(Table::DocumentationVersions, api_id, quota) >= quota) {
        return limit_exceeded(
            "Maximum number of documentation versions for this API has been reached");
    }
    auto parts = frozen_parts(transaction, api_id);
    if (!parts) return parts.error();
    json::Value document = json::Object{{"version", version}, {"createdDate", created_date(call)}};
    if (!description.empty()) document["description"] = description;
    document["parts"] = *std::move(parts);
    transaction.insert(Table::DocumentationVersions, key, document);
    return document;
}

std::span<const Binding> documentation_version_bindings() { return kBindings; }

}  // namespace turnpike::service
