#include "control-plane/openapi/export.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "common/base/text.hpp"
#include "control-plane/openapi/export_method.hpp"

namespace turnpike::openapi {

namespace {

/// Path items list their operations so, ANY behind them.
constexpr std::array<std::string_view, 8> kVerbs{"GET",    "HEAD",    "POST",  "PUT",
                                                 "DELETE", "OPTIONS", "PATCH", "ANY"};

json::Object exported_info(const ExportContext& context) {
    const json::Value api = context.request.deployment.object("restApi");
    const json::Value& content = context.documentation.find({"API", {}, {}, {}, {}});
    const json::Value given = content.object("info");
    json::Object info;
    const auto add_description = [&] {
        if (!api.text("description").empty()) info.append("description", api.text("description"));
        inject_known(given, {"description"}, info);
    };
    if (context.swagger()) {
        info.append("version", export_version(context.request.deployment));
        info.append("title", api.text("name"));
        add_description();
    } else {
        info.append("title", api.text("name"));
        add_description();
        info.append("version", export_version(context.request.deployment));
    }
    inject_known(given, {"termsOfService", "contact", "license"}, info);
    inject_extensions(given, info);
    return info;
}

json::Object server(const ExportRequest& request) {
    return {
        {"url", "https://" + request.host + "/{basePath}"},
        {"variables", json::Object{{"basePath", json::Object{{"default", request.stage_name}}}}}};
}

Result<json::Object> exported_paths(const ExportContext& context) {
    json::Object paths;
    for (const json::Value& resource : context.request.deployment.array("resources")) {
        const json::Object& methods = resource.object("resourceMethods");
        if (methods.empty()) continue;
        const std::string path(resource.text("path"));
        const json::Value& content = context.documentation.find({"RESOURCE", path, {}, {}, {}});
        json::Object item;
        // Swagger has no place for them.
        if (!context.swagger()) inject_known(content, {"summary", "description"}, item);
        for (const std::string_view verb : kVerbs) {
            const json::Value* method = methods.find(verb);
            if (method == nullptr) continue;
            auto operation =
                exported_operation(context, {*method, path, verb, resource.text("id")});
            if (!operation) return operation.error();
            item.append(operation_key(verb), *std::move(operation));
        }
        inject_extensions(content, item);
        paths.append(path, std::move(item));
    }
    return paths;
}

json::Object documented_schemas(const ExportContext& context) {
    json::Object schemas = context.models.schemas();
    for (auto& [name, schema] : schemas) {
        const json::Value& content = context.documentation.find({"MODEL", {}, {}, {}, name});
        inject_known(content, {"description", "externalDocs"}, schema.as_object());
        inject_extensions(content, schema.as_object());
    }
    return schemas;
}

json::Object documented_schemes(const ExportContext& context) {
    json::Object schemes = context.security.schemes(context.request.extensions.authorizers);
    for (auto& [name, scheme] : schemes) {
        const json::Value& content = context.documentation.find({"AUTHORIZER", {}, {}, {}, name});
        inject_known(content, {"description"}, scheme.as_object());
        inject_extensions(content, scheme.as_object());
    }
    return schemes;
}

void add_components(const ExportContext& context, json::Object& document) {
    json::Object schemas = documented_schemas(context);
    json::Object schemes = documented_schemes(context);
    if (context.swagger()) {
        if (!schemas.empty()) document.append("definitions", std::move(schemas));
        if (!schemes.empty()) document.append("securityDefinitions", std::move(schemes));
        return;
    }
    json::Object components;
    if (!schemas.empty()) components.append("schemas", std::move(schemas));
    if (!schemes.empty()) components.append("securitySchemes", std::move(schemes));
    document.append("components", std::move(components));
}

json::Object exported_validators(const json::Array& validators) {
    json::Object by_name;
    for (const json::Value& validator : validators) {
        by_name.append(
            std::string(validator.text("name")),
            json::Object{{"validateRequestParameters", validator.flag("validateRequestParameters")},
                         {"validateRequestBody", validator.flag("validateRequestBody")}});
    }
    return by_name;
}

json::Object exported_gateway_responses(const json::Array& responses) {
    json::Object by_type;
    for (const json::Value& response : responses) {
        if (response.flag("defaultResponse")) continue;
        json::Object exported;
        if (const auto status = parse_integer(response.text("statusCode"))) {
            exported.append("statusCode", static_cast<std::int64_t>(*status));
        }
        const json::Object& parameters = response.object("responseParameters");
        if (!parameters.empty()) exported.append("responseParameters", parameters);
        // None at all is not the same as not saying anything, which is the service's own template.
        if (response.find("responseTemplates") != nullptr) {
            exported.append("responseTemplates", response.object("responseTemplates"));
        }
        by_type.append(std::string(response.text("responseType")), std::move(exported));
    }
    return by_type;
}

void add_unless_empty(std::string_view name, json::Object value, json::Object& document) {
    if (!value.empty()) document.append(std::string(name), std::move(value));
}

void add_text_settings(const json::Value& api, json::Object& document) {
    if (api.text("apiKeySource", "HEADER") != "HEADER") {
        document.append("x-amazon-apigateway-api-key-source", api.text("apiKeySource"));
    }
    if (!api.text("securityPolicy").empty()) {
        document.append("x-amazon-apigateway-security-policy", api.text("securityPolicy"));
    }
    if (!api.text("endpointAccessMode").empty()) {
        document.append("x-amazon-apigateway-endpoint-access-mode", api.text("endpointAccessMode"));
    }
}

/// The kinds of endpoint belong to the installation that exports; whether the default one is to
/// answer at all belongs to the API.
void add_endpoint(const json::Value& api, bool swagger, json::Object& document) {
    if (!api.flag("disableExecuteApiEndpoint")) return;
    json::Object& target = swagger ? document : document["servers"].as_array().front().as_object();
    target.append("x-amazon-apigateway-endpoint-configuration",
                  json::Object{{"disableExecuteApiEndpoint", true}});
}

void add_api_extensions(const ExportContext& context, json::Object& document) {
    const json::Value& deployment = context.request.deployment;
    const json::Value api = deployment.object("restApi");
    add_endpoint(api, context.swagger(), document);
    if (const auto policy = json::parse(api.text("policy")); policy && policy->is_object()) {
        document.append("x-amazon-apigateway-policy", *policy);
    }
    add_unless_empty("x-amazon-apigateway-gateway-responses",
                     exported_gateway_responses(deployment.array("gatewayResponses")), document);
    add_unless_empty("x-amazon-apigateway-request-validators",
                     exported_validators(deployment.array("requestValidators")), document);
    add_text_settings(api, document);
    if (const auto bytes = api.integer("minimumCompressionSize")) {
        document.append("x-amazon-apigateway-minimum-compression-size", *bytes);
    }
    if (const json::Array& types = api.array("binaryMediaTypes"); !types.empty()) {
        document.append("x-amazon-apigateway-binary-media-types", types);
    }
}

void add_documentation(const ExportContext& context, json::Object& document) {
    const auto& documentation = context.request.documentation;
    if (context.request.extensions.documentation && documentation) {
        document.append(
            "x-amazon-apigateway-documentation",
            json::Object{{"version", documentation->version},
                         {"createdDate", to_iso8601(documentation->created)},
                         {"documentationParts", documentation_parts(documentation->parts)}});
    }
    const json::Value& content = context.documentation.find({"API", {}, {}, {}, {}});
    inject_known(content, {"tags", "externalDocs"}, document);
    inject_extensions(content, document);
}

std::map<std::string, std::string, std::less<>> validator_names(const json::Value& deployment) {
    std::map<std::string, std::string, std::less<>> names;
    for (const json::Value& validator : deployment.array("requestValidators")) {
        names[std::string(validator.text("id"))] = validator.text("name");
    }
    return names;
}

json::Object document_head(const ExportContext& context) {
    const ExportRequest& request = context.request;
    if (!context.swagger()) {
        return {{"openapi", "3.0.1"},
                {"info", exported_info(context)},
                {"servers", json::Array{server(request)}}};
    }
    return {{"swagger", "2.0"},
            {"info", exported_info(context)},
            {"host", request.host},
            {"basePath", "/" + request.stage_name},
            {"schemes", json::Array{"https"}}};
}

}  // namespace

Result<ExportType> export_type(std::string_view name) {
    if (name == "oas30") return ExportType::Oas30;
    if (name == "swagger") return ExportType::Swagger;
    return invalid("No API exporter for type '" + std::string(name) + "'");
}

ExportExtensions export_extensions(std::string_view list) {
    ExportExtensions extensions;
    for (const std::string_view item : split(list, ',')) {
        const std::string_view name = trim(item);
        const bool all = name == "apigateway";
        // The singular is what the service's first documents said.
        extensions.integrations |= all || name == "integrations" || name == "integration";
        extensions.authorizers |= all || name == "authorizers";
        extensions.api |= all;
        extensions.documentation |= all || name == "documentation";
        extensions.postman |= name == "postman";
    }
    return extensions;
}

Result<json::Value> export_api(const ExportRequest& request) {
    const ExportedDocumentation documentation(request.documentation ? request.documentation->parts
                                                                    : json::Array{});
    ExportedModels models(request.deployment.array("models"), request.type);
    ExportedSecurity security(request.deployment.array("authorizers"));
    const auto validators = validator_names(request.deployment);
    const ExportContext context{request, documentation, models, security, validators};

    json::Object document = document_head(context);
    auto paths = exported_paths(context);
    if (!paths) return paths.error();
    document.append("paths", *std::move(paths));
    add_components(context, document);
    if (request.extensions.api) add_api_extensions(context, document);
    add_documentation(context, document);
    return json::Value(std::move(document));
}

std::string export_version(const json::Value& deployment) {
    const json::Value api = deployment.object("restApi");
    if (!api.text("version").empty()) return std::string(api.text("version"));
    return to_iso8601(WallTime{Seconds{api.integer("createdDate").value_or(0)}});
}

std::string export_file_name(ExportType type, std::string_view version, bool yaml) {
    std::string name = type == ExportType::Swagger ? "swagger_" : "oas30_";
    for (const char c : version) {
        const bool is_plain = c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '/';
        name += is_plain || c == ' ' ? c : '_';
    }
    return name + (yaml ? ".yaml" : ".json");
}

}  // namespace turnpike::openapi
