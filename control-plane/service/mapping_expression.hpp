#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"

/// Checks of parameter mappings and of the keys that they may name, as they come to the management
/// API. What they mean at run time is compiled by common/snapshot. All errors are Invalid, with the
/// texts of the service. Source: contract members requestParameters, responseParameters,
/// cacheKeyParameters, *Templates.
namespace turnpike::service {

/// "Invalid mapping expression specified: Validation Result: warnings : [], errors : [...
/// specified: X]".
Error invalid_mapping_expression(std::string_view expression);

/// Keys "method.request.{path|querystring|multivaluequerystring|header|multivalueheader}.name"; one
/// name may stand in one place only.
Result<void> check_method_parameters(const json::Object& parameters);
/// Keys "method.response.{header|multivalueheader}.name".
Result<void> check_method_response_parameters(const json::Object& parameters);
/// "integration.request.{path|querystring|header}.name" to a source of the request side. A source
/// in path, query or headers must be among `method`'s requestParameters; a path target in the
/// integration's `uri`, unless there is none, as for a MOCK.
Result<void> check_integration_parameters(const json::Object& parameters, const json::Value& method,
                                          std::string_view uri);
/// "method.response.header.name", declared by `method_response`, to a source of the response side.
Result<void> check_integration_response_parameters(const json::Object& parameters,
                                                   const json::Value& method_response);
/// "gatewayresponse.{header|path|querystring}.name" to a parameter of the request, 'static',
/// context.x or stageVariables.x.
Result<void> check_gateway_response_parameters(const json::Object& parameters);
/// Each of `keys` names a request parameter of the method or of the integration.
Result<void> check_cache_key_parameters(const json::Array& keys);
/// "method.request.header.name", with which a TOKEN or COGNITO_USER_POOLS authorizer finds its
/// token.
bool is_header_source(std::string_view source);
/// What else may identify a caller to a REQUEST authorizer: "method.request.querystring.name",
/// context.x, stageVariables.x.
bool is_identity_source(std::string_view source);
/// Keys are media types or "$default".
Result<void> check_content_types(const json::Object& by_content_type);

}  // namespace turnpike::service
