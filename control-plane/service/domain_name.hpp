#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"

/// Custom domain names and what hangs on them. A public name is its own key; a private one, of
/// which there may be several with one name, has the key "name+id". Documents have the contract's
/// members and "inlineCertificate", which is not shown; its private key is a secret.
namespace turnpike::service {

/// Held by whoever changes a domain name, its mappings or its associations: they are few and change
/// rarely. Taken after the locks of REST APIs.
void lock_domain_names(Transaction& transaction);

Error domain_name_not_found();

/// The key that `domainName` and `domainNameId` of the call make.
Key domain_name_key(const Call& call);
/// The domain name of the call. Errors: NotFound.
Result<json::Value> find_domain_name(Transaction& transaction, const Call& call);
/// Its endpoint type is PRIVATE.
bool is_private_domain(const json::Value& domain);

/// The row of an association of a domain name with a VPC endpoint, and the end of its ARN.
std::string access_association_id(std::string_view domain_name, std::string_view vpc_endpoint);
Error access_association_not_found();
/// Takes the associations of a domain name away. Requires: lock_domain_names().
void drop_access_associations(Transaction& transaction, std::string_view domain_name_arn);

}  // namespace turnpike::service
