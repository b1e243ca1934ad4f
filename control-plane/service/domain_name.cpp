#include "control-plane/service/domain_name.hpp"

#include <algorithm>
#include <array>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name_certificate.hpp"
#include "control-plane/service/domain_name_rules.hpp"
#include "control-plane/service/endpoint_configuration.hpp"
#include "control-plane/service/resource_policy.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPrivateIdLength = 10;
constexpr std::string_view kInlineCertificate = "inlineCertificate";

/// The certificate's body can be had from whoever serves it; the contract has no place for it.
json::Value shown(json::Value domain) {
    domain.as_object().erase(kInlineCertificate);
    return domain;
}

Key key_of_document(const json::Value& domain) {
    const std::string name(domain.text("domainName"));
    const std::string_view id = domain.text("domainNameId");
    return {"", id.empty() ? name : name + "+" + std::string(id)};
}

using Members = std::array<std::string_view, 2>;

/// Certificates are for one kind of endpoint; what another kind brings would be dropped.
Result<void> check_certificate_members(const json::Value& domain, const json::Value& input) {
    const bool is_regional = has_endpoint_type(domain, "REGIONAL");
    for (const std::string_view member :
         is_regional ? Members{"certificateArn", "certificateName"}
                     : Members{"regionalCertificateArn", "regionalCertificateName"}) {
        if (input.text(member).empty()) continue;
        return invalid(std::string(member) + " does not belong to this endpoint type.");
    }
    const bool names_one =
        !input.text("certificateArn").empty() || !input.text("regionalCertificateArn").empty();
    if (!names_one || !brings_certificate(input)) return {};
    return invalid("A certificate can be given either inline or by its ARN.");
}

/// Copies what is not empty.
void take_texts(const json::Value& input, std::initializer_list<std::string_view> names,
                json::Value& document) {
    for (const std::string_view name : names) {
        if (const std::string_view text = input.text(name); !text.empty()) document[name] = text;
    }
}

Result<void> take_policy(const json::Value& input, json::Value& domain) {
    if (input.text("policy").empty()) return {};
    auto policy = compact_policy(input.text("policy"));
    if (!policy) return policy.error();
    domain["policy"] = *std::move(policy);
    return {};
}

Result<void> take_endpoint(const Call& call, json::Value& domain) {
    const json::Value* given = call.input.find("endpointConfiguration");
    auto endpoint = new_endpoint_configuration(given);
    if (!endpoint) return endpoint.error();
    if (!endpoint->array("vpcEndpointIds").empty()) {
        return invalid("vpcEndpointIds are not supported for domain names.");
    }
    domain["endpointConfiguration"] = *std::move(endpoint);
    return {};
}

void name_domain(const Call& call, json::Value& domain) {
    std::string account;
    if (is_private_domain(domain)) {
        domain["domainNameId"] = random_id(kPrivateIdLength);
        account = call.installation.account_id;
    }
    domain["domainNameArn"] = "arn:" + call.installation.partition +
                              ":apigateway:" + call.installation.region + ":" + account +
                              ":/domainnames/" + key_of_document(domain).id;
}

Result<void> take_certificate(const Call& call, json::Value& domain) {
    if (auto checked = check_certificate_members(domain, call.input); !checked) return checked;
    take_texts(
        call.input,
        {"certificateName", "certificateArn", "regionalCertificateName", "regionalCertificateArn"},
        domain);
    if (brings_certificate(call.input)) {
        auto kept = inline_certificate(call, domain.text("domainName"));
        if (!kept) return kept.error();
        domain[kInlineCertificate] = *std::move(kept);
    }
    const bool has_one = domain.find("certificateName") != nullptr ||
                         domain.find("certificateArn") != nullptr ||
                         domain.find(kInlineCertificate) != nullptr;
    if (has_one) domain["certificateUploadDate"] = created_date(call);
    return {};
}

void take_settings(const json::Value& input, json::Value& domain) {
    domain["domainNameStatus"] = "AVAILABLE";
    domain["securityPolicy"] = "TLS_1_2";
    domain["routingMode"] = "BASE_PATH_MAPPING_ONLY";
    take_texts(input,
               {"securityPolicy", "endpointAccessMode", "routingMode",
                "ownershipVerificationCertificateArn"},
               domain);
    if (const json::Value* mutual = input.find("mutualTlsAuthentication")) {
        take_texts(*mutual, {"truststoreUri", "truststoreVersion"},
                   domain["mutualTlsAuthentication"]);
        if (domain["mutualTlsAuthentication"].is_null()) {
            domain.as_object().erase("mutualTlsAuthentication");
        }
    }
    copy_members(input, {"tags"}, domain);
}

