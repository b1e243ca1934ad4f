#include "control-plane/service/domain_name_rules.hpp"

#include <algorithm>
#include <array>

#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "control-plane/service/arn.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"
#include "control-plane/service/tls_policy.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kNameMax = 255;
constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kDocumentBytesMax = std::size_t{256} * 1024;
// The zones of the service, which clients expect beside the target names.
constexpr std::string_view kEdgeZone = "Z2FDTNDATAQYW2";
constexpr std::string_view kRegionalZone = "Z1UJRXOUMOOFQ8";

Error invalid_name(std::string_view name) {
    return invalid("Invalid domain name specified: " + std::string(name));
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kLabelMax && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

/// "abc.execute-api.us-east-1.localhost" and the like lead to default endpoints.
bool is_invoke_host(std::string_view name, const Installation& installation) {
    const std::string all = ".execute-api." + installation.domain;
    const std::string regional = ".execute-api." + installation.region + "." + installation.domain;
    const std::string under = "." + std::string(name);
    return under.ends_with(all) || under.ends_with(regional);
}

/// The members of one endpoint type: present, and those that are made, made.
void settle_type(json::Value& domain, std::string_view type,
                 std::initializer_list<std::pair<std::string_view, std::string>> made,
                 std::initializer_list<std::string_view> given) {
    if (has_endpoint_type(domain, type)) {
        for (const auto& [member, value] : made) {
            if (domain.text(member).empty()) domain[member] = value;
        }
        return;
    }
    for (const auto& entry : made) domain.as_object().erase(entry.first);
    for (const std::string_view member : given) domain.as_object().erase(member);
}

Result<void> check_arns(const json::Value& domain) {
    for (const std::string_view member :
         {"certificateArn", "regionalCertificateArn", "ownershipVerificationCertificateArn"}) {
        const std::string_view arn = domain.text(member);
        if (arn.empty() || looks_like_arn(arn)) continue;
        return invalid("Invalid ARN specified in the request");
    }
    return {};
}

Result<void> check_security_policy(const json::Value& domain) {
    const bool is_private = is_private_domain(domain);
    const std::string_view mode = domain.text("endpointAccessMode");
    if (is_private && !mode.empty()) {
        return invalid("endpointAccessMode is only supported for public domain names.");
    }
    return check_tls_settings(
        {domain.text("securityPolicy"), mode, has_endpoint_type(domain, "EDGE"), is_private});
}

Result<void> check_mutual_tls(const json::Value& domain) {
    const json::Value* mutual = domain.find("mutualTlsAuthentication");
    if (mutual == nullptr) return {};
    const std::string_view uri = mutual->text("truststoreUri");
    if (uri.empty()) return invalid("A truststoreUri must be specified for mutual TLS.");
    constexpr std::string_view kScheme = "s3://";
    if (!uri.starts_with(kScheme) || uri.find('/', kScheme.size() + 1) == std::string_view::npos) {
        return invalid("Invalid truststoreUri specified: " + std::string(uri));
    }
    const bool is_regional =
        has_endpoint_type(domain, "REGIONAL") && !has_endpoint_type(domain, "EDGE");
    if (!is_regional || domain.text("securityPolicy") == "TLS_1_0") {
        return invalid(
            "Mutual TLS is only supported for REGIONAL domain names with TLS 1.2 or newer.");
    }
    return {};
}

Result<void> check_policies(const json::Value& domain) {
    if (is_private_domain(domain)) return {};
    for (const std::string_view member : {"policy", "managementPolicy"}) {
        if (domain.find(member) == nullptr) continue;
        return invalid(std::string(member) + " is only supported for private domain names.");
    }
    return {};
}

}  // namespace

bool has_endpoint_type(const json::Value& domain, std::string_view type) {
    const json::Value* configuration = domain.find("endpointConfiguration");
    if (configuration == nullptr) return false;
    const json::Array& types = configuration->array("types");
    return std::find(types.begin(), types.end(), json::Value(type)) != types.end();
}

Result<void> check_host_name(std::string_view name, const Installation& installation) {
    if (name.size() > kNameMax || is_invoke_host(name, installation)) return invalid_name(name);
    std::vector<std::string_view> labels = split(name, '.');
    if (labels.front() == "*") labels.erase(labels.begin());
    if (labels.empty() || !std::all_of(labels.begin(), labels.end(), is_label)) {
        return invalid_name(name);
    }
    return {};
}

void settle_domain_name(json::Value& domain, const Installation& installation) {
    settle_type(domain, "EDGE",
                {{"distributionDomainName", "d" + random_id(12) + ".edge." + installation.domain},
                 {"distributionHostedZoneId", std::string(kEdgeZone)}},
                {});
    settle_type(domain, "REGIONAL",
                {{"regionalDomainName", "d-" + random_id(10) + ".execute-api." +
                                            installation.region + "." + installation.domain},
                 {"regionalHostedZoneId", std::string(kRegionalZone)}},
                {"regionalCertificateName", "regionalCertificateArn"});
    if (!has_endpoint_type(domain, "EDGE") && !is_private_domain(domain)) {
        for (const std::string_view member :
             {"certificateName", "certificateArn", "certificateUploadDate"}) {
            domain.as_object().erase(member);
        }
    }
}

Result<void> check_domain_name(const json::Value& domain) {
    if (auto checked = check_arns(domain); !checked) return checked;
    if (auto checked = check_security_policy(domain); !checked) return checked;
    if (auto checked = check_mutual_tls(domain); !checked) return checked;
    if (auto checked = check_policies(domain); !checked) return checked;
    if (is_private_domain(domain) && domain.text("domainName").starts_with("*")) {
        return invalid("Private domain names cannot have a wildcard.");
    }
    return check_document_size(domain, kDocumentBytesMax);
}

}  // namespace turnpike::service
