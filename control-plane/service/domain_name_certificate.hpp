#pragma once

#include <string>

#include "control-plane/service/operation.hpp"

/// Certificates that are given with a domain name instead of being named by an ARN.
namespace turnpike::service {

/// certificateBody, certificateChain and certificatePrivateKey of the call.
bool brings_certificate(const json::Value& input);

/// The certificate is current and for the name, the key is its own, the chain is in order.
/// Returns: {"body", "chain"}; the key is not in it. Errors: Invalid.
Result<json::Value> inline_certificate(const Call& call, std::string_view domain_name);

/// The secret of a domain name's private key.
std::string domain_secret(const Key& key);

}  // namespace turnpike::service
