#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"

namespace turnpike::openapi {

enum class ExportType : std::uint8_t { Oas30, Swagger };

/// "oas30" or "swagger". Errors: Invalid with the text of the contract.
Result<ExportType> export_type(std::string_view name);

/// What an export says beyond OpenAPI itself.
struct ExportExtensions {
    bool integrations = false;   ///< x-amazon-apigateway-integration
    bool authorizers = false;    ///< x-amazon-apigateway-authorizer
    bool api = false;            ///< policy, validators, gateway responses, media types, ...
    bool documentation = false;  ///< x-amazon-apigateway-documentation
    bool postman = false;        ///< x-postman-meta: how Postman signs a call
};

/// Of the list in the query: "integrations,authorizers". "apigateway" stands for all but postman;
/// names that mean nothing are passed over.
ExportExtensions export_extensions(std::string_view list);

/// One frozen version of an API's documentation.
struct ExportDocumentation {
    std::string version;
    WallTime created;
    json::Array parts;  ///< In the shape of the contract's DocumentationPart.
};

struct ExportRequest {
    ExportType type = ExportType::Oas30;
    ExportExtensions extensions;
    json::Value deployment;  ///< As service/deployment_document.hpp makes it.
    std::string stage_name;
    std::string host;    ///< "a1b2c3d4e5.execute-api.us-east-1.localhost", with a port if needed
    std::string region;  ///< Postman signs for it.
    std::optional<ExportDocumentation> documentation;  ///< What the stage shows.
};

/// The OpenAPI document of a deployment, members in the order of the service's own exports.
/// Documentation is injected where OpenAPI has a place for it, whatever the extensions.
/// Errors: Invalid if a body has models, but none of them for JSON. Thread: any. Source: contract
/// operation GetExport; OpenAPI 3.0.1; Swagger 2.0.
Result<json::Value> export_api(const ExportRequest& request);

/// The version of the exported API as its info tells it: that of the API, else the time at which
/// the API was created.
std::string export_version(const json::Value& deployment);

/// "swagger_1.0.0.json"; characters that no file name or header field should have become "_".
std::string export_file_name(ExportType type, std::string_view version, bool yaml);

}  // namespace turnpike::openapi
