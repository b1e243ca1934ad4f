#pragma once

#include "control-plane/openapi/definition.hpp"
#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/reference.hpp"

namespace turnpike::openapi {

/// What the document says about the API as a whole: `info`, and the extensions at its root (in 3.x
/// of its first server), for ApiDefinition::rest_api.
json::Object read_api_settings(const Node& root, References& references, Diagnostics& diagnostics);

/// x-amazon-apigateway-request-validators: {name, validateRequestBody, validateRequestParameters}.
std::vector<json::Value> read_request_validators(const Node& root, References& references,
                                                 Diagnostics& diagnostics);

/// x-amazon-apigateway-gateway-responses: {responseType} and what is customised.
std::vector<json::Value> read_gateway_responses(const Node& root, References& references,
                                                Diagnostics& diagnostics);

}  // namespace turnpike::openapi
