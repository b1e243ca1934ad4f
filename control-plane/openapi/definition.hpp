#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/value.hpp"
#include "control-plane/openapi/pointer.hpp"

namespace turnpike::openapi {

/// What a document says about one method, in the shape of the contract's Method, with what it
/// refers to by name: identifiers exist only once it is stored.
struct MethodDefinition {
    std::string http_method;  ///< "GET" .. or "ANY"
    /// httpMethod, authorizationType, apiKeyRequired and, if given, authorizationScopes,
    /// operationName, requestParameters, requestModels, methodResponses, methodIntegration (with
    /// integrationResponses). Without authorizerId and requestValidatorId.
    json::Value method;
    std::string authorizer_name;  ///< Empty: none.
    std::string validator_name;   ///< Empty: none.
    Steps place;                  ///< Where the operation stands in the document.

    // Where its parts stand, as far as no reference stands in their place.
    Steps response_place(std::string_view status_code) const;
    Steps integration_place() const;
    /// Requires: no pattern for the default.
    Steps integration_response_place(std::string_view selection_pattern) const;
};

struct PathDefinition {
    std::string path;  ///< With the base path put before it, if asked for: "/pets/{id}".
    /// False: a segment is no resource's path part ("{id}.json"). A warning says that the path is
    /// ignored, and nothing is to be made of it.
    bool is_supported = true;
    std::vector<MethodDefinition> methods;
    Steps place;  ///< Where the path item stands in the document.
};

/// Where the rest of a definition stands in the document.
struct DefinitionPlaces {
    // Each contains what it is called after, by name.
    Steps models;
    Steps authorizers;
    Steps request_validators;
    Steps gateway_responses;
    Steps documentation;
    std::vector<Steps> documentation_parts;  ///< What each part of the definition tells about.
};

/// Everything of an API that an OpenAPI document describes, in terms of the contract. Documents are
/// in the shape of the contract's Get answers, without ids and dates.
struct ApiDefinition {
    /// Members of RestApi that the document sets: name, description, version, apiKeySource,
    /// binaryMediaTypes, minimumCompressionSize, policy, disableExecuteApiEndpoint,
    /// endpointConfiguration, securityPolicy, endpointAccessMode.
    json::Object rest_api;
    std::vector<PathDefinition> paths;            ///< In document order.
    std::vector<json::Value> models;              ///< name, contentType, schema (text), description
    std::vector<json::Value> authorizers;         ///< name, type, authType, ...
    std::vector<json::Value> request_validators;  ///< name and both flags
    std::vector<json::Value> gateway_responses;   ///< responseType and what was customised
    std::vector<json::Value> documentation_parts;  ///< location (object), properties (text)
    std::string documentation_version;             ///< Empty: none is made.
    DefinitionPlaces places;
};

}  // namespace turnpike::openapi
