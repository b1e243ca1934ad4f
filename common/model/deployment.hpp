#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace turnpike::model {

/// A map of the contract, in document order.
using StringMap = std::vector<std::pair<std::string, std::string>>;

struct IntegrationResponse {
    std::string status_code;        ///< "200"
    std::string selection_pattern;  ///< Empty: the default response.
    StringMap response_parameters;  ///< "method.response.header.X" -> source
    StringMap response_templates;   ///< media type -> template
    std::string content_handling;   ///< "", CONVERT_TO_BINARY, CONVERT_TO_TEXT
};

struct Integration {
    std::string type;         ///< HTTP, HTTP_PROXY, MOCK, AWS, AWS_PROXY
    std::string http_method;  ///< Verb towards the back end, or ANY; empty for MOCK.
    std::string uri;
    std::string connection_type;  ///< INTERNET, VPC_LINK
    std::string connection_id;
    std::string credentials;
    StringMap request_parameters;  ///< "integration.request.header.X" -> source
    StringMap request_templates;   ///< media type -> template
    std::string passthrough_behavior;
    std::string content_handling;
    std::int64_t timeout_ms = 29'000;
    std::string cache_namespace;
    std::vector<std::string> cache_key_parameters;
    std::string response_transfer_mode;
    bool insecure_skip_verification = false;
    std::vector<IntegrationResponse> responses;
};

struct Method {
    std::string http_method;         ///< "GET" .. or "ANY"
    std::string authorization_type;  ///< NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS
    std::string authorizer_id;
    bool api_key_required = false;
    std::string operation_name;
    std::string request_validator_id;
    std::vector<std::pair<std::string, bool>> request_parameters;  ///< source -> required
    StringMap request_models;                                      ///< media type -> model name
    std::vector<std::string> response_status_codes;                ///< of the method responses
    std::optional<Integration> integration;
};

struct Resource {
    std::string id;
    std::string parent_id;  ///< Empty: the root.
    std::string path_part;
    std::string path;
    std::vector<Method> methods;
};

struct RestApi {
    std::string id;
    std::string name;
    std::string root_resource_id;
    std::string api_key_source;  ///< HEADER, AUTHORIZER
    std::vector<std::string> binary_media_types;
    std::optional<std::int64_t> minimum_compression_size;
    std::string policy;
};

struct Model {
    std::string name;
    std::string schema;  ///< JSON Schema draft-4, if its content type is JSON.
};

struct RequestValidator {
    std::string id;
    bool validates_body = false;
    bool validates_parameters = false;
};

/// An answer of the gateway's own that its owner customised.
struct GatewayResponse {
    std::string response_type;  ///< "THROTTLED", "DEFAULT_4XX"
    std::string status_code;    ///< Empty: that of the error.
    StringMap parameters;       ///< "gatewayresponse.header.X" -> source
    StringMap templates;        ///< media type -> text
};

/// What a deployment froze: everything of an API that needs a new deployment to change.
/// Source: the reference, data-plane section 0.
struct Deployment {
    RestApi api;
    std::vector<Resource> resources;
    std::vector<Model> models;
    std::vector<RequestValidator> request_validators;
    std::vector<GatewayResponse> gateway_responses;
};

}  // namespace turnpike::model
