#include <array>

#include "control-plane/service/arn.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kVpcEndpointMax = 128;
constexpr std::string_view kDomainPath = "/domainnames/";
constexpr std::string_view kAssociationPath = "/domainnameaccessassociations/";

/// The part of a management ARN after `start`; empty if it is of another kind.
std::string id_in_arn(std::string_view arn, std::string_view start) {
    const std::string_view path = management_path(arn);
    return path.starts_with(start) ? std::string(path.substr(start.size())) : std::string{};
}

/// Only private domain names can be associated.
Result<json::Value> find_domain(Transaction& transaction, std::string_view arn) {
    if (management_path(arn).empty()) return invalid("Invalid ARN specified in the request");
    auto domain = transaction.find(Table::DomainNames, {"", id_in_arn(arn, kDomainPath)});
    // A Bad Request: the contract has no not-found error for this operation.
    if (!domain) return invalid(domain_name_not_found().message);
    if (is_private_domain(*domain)) return *std::move(domain);
    return invalid("Only private domain names can be associated with a VPC endpoint.");
}

Result<void> check_vpc_endpoint(std::string_view id) {
    if (id.size() <= kVpcEndpointMax && is_word(id, "-_.")) return {};
    return invalid("Invalid access association source specified: " + std::string(id));
}

json::Value new_association(const Call& call, const json::Value& domain) {
    const std::string_view source = call.input.text("accessAssociationSource");
    const Installation& installation = call.installation;
    json::Value association = json::Object{
        {"domainNameAccessAssociationArn",
         "arn:" + installation.partition + ":apigateway:" + installation.region + ":" +
             installation.account_id + ":" + std::string(kAssociationPath) +
             access_association_id(domain.text("domainName"), source)},
        {"domainNameArn", domain.text("domainNameArn")},
        {"accessAssociationSourceType", call.input.text("accessAssociationSourceType")},
        {"accessAssociationSource", source},
    };
    copy_members(call.input, {"tags"}, association);
    return association;
}

Result<json::Value> create_association(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    const auto domain = find_domain(transaction, call.input.text("domainNameArn"));
    if (!domain) return domain;
    const std::string_view source = call.input.text("accessAssociationSource");
    if (auto checked = check_vpc_endpoint(source); !checked) return checked.error();
    if (auto checked = check_tags(call.input.object("tags")); !checked) return checked.error();
    const Key key{"", access_association_id(domain->text("domainName"), source)};
    if (transaction.exists(Table::DomainNameAccessAssociations, key)) {
        return conflict("The VPC endpoint is associated with a domain name of this name already");
    }
    const std::int64_t quota = call.installation.access_associations_max;
    if (transaction.count(Table::DomainNameAccessAssociations, "", quota) >= quota) {
        return limit_exceeded(
            "Maximum number of domain name access associations for this account has been reached");
    }
    json::Value association = new_association(call, *domain);
    transaction.insert(Table::DomainNameAccessAssociations, key, association);
    return without_empty_tags(std::move(association));
}

Result<json::Value> get_associations(Transaction& transaction, const Call& call) {
    // There is one account here, so nobody else has associations.
    if (call.input.text("resourceOwner") == "OTHER_ACCOUNTS") return page_answer({});
    Page page = transaction.list(Table::DomainNameAccessAssociations, "", page_request(call));
    for (json::Value& item : page.items) item = without_empty_tags(std::move(item));
    return page_answer(std::move(page));
}

/// Errors: Invalid if the text is no ARN, NotFound.
Result<Row> named_association(Transaction& transaction, const Call& call) {
    const std::string_view arn = call.input.text("domainNameAccessAssociationArn");
    if (management_path(arn).empty()) return invalid("Invalid ARN specified in the request");
    Key key{"", id_in_arn(arn, kAssociationPath)};
    auto association = transaction.find(Table::DomainNameAccessAssociations, key);
    if (!association) return access_association_not_found();
    return Row{std::move(key), *std::move(association)};
}

Result<json::Value> delete_association(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    const auto association = named_association(transaction, call);
    if (!association) return association.error();
    transaction.erase(Table::DomainNameAccessAssociations, association->key);
    return json::Value(json::Object{});
}

/// The owner of the domain name takes the association away.
Result<json::Value> reject_association(Transaction& transaction, const Call& call) {
    lock_domain_names(transaction);
    const auto association = named_association(transaction, call);
    if (!association) return association.error();
    const std::string_view domain_arn = call.input.text("domainNameArn");
    if (management_path(association->document.text("domainNameArn")) !=
        management_path(domain_arn)) {
        return access_association_not_found();
    }
    transaction.erase(Table::DomainNameAccessAssociations, association->key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateDomainNameAccessAssociation", create_association},
    Binding{"GetDomainNameAccessAssociations", get_associations, Access::ReadRow},
    Binding{"DeleteDomainNameAccessAssociation", delete_association},
    Binding{"RejectDomainNameAccessAssociation", reject_association},
};

}  // namespace

std::string access_association_id(std::string_view domain_name, std::string_view vpc_endpoint) {
    return "domainname/" + std::string(domain_name) + "/vpcesource/" + std::string(vpc_endpoint);
}

Error access_association_not_found() {
    return not_found("Invalid domain name access association identifier specified");
}

void drop_access_associations(Transaction& transaction, std::string_view domain_name_arn) {
    for (const Row& row : transaction.scan(Table::DomainNameAccessAssociations, "")) {
        if (row.document.text("domainNameArn") != domain_name_arn) continue;
        transaction.erase(Table::DomainNameAccessAssociations, row.key);
    }
}

std::span<const Binding> domain_name_access_association_bindings() { return kBindings; }

}  // namespace turnpike::service
