#include <algorithm>
#include <array>
#include <span>

#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/endpoint_configuration.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/resource_policy.hpp"
#include "control-plane/service/rest_api.hpp"
#include "control-plane/service/tls_policy.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kEndpointTypePath = "/endpointConfiguration/types/{}";

constexpr std::array<std::string_view, 2> kApiKeySources{"HEADER", "AUTHORIZER"};
constexpr std::array<std::string_view, 2> kEndpointAccessModes{"BASIC", "STRICT"};

Result<void> set_one_of(PatchTarget& target, const PatchOperation& operation,
                        std::span<const std::string_view> allowed) {
    const std::string value = operation.value_text();
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        std::vector<std::string> options(allowed.begin(), allowed.end());
        return invalid("Invalid " + operation.segments.back() + " specified. Valid options are " +
                       join(options, ","));
    }
    target.document[operation.segments.back()] = value;
    return {};
}

Result<void> patch_name(PatchTarget& target, const PatchOperation& operation) {
    const std::string name = operation.value_text();
    if (auto checked = check_rest_api_name(name); !checked) return checked;
    target.document["name"] = name;
    return {};
}

Result<void> patch_api_key_source(PatchTarget& target, const PatchOperation& operation) {
    return set_one_of(target, operation, kApiKeySources);
}

Result<void> patch_security_policy(PatchTarget& target, const PatchOperation& operation) {
    return set_one_of(target, operation, kSecurityPolicies);
}

/// Emptied on the way back to one of the old security policies.
Result<void> patch_endpoint_access_mode(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return patch_text(target, operation);
    return set_one_of(target, operation, kEndpointAccessModes);
}

Result<void> patch_compression_size(PatchTarget& target, const PatchOperation& operation) {
    const std::string value = operation.value_text();
    if (value.empty()) {
        target.document.as_object().erase("minimumCompressionSize");
        return {};
    }
    const auto bytes = parse_integer(value);
    if (auto checked = check_compression_size(bytes.value_or(-1)); !checked) return checked;
    target.document["minimumCompressionSize"] = static_cast<std::int64_t>(*bytes);
    return {};
}

Result<void> patch_policy(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) {
        target.document.as_object().erase("policy");
        return {};
    }
    auto policy =
        normalised_policy(*operation.value, target.document.text("id"), target.call.installation);
    if (!policy) return policy.error();
    target.document["policy"] = *std::move(policy);
    return {};
}

/// The media type is the key in the path. A replaced one goes to the end, as if removed and added.
Result<void> patch_binary_media_type(PatchTarget& target, const PatchOperation& operation) {
    const std::string& key = operation.segments.back();
    const std::string added = operation.verb == kReplace ? operation.value_text() : key;
    if (added.empty()) return invalid("Invalid null or empty value in binaryMediaTypes");
    json::Value& types = target.document["binaryMediaTypes"];
    if (!types.is_array()) types = json::Array{};
    json::Array& held = types.as_array();
    if (operation.verb != kAdd) std::erase(held, json::Value(key));
    if (operation.verb != kRemove &&
        std::find(held.begin(), held.end(), json::Value(added)) == held.end()) {
        held.emplace_back(added);
    }
    if (held.empty()) target.document.as_object().erase("binaryMediaTypes");
    return {};
}

Result<void> patch_endpoint_type(PatchTarget& target, const PatchOperation& operation) {
    return set_endpoint_type(target.document["endpointConfiguration"], operation.value_text());
}

Result<void> patch_ip_address_type(PatchTarget& target, const PatchOperation& operation) {
    return set_ip_address_type(target.document["endpointConfiguration"], operation.value_text());
}

Result<void> patch_vpc_endpoints(PatchTarget& target, const PatchOperation& operation) {
    json::Value& configuration = target.document["endpointConfiguration"];
    if (operation.verb == kAdd) return add_vpc_endpoint(configuration, operation.value_text());
    remove_vpc_endpoint(configuration, operation.value_text());
    return {};
}

constexpr std::array kRules{
    PatchRule{"/name", kReplace, patch_name},
    PatchRule{"/description", kAddReplaceRemove, patch_text},
    PatchRule{"/version", kReplace, patch_text},
    PatchRule{"/apiKeySource", kReplace, patch_api_key_source},
    PatchRule{"/disableExecuteApiEndpoint", kReplace, patch_flag},
    PatchRule{"/minimumCompressionSize", kReplace, patch_compression_size},
    PatchRule{"/policy", kReplace, patch_policy},
    PatchRule{"/securityPolicy", kReplace, patch_security_policy},
    PatchRule{"/endpointAccessMode", kReplace, patch_endpoint_access_mode},
    PatchRule{"/binaryMediaTypes/{}", kAddReplaceRemove, patch_binary_media_type},
    PatchRule{kEndpointTypePath, kReplace, patch_endpoint_type},
    PatchRule{"/endpointConfiguration/ipAddressType", kReplace, patch_ip_address_type},
    PatchRule{"/endpointConfiguration/vpcEndpointIds", kAddRemove, patch_vpc_endpoints},
};

Error refuse(const PatchOperation& operation, const PatchRule* rule) {
    if (rule != nullptr && rule->path == kEndpointTypePath) {
        return invalid("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
    }
    return refuse_plainly(operation, rule);
}

}  // namespace

Result<json::Value> patched_rest_api(const json::Value& document, Transaction& transaction,
                                     const Call& call) {
    return patched({kRules, refuse}, document, transaction, call);
}

}  // namespace turnpike::service
