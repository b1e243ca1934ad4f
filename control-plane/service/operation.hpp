#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/service/live_usage.hpp"
#include "control-plane/service/transaction.hpp"

namespace turnpike::service {

/// Installation settings that rules depend on. Constant after start.
struct Installation {
    std::string partition = "aws";
    std::string region = "us-east-1";
    std::string account_id = "000000000000";
    std::string domain = "localhost";
    std::int64_t integration_timeout_ms_max = 29'000;
    double account_rate_limit = 10'000;
    std::int64_t account_burst_limit = 5'000;
    // Quotas; defaults are the service's (docs/compatibility.md).
    std::int64_t rest_apis_max = 600;
    std::int64_t resources_per_api_max = 300;
    std::int64_t authorizers_per_api_max = 10;
    std::int64_t models_per_api_max = 60;
    std::int64_t request_validators_per_api_max = 20;
    std::int64_t scopes_per_method_max = 10;
    std::int64_t stages_per_api_max = 10;
    std::int64_t variables_per_stage_max = 100;
    std::int64_t api_keys_max = 10'000;
    std::int64_t usage_plans_max = 300;
    std::int64_t plans_per_key_max = 10;
    std::int64_t method_throttles_per_stage_max = 20;  ///< Of a plan.
    std::int64_t client_certificates_max = 60;
    std::int64_t vpc_links_max = 20;
    std::int64_t domain_names_max = 120;  ///< Public ones.
    std::int64_t private_domain_names_max = 50;
    std::int64_t access_associations_max = 100;
    std::int64_t documentation_parts_per_api_max = 2'000;
    std::int64_t documentation_versions_per_api_max = 1'000;
    std::int64_t openapi_document_bytes_max = 6'291'456;
    std::int64_t audit_retention_days = 365;
    std::int64_t usage_retention_days = 90;
};

/// One call of one operation, decoded. `input` is an object with the members of the operation's
/// input shape under their model names (the SDK names: restApiId, patchOperations, ...), whatever
/// their place on the wire; types and shape constraints have been checked against the contract.
struct Call {
    const json::Value& input;
    const Installation& installation;
    WallTime now;
    std::string principal_arn;
    std::string access_key_id = {};
    std::string_view source_address = {};   ///< Of the caller: "127.0.0.1".
    std::string_view resource = {};         ///< Path of the request as sent.
    const LiveUsage* live_usage = nullptr;  ///< Null: the database alone tells.
};

/// The same call with another input, for rules that are made of others. Lifetime: `input`'s.
inline Call with_input(const Call& call, const json::Value& input) {
    return {input,
            call.installation,
            call.now,
            call.principal_arn,
            call.access_key_id,
            call.source_address,
            call.resource,
            call.live_usage};
}

/// A rule of the product: what an operation does. Returns the members of the output shape under
/// their model names (encoding to wire names and timestamp formats is generated; timestamps are
/// numbers of seconds since 1970 here), or the reason why nothing was changed.
using Handler = Result<json::Value> (*)(Transaction&, const Call&);

/// Binds a contract operation to its rule. One table per resource file; control-plane/api joins
/// them.
struct Binding {
    /// apigateway, apigatewayv2, Turnpike's additions.
    enum class Contract : std::uint8_t { RestV1, HttpV2, Turnpike };
    std::string_view operation;  ///< "CreateRestApi"
    Handler handler;
    Access access = Access::Write;
    Contract contract = Contract::RestV1;
};

}  // namespace turnpike::service
