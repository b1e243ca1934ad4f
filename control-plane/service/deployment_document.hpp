#pragma once

#include <string>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// The document that a deployment of the API's draft is, complete and immutable: {"format": 1,
/// "restApi", "resources" each with its "resourceMethods", "models",
/// "authorizers", "requestValidators", "gatewayResponses"}. The same draft gives the same
/// bytes. Requires: the API's lock. Errors: Invalid if the draft cannot be served.
Result<std::string> deployment_document(Transaction& transaction, const json::Value& rest_api);

/// The same of the draft as it is, served or not. Without the lock: as the transaction sees it.
json::Value draft_document(Transaction& transaction, const json::Value& rest_api);

/// {"/pets": {"GET": {"authorizationType", "apiKeyRequired"}}} of a deployment document.
json::Value api_summary(const std::string& document);

}  // namespace turnpike::service
