#pragma once

#include <string>

#include "control-plane/service/operation.hpp"

/// Links to private networks: v1's, which integrations name by id.
namespace turnpike::service {

/// Held by whoever changes a VPC link. Taken after the locks of REST APIs.
void lock_vpc_links(Transaction& transaction);

Error vpc_link_not_found();

/// The link that an integration names exists; one that a stage variable names is not looked for.
/// Errors: Invalid.
Result<void> check_vpc_link(Transaction& transaction, const json::Value& integration);

/// The links that a deployment document names, each with the methods that do: {"abc123":
/// ["GET:<resource id>"]}. A deployment keeps them as "vpcLinks", which is not shown, so that a
/// link in use is found without reading whole documents.
json::Object vpc_links_of(const std::string& document);

}  // namespace turnpike::service
