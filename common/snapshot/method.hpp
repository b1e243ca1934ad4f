#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/snapshot/integration.hpp"
#include "common/snapshot/validation.hpp"
#include "common/snapshot/verb.hpp"

namespace turnpike::snapshot {

enum class Authorization : std::uint8_t { None, AwsIam, Custom, CognitoUserPools };

struct CompiledResource {
    std::string id;
    std::string path;  ///< As configured, "/pets/{id}"; $context.resourcePath.
    /// Names of the path parameters from the root down; the router gives values in this order.
    std::vector<std::string> parameter_names;
};

struct CompiledMethod {
    const CompiledResource* resource = nullptr;  ///< Never null. Lifetime: the deployment's.
    std::uint32_t index = 0;                     ///< Place in CompiledDeployment::methods().
    Verb verb = Verb::Any;
    std::string http_method;  ///< As configured: "GET", "ANY".
    Authorization authorization = Authorization::None;
    std::string authorizer_id;
    bool api_key_required = false;
    std::string operation_name;
    /// Null: requests are not validated.
    std::shared_ptr<const CompiledValidation> validation;
    /// The body of a request must be there as a whole before it is integrated.
    bool reads_body = false;
    /// Unset: the method was deployed without one; a call is a configuration error.
    std::optional<CompiledIntegration> integration;
};

}  // namespace turnpike::snapshot
