#include <algorithm>
#include <array>
#include <span>

#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"
#include "control-plane/service/domain_name_rules.hpp"
#include "control-plane/service/endpoint_configuration.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/resource_policy.hpp"
#include "control-plane/service/tls_policy.hpp"

namespace turnpike::service {

namespace {

constexpr std::array<std::string_view, 3> kRoutingModes{
    "BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"};
constexpr std::array<std::string_view, 2> kAccessModes{"BASIC", "STRICT"};
constexpr std::array<std::string_view, 3> kEndpointTypes{"REGIONAL", "EDGE", "PRIVATE"};
constexpr std::string_view kEndpointTypePath = "/endpointConfiguration/types/{}";

bool is_one_of(std::string_view value, std::span<const std::string_view> options) {
    return std::find(options.begin(), options.end(), value) != options.end();
}

Result<void> set_one_of(PatchTarget& target, const PatchOperation& operation,
                        std::span<const std::string_view> options) {
    if (!is_one_of(operation.value_text(), options)) {
        const std::vector<std::string> names(options.begin(), options.end());
        return invalid("Invalid " + operation.segments.back() + " specified. Valid options are " +
                       join(names, ","));
    }
    target.document[operation.segments.back()] = operation.value_text();
    return {};
}

Result<void> patch_security_policy(PatchTarget& target, const PatchOperation& operation) {
    return set_one_of(target, operation, kSecurityPolicies);
}
Result<void> patch_routing_mode(PatchTarget& target, const PatchOperation& operation) {
    return set_one_of(target, operation, kRoutingModes);
}
/// Emptied on the way back to one of the old security policies.
Result<void> patch_access_mode(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return patch_text(target, operation);
    return set_one_of(target, operation, kAccessModes);
}

Result<void> patch_policy(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return patch_text(target, operation);
    auto policy = compact_policy(operation.value_text());
    if (!policy) return policy.error();
    target.document[operation.segments.back()] = *std::move(policy);
    return {};
}

/// Without a truststore there is no mutual TLS.
Result<void> patch_truststore(PatchTarget& target, const PatchOperation& operation) {
    auto patched = patch_text(target, operation);
    const json::Value* mutual = target.document.find("mutualTlsAuthentication");
    const bool is_off = mutual != nullptr && mutual->text("truststoreUri").empty() &&
                        operation.segments.back() == "truststoreUri";
    if (is_off) target.document.as_object().erase("mutualTlsAuthentication");
    drop_if_empty(target.document, "mutualTlsAuthentication");
    return patched;
}

Result<void> patch_ip_address_type(PatchTarget& target, const PatchOperation& operation) {
    return set_ip_address_type(target.document["endpointConfiguration"], operation.value_text());
}

/// "0" is the first type, "EDGE" is EDGE. Returns: the end if there is no such.
json::Array::iterator named_type(json::Array& types, std::string_view name) {
    const auto index = parse_integer(name);
    if (!index) return std::find(types.begin(), types.end(), json::Value(name));
    const bool is_there = *index >= 0 && *index < std::ssize(types);
    return is_there ? types.begin() + static_cast<std::ptrdiff_t>(*index) : types.end();
}

Error invalid_types() {
    return invalid("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE");
}

/// The type is the value, or if there is none what the path ends with.
Result<void> patch_endpoint_type(PatchTarget& target, const PatchOperation& operation) {
    json::Array& types = target.document["endpointConfiguration"]["types"].as_array();
    const std::string& last = operation.segments.back();
    const std::string value = operation.value_text().empty() ? last : operation.value_text();
    if (operation.verb != kAdd) {
        const auto held = named_type(types, operation.verb == kReplace ? last : value);
        if (held == types.end()) return invalid_types();
        types.erase(held);
    }
    if (operation.verb == kRemove) return {};
    if (!is_one_of(value, kEndpointTypes)) return invalid_types();
    if (named_type(types, value) == types.end()) types.emplace_back(value);
    return {};
}

constexpr std::array kRules{
    PatchRule{"/certificateName", kAddReplaceRemove, patch_text},
    PatchRule{"/certificateArn", kAddReplaceRemove, patch_text},
    PatchRule{"/regionalCertificateName", kAddReplaceRemove, patch_text},
    PatchRule{"/regionalCertificateArn", kAddReplaceRemove, patch_text},
    PatchRule{"/endpointConfiguration/types", kAddRemove, patch_endpoint_type},
    PatchRule{kEndpointTypePath, kAddReplaceRemove, patch_endpoint_type},
    PatchRule{"/endpointConfiguration/ipAddressType", kReplace, patch_ip_address_type},
    PatchRule{"/securityPolicy", kReplace, patch_security_policy},
    PatchRule{"/routingMode", kReplace, patch_routing_mode},
    PatchRule{"/endpointAccessMode", kReplace, patch_access_mode},
    PatchRule{"/policy", kReplace, patch_policy},
    PatchRule{"/managementPolicy", kReplace, patch_policy},
    PatchRule{"/mutualTlsAuthentication/truststoreUri", kAddReplaceRemove, patch_truststore},
    PatchRule{"/mutualTlsAuthentication/truststoreVersion", kAddReplaceRemove, patch_truststore},
    PatchRule{"/ownershipVerificationCertificateArn", kAddReplaceRemove, patch_text},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    constexpr std::string_view kLists =
        "/certificateName, /certificateArn, /regionalCertificateName, /regionalCertificateArn, "
        "/endpointConfiguration/types, /mutualTlsAuthentication/truststoreUri, "
        "/mutualTlsAuthentication/truststoreVersion, /ownershipVerificationCertificateArn";
    constexpr std::string_view kScalars =
        "/certificateName, /certificateArn, /regionalCertificateName, /regionalCertificateArn, "
        "/endpointConfiguration/ipAddressType, /securityPolicy, /routingMode, "
        "/endpointAccessMode, /policy, /managementPolicy, "
        "/mutualTlsAuthentication/truststoreUri, /mutualTlsAuthentication/truststoreVersion, "
        "/ownershipVerificationCertificateArn";
    const bool is_list = operation.verb == kAdd || operation.verb == kRemove;
    return refuse_with_list(operation, is_list                      ? kLists
                                       : operation.verb == kReplace ? kScalars
                                                                    : "");
}

bool is_about_certificate(std::string_view path) {
    return path.starts_with("/certificate") || path.starts_with("/regionalCertificate");
}

/// The old endpoint serves until clients have moved: a migration is two requests.
Result<void> check_one_direction(const Call& call) {
    bool adds = false;
    bool removes = false;
    for (const json::Value& operation : call.input.array("patchOperations")) {
        const std::string_view path = operation.text("path");
        const bool is_about_types =
            path.starts_with("/endpointConfiguration/types") || is_about_certificate(path);
        if (!is_about_types) continue;
        adds |= operation.text("op") == "add";
        removes |= operation.text("op") == "remove";
    }
    if (!adds || !removes) return {};
    return invalid("An endpoint type cannot be added and removed in the same request.");
}

Result<void> check_types(const json::Value& before, const json::Value& after) {
    const json::Value& held = *before.find("endpointConfiguration");
    const json::Value& wanted = *after.find("endpointConfiguration");
    const json::Array& types = wanted.array("types");
    if (types == held.array("types")) return {};
    if (types.empty()) {
        return invalid("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
    }
    if (is_private_domain(before) || is_private_domain(after)) {
        return invalid("A domain name cannot become private or public.");
    }
    if (before.text("endpointAccessMode") == "STRICT") {
        return invalid("The endpoint type cannot be changed while endpointAccessMode is STRICT.");
    }
    return {};
}

/// A certificate comes with its endpoint type and goes with it; while the types stay there is one
/// to replace.
Result<void> check_certificate_verbs(const json::Value& before, const json::Value& after,
                                     const Call& call) {
    const auto types = [](const json::Value& domain) -> const json::Array& {
        return domain.find("endpointConfiguration")->array("types");
    };
    if (types(before) != types(after)) return {};
    for (const json::Value& operation : call.input.array("patchOperations")) {
        const std::string_view path = operation.text("path");
        if (operation.text("op") == "replace" || !is_about_certificate(path)) continue;
        return invalid("Invalid patch path  '" + std::string(path) + "' specified for op '" +
                       std::string(operation.text("op")) +
                       "'. A certificate can be added or removed only with its endpoint type.");
    }
    return {};
}

/// A certificate that this request names must be for an endpoint that there is.
Result<void> check_certificates(const json::Value& before, const json::Value& after) {
    const auto is_stray = [&](std::string_view member) {
        const std::string_view named = after.text(member);
        return !named.empty() && named != before.text(member);
    };
    const bool has_first = has_endpoint_type(after, "EDGE") || is_private_domain(after);
    for (const std::string_view member : {"certificateName", "certificateArn"}) {
        if (!has_first && is_stray(member)) {
            return invalid(std::string(member) + " does not belong to this endpoint type.");
        }
    }
    for (const std::string_view member : {"regionalCertificateName", "regionalCertificateArn"}) {
        if (!has_endpoint_type(after, "REGIONAL") && is_stray(member)) {
            return invalid(std::string(member) + " does not belong to this endpoint type.");
        }
    }
    return {};
}

/// One that an ARN names takes the place of one that was given inline.
void note_new_certificate(const json::Value& before, const Call& call, json::Value& after) {
    const auto is_new = [&](std::string_view member) {
        return !after.text(member).empty() && after.text(member) != before.text(member);
    };
    if (is_new("certificateArn") || is_new("regionalCertificateArn")) {
        after.as_object().erase("inlineCertificate");
    }
    if (is_new("certificateArn") || is_new("certificateName")) {
        after["certificateUploadDate"] = created_date(call);
    }
}

}  // namespace

Result<json::Value> patched_domain_name(const json::Value& domain, Transaction& transaction,
                                        const Call& call) {
    auto changed = patched({kRules, refuse}, domain, transaction, call);
    if (!changed) return changed;
    if (auto checked = check_one_direction(call); !checked) return checked.error();
    if (auto checked = check_types(domain, *changed); !checked) return checked.error();
    if (auto checked = check_certificate_verbs(domain, *changed, call); !checked) {
        return checked.error();
    }
    if (auto checked = check_certificates(domain, *changed); !checked) return checked.error();
    note_new_certificate(domain, call, *changed);
    settle_domain_name(*changed, call.installation);
    if (auto checked = check_domain_name(*changed); !checked) return checked.error();
    return changed;
}

}  // namespace turnpike::service
