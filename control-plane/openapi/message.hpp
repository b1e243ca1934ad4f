#pragma once

#include "common/json/value.hpp"
#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/operation.hpp"

/// What an operation says about requests and responses.
namespace turnpike::openapi {

struct RequestParts {
    json::Object parameters;  ///< "method.request.querystring.page" to whether it is required.
    json::Object models;      ///< Content type to name of a model.
};

RequestParts read_request(const Node& operation, const OperationPlace& place,
                          const OperationContext& context);

/// By status code, in the shape of the contract's MethodResponse.
json::Object read_responses(const Node& operation, const OperationPlace& place,
                            const OperationContext& context);

}  // namespace turnpike::openapi
