#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/openapi/export.hpp"
#include "control-plane/openapi/export_documentation.hpp"
#include "control-plane/openapi/export_models.hpp"
#include "control-plane/openapi/export_security.hpp"

namespace turnpike::openapi {

/// What the parts of one export share; models and security note what was asked of them.
/// Lifetime: one call of export_api().
struct ExportContext {
    const ExportRequest& request;
    const ExportedDocumentation& documentation;
    ExportedModels& models;
    ExportedSecurity& security;
    const std::map<std::string, std::string, std::less<>>& validator_names;  ///< by id

    bool swagger() const { return request.type == ExportType::Swagger; }
};

/// A method and where it is.
struct ExportedMethod {
    const json::Value& method;  ///< The contract's Method, with methodIntegration.
    std::string_view path;
    std::string_view verb;  ///< "GET", "ANY"
    std::string_view resource_id;
};

/// The member of a path item: "get", or "x-amazon-apigateway-any-method".
std::string operation_key(std::string_view verb);

/// Errors: Invalid if a body has models, but none of them for JSON.
Result<json::Value> exported_operation(const ExportContext& context, const ExportedMethod& method);

// Parts of an operation.

/// For `parameters`: path, query and header; for Swagger also the body.
json::Array exported_parameters(const ExportContext& context, const ExportedMethod& method);
/// OpenAPI 3: empty if the method takes no model.
json::Object exported_request_body(const ExportContext& context, const ExportedMethod& method);
json::Object exported_responses(const ExportContext& context, const ExportedMethod& method);

/// The model for JSON of a map from content types to names; empty if there is none.
std::string json_model(const json::Object& by_content_type);

}  // namespace turnpike::openapi