Result<json::Value> new_domain_name(const Call& call) {
    const json::Value& input = call.input;
    if (auto checked = check_host_name(input.text("domainName"), call.installation); !checked) {
        return checked.error();
    }
    json::Value domain = json::Object{{"domainName", input.text("domainName")}};
    if (auto taken = take_endpoint(call, domain); !taken) return taken.error();
    name_domain(call, domain);
    if (auto taken = take_certificate(call, domain); !taken) return taken.error();
    if (auto taken = take_policy(input, domain); !taken) return taken.error();
    take_settings(input, domain);
    settle_domain_name(domain, call.installation);
    if (auto checked = check_domain_name(domain); !checked) return checked.error();
    if (auto checked = check_tags(domain.object("tags")); !checked) return checked.error();
    return domain;
}

/// Public and private names are counted apart.
Result<void> check_quota(Transaction& transaction, const Call& call, bool is_private) {
    const std::int64_t quota = is_private ? call.installation.private_domain_names_max
                                          : call.installation.domain_names_max;
    // Fewer of both together are fewer of each.
    if (transaction.count(Table::DomainNames, "", quota) < quota) return {};
    std::int64_t held = 0;
    for (const Row& row : transaction.scan(Table::DomainNames, "")) {
        if (is_private_domain(row.document) == is_private) ++held;
    }
    if (held < quota) return {};
    return limit_exceeded("Maximum number of domain names for this account has been reached");
}

Result<json::Value> create_domain_name(Transaction& transaction, const Call& call) {
    auto made = new_domain_name(call);
    if (!made) return made;
    const Key key = key_of_document(*made);
    lock_domain_names(transaction);
    if (transaction.exists(Table::DomainNames, key)) {
        return invalid("The domain name you provided already exists.");
    }
    if (auto checked = check_quota(transaction, call, is_private_domain(*made)); !checked) {
        return checked.error();
    }
    transaction.insert(Table::DomainNames, key, *made);
    if (made->find(kInlineCertificate) != nullptr) {
        transaction.put_secret(domain_secret(key), call.input.text("certificatePrivateKey"));
    }
    return without_empty_tags(shown(*std::move(made)));
}

Result<json::Value> get_domain_name(Transaction& transaction, const Call& call) {
    auto domain = find_domain_name(transaction, call);
    if (!domain) return domain;
    return with_tags(shown(*std::move(domain)));
}

Result<json::Value> get_domain_names(Transaction& transaction, const Call& call) {
    // There is one account here, so nobody else shares a name with it.
    if (call.input.text("resourceOwner") == "OTHER_ACCOUNTS") return page_answer({});
    Page page = transaction.list(Table::DomainNames, "", page_request(call));
    for (json::Value& item : page.items) item = without_empty_tags(shown(std::move(item)));
    return page_answer(std::move(page));
}

Result<json::Value> update_domain_name(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    const auto before = find_domain_name(transaction, call);
    if (!before) return before;
    auto after = patched_domain_name(*before, transaction, call);
    if (!after) return after;
    const Key key = domain_name_key(call);
    if (!(*after == *before)) transaction.update(Table::DomainNames, key, *after);
    if (before->find(kInlineCertificate) != nullptr && after->find(kInlineCertificate) == nullptr) {
        transaction.erase_secret(domain_secret(key));
    }
    return with_tags(shown(*std::move(after)));
}

Result<json::Value> delete_domain_name(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    const auto domain = find_domain_name(transaction, call);
    if (!domain) return domain;
    const Key key = domain_name_key(call);
    transaction.erase_scope(Table::BasePathMappings, key.id);
    drop_access_associations(transaction, domain->text("domainNameArn"));
    transaction.erase_secret(domain_secret(key));
    transaction.erase(Table::DomainNames, key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateDomainName", create_domain_name},
    Binding{"GetDomainName", get_domain_name, Access::ReadRow},
    Binding{"GetDomainNames", get_domain_names, Access::ReadRow},
    Binding{"UpdateDomainName", update_domain_name},
    Binding{"DeleteDomainName", delete_domain_name},
};

}  // namespace

void lock_domain_names(Transaction& transaction) { transaction.lock(Table::DomainNames, ""); }

Error domain_name_not_found() { return not_found("Invalid domain name identifier specified"); }

Key domain_name_key(const Call& call) {
    const std::string name(call.input.text("domainName"));
    const std::string_view id = call.input.text("domainNameId");
    return {"", id.empty() ? name : name + "+" + std::string(id)};
}

Result<json::Value> find_domain_name(Transaction& transaction, const Call& call) {
    auto domain = transaction.find(Table::DomainNames, domain_name_key(call));
    // A private one is not found by its key alone.
    if (!domain || domain->text("domainName") != call.input.text("domainName")) {
        return domain_name_not_found();
    }
    return *std::move(domain);
}

bool is_private_domain(const json::Value& domain) { return has_endpoint_type(domain, "PRIVATE"); }

std::span<const Binding> domain_name_bindings() { return kBindings; }

}  // namespace turnpike::service
