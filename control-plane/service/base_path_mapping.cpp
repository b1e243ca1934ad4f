#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"
#include "control-plane/service/domain_name_rules.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

/// How the empty base path is written.
constexpr std::string_view kNone = "(none)";
constexpr std::string_view kBesideAlphanumeric = "$-_.+!*'()";
constexpr std::size_t kBasePathMax = 300;

std::string written_base_path(std::string_view given) {
    return std::string(given.empty() ? kNone : given);
}

/// A mapping without a stage leaves it to the path of each request.
void set_stage(std::string_view given, json::Value& mapping) {
    mapping.as_object().erase("stage");
    if (!given.empty() && given != kNone) mapping["stage"] = given;
}

Key mapping_key(const Call& call) {
    return {domain_name_key(call).id, written_base_path(call.input.text("basePath"))};
}

Result<json::Value> find_mapping(Transaction& transaction, const Call& call) {
    if (auto domain = find_domain_name(transaction, call); !domain) return domain;
    auto mapping = transaction.find(Table::BasePathMappings, mapping_key(call));
    if (!mapping) return not_found("Invalid base path mapping identifier specified");
    return *std::move(mapping);
}

Result<void> check_base_path(std::string_view base_path) {
    if (base_path.find('/') != std::string_view::npos) {
        return invalid(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. To "
            "create a multi-level base path mapping, use API Gateway V2.");
    }
    if (base_path.size() <= kBasePathMax && is_word(base_path, kBesideAlphanumeric)) return {};
    return invalid("Invalid base path specified: " + std::string(base_path));
}

/// Requires: the API's lock.
Result<void> check_mapping(Transaction& transaction, const json::Value& domain,
                           const json::Value& mapping) {
    if (auto checked = check_base_path(mapping.text("basePath")); !checked) return checked;
    const std::string api_id(mapping.text("restApiId"));
    const auto api = transaction.find(Table::RestApis, {"", api_id});
    if (!api) return invalid("Invalid REST API identifier specified");
    if (has_endpoint_type(*api, "PRIVATE") != is_private_domain(domain)) {
        return invalid(
            "Private APIs can be mapped to private domain names only, and other APIs to public "
            "ones.");
    }
    const std::string stage(mapping.text("stage"));
    if (stage.empty() || transaction.exists(Table::Stages, {api_id, stage})) return {};
    return invalid("Invalid stage identifier specified");
}

Error base_path_taken() { return conflict("Base path already exists for this domain name"); }

Result<json::Value> create_base_path_mapping(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    lock_domain_names(transaction);
    const auto domain = find_domain_name(transaction, call);
    if (!domain) return domain;
    const Key key = mapping_key(call);
    json::Value mapping =
        json::Object{{"basePath", key.id}, {"restApiId", call.input.text("restApiId")}};
    set_stage(call.input.text("stage"), mapping);
    if (domain->text("routingMode") == "ROUTING_RULE_ONLY") {
        return invalid("A domain name with routing mode ROUTING_RULE_ONLY takes no mappings.");
    }
    if (auto checked = check_mapping(transaction, *domain, mapping); !checked) {
        return checked.error();
    }
    if (!transaction.insert(Table::BasePathMappings, key, mapping)) return base_path_taken();
    return mapping;
}

Result<json::Value> get_base_path_mapping(Transaction& transaction, const Call& call) {
    return find_mapping(transaction, call);
}

Result<json::Value> get_base_path_mappings(Transaction& transaction, const Call& call) {
    if (auto domain = find_domain_name(transaction, call); !domain) return domain;
    return page_answer(
        transaction.list(Table::BasePathMappings, domain_name_key(call).id, page_request(call)));
}

Result<void> patch_base_path(PatchTarget& target, const PatchOperation& operation) {
    target.document["basePath"] = written_base_path(operation.value_text());
    return {};
}
Result<void> patch_api(PatchTarget& target, const PatchOperation& operation) {
    target.document["restApiId"] = operation.value_text();
    return {};
}
Result<void> patch_stage(PatchTarget& target, const PatchOperation& operation) {
    set_stage(operation.value_text(), target.document);
    return {};
}

// The reference spells two of them one way and clients another.
constexpr std::array kRules{
    PatchRule{"/basePath", kReplace, patch_base_path},
    PatchRule{"/basepath", kReplace, patch_base_path},
    PatchRule{"/restapiId", kReplace, patch_api},
    PatchRule{"/restApiId", kReplace, patch_api},
    PatchRule{"/stage", kReplace, patch_stage},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation,
                            operation.verb == kReplace ? "/basePath, /restapiId, /stage" : "");
}

/// The API that the mapping is to lead to must not go meanwhile. One that it leads to already
/// cannot.
void lock_named_api(Transaction& transaction, const Call& call) {
    std::string_view named;
    for (const json::Value& operation : call.input.array("patchOperations")) {
        const std::string_view path = operation.text("path");
        if (path == "/restapiId" || path == "/restApiId") named = operation.text("value");
    }
    if (!named.empty()) transaction.lock(Table::RestApis, named);
}

/// A new base path is a new key.
Result<void> store_mapping(Transaction& transaction, const Key& before, const json::Value& after) {
    const Key key{before.scope, std::string(after.text("basePath"))};
    if (key.id == before.id) {
        transaction.update(Table::BasePathMappings, key, after);
        return {};
    }
    if (!transaction.insert(Table::BasePathMappings, key, after)) return base_path_taken();
    transaction.erase(Table::BasePathMappings, before);
    return {};
}

Result<json::Value> update_base_path_mapping(Transaction& transaction, const Call& call) {
    lock_named_api(transaction, call);
    lock_domain_names(transaction);
    const auto before = find_mapping(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after || *after == *before) return after;
    const auto domain = find_domain_name(transaction, call);
    if (!domain) return domain;
    if (auto checked = check_mapping(transaction, *domain, *after); !checked) {
        return checked.error();
    }
    if (auto stored = store_mapping(transaction, mapping_key(call), *after); !stored) {
        return stored.error();
    }
    return after;
}

Result<json::Value> delete_base_path_mapping(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    if (auto found = find_mapping(transaction, call); !found) return found;
    transaction.erase(Table::BasePathMappings, mapping_key(call));
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateBasePathMapping", create_base_path_mapping},
    Binding{"GetBasePathMapping", get_base_path_mapping, Access::ReadRow},
    Binding{"GetBasePathMappings", get_base_path_mappings, Access::Read},
    Binding{"UpdateBasePathMapping", update_base_path_mapping},
    Binding{"DeleteBasePathMapping", delete_base_path_mapping},
};

}  // namespace

std::span<const Binding> base_path_mapping_bindings() { return kBindings; }

}  // namespace turnpike::service
