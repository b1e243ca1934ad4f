#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "control-plane/service/transaction.hpp"

/// What an API answers by itself when a request fails. A type that was not customised shows the
/// default of the service, or what DEFAULT_4XX and DEFAULT_5XX of the API make of it.
namespace turnpike::service {

struct GatewayResponseKind {
    std::string_view type;
    std::string_view status;    ///< Empty: that of the error at hand.
    std::string_view inherits;  ///< The type whose customisation it takes over, or nothing.
};

/// All 21, in alphabetical order.
std::span<const GatewayResponseKind> gateway_response_kinds();

/// The built-in default of the type, as Get answers it. Requires: a type of the contract.
json::Value builtin_gateway_response(std::string_view type);
/// Those that an API customised, by type.
using CustomResponses = std::map<std::string, json::Value, std::less<>>;
CustomResponses custom_gateway_responses(Transaction& transaction, std::string_view api_id);
/// What is in force: the customised one, or the inherited, or the built-in default.
json::Value effective_gateway_response(const CustomResponses& custom, std::string_view type);

/// Errors: Invalid.
Result<void> check_gateway_response(const json::Value& response);

}  // namespace turnpike::service
