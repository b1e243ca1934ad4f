#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

/// What a custom domain name must be, however it came about.
namespace turnpike::service {

/// Lower-case host name of at most 255 characters; the first label may be "*". None of the
/// installation's own invoke hosts. Errors: Invalid.
Result<void> check_host_name(std::string_view name, const Installation& installation);

/// The document with what its endpoint types bring: target names and hosted zones, which are made
/// once; members of types that it has not are dropped. Requires: a valid endpointConfiguration.
void settle_domain_name(json::Value& domain, const Installation& installation);

/// ARNs, security policy, mutual TLS, policies, sizes. Requires: settle_domain_name().
/// Errors: Invalid.
Result<void> check_domain_name(const json::Value& domain);

bool has_endpoint_type(const json::Value& domain, std::string_view type);

/// UpdateDomainName's operations on a copy of the domain name, settled and checked.
Result<json::Value> patched_domain_name(const json::Value& domain, Transaction& transaction,
                                        const Call& call);

}  // namespace turnpike::service
