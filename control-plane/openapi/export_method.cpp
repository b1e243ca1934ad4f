#include "control-plane/openapi/export_method.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "control-plane/openapi/export_integration.hpp"

namespace turnpike::openapi {

namespace {

/// Content types in the order in which they come first.
void add_content_types(const json::Object& by_content_type, json::Array& types) {
    for (const auto& [type, value] : by_content_type) {
        const json::Value item(type);
        if (std::find(types.begin(), types.end(), item) == types.end()) types.push_back(item);
    }
}

/// Those of the models: Swagger applies each to every body. Without any model they bind nothing,
/// and those of the templates tell more than none.
json::Array consumed_types(const json::Value& method, const json::Value& integration) {
    json::Array types;
    add_content_types(method.object("requestModels"), types);
    if (types.empty()) add_content_types(integration.object("requestTemplates"), types);
    return types;
}

json::Array produced_types(const json::Value& method, const json::Value& integration) {
    json::Array types;
    for (const auto& [status, response] : method.object("methodResponses")) {
        add_content_types(response.object("responseModels"), types);
    }
    if (!types.empty()) return types;
    for (const auto& [status, response] : integration.object("integrationResponses")) {
        add_content_types(response.object("responseTemplates"), types);
    }
    return types;
}

void add_unless_empty(std::string name, json::Array value, json::Object& target) {
    if (!value.empty()) target.append(std::move(name), std::move(value));
}

bool lacks_json(const json::Object& by_content_type) {
    return !by_content_type.empty() && json_model(by_content_type).empty();
}

Result<void> check_models(const ExportedMethod& exported) {
    bool lacking = lacks_json(exported.method.object("requestModels"));
    for (const auto& [status, response] : exported.method.object("methodResponses")) {
        lacking = lacking || lacks_json(response.object("responseModels"));
    }
    if (!lacking) return {};
    return invalid("Only found non-JSON body models for " + std::string(exported.verb) + " " +
                   std::string(exported.path));
}

/// How Postman is to sign; who signs is a variable there.
json::Object postman_signature(std::string_view region) {
    return {{"currentHelper", "awsSigV4"},
            {"helperAttributes", json::Object{{"id", "awsSigV4"},
                                              {"accessKey", "{{aws_access_key_id}}"},
                                              {"secretKey", "{{aws_secret_access_key}}"},
                                              {"region", region},
                                              {"service", "execute-api"}}}};
}

void add_own_extensions(const ExportContext& context, const ExportedMethod& exported,
                        json::Object& operation) {
    const ExportExtensions& extensions = context.request.extensions;
    const json::Value& method = exported.method;
    const auto validator = context.validator_names.find(method.text("requestValidatorId"));
    if (extensions.api && validator != context.validator_names.end()) {
        operation.append("x-amazon-apigateway-request-validator", validator->second);
    }
    const json::Value* integration = method.find("methodIntegration");
    if (extensions.integrations && integration != nullptr) {
        operation.append("x-amazon-apigateway-integration",
                         exported_integration(*integration, exported.resource_id));
    }
    if (extensions.postman && method.text("authorizationType") == "AWS_IAM") {
        operation.append("x-postman-meta", postman_signature(context.request.region));
    }
}

void add_media_types(const json::Value& method, json::Object& operation) {
    const json::Value integration = method.object("methodIntegration");
    add_unless_empty("consumes", consumed_types(method, integration), operation);
    add_unless_empty("produces", produced_types(method, integration), operation);
}

}  // namespace

std::string operation_key(std::string_view verb) {
    return verb == "ANY" ? "x-amazon-apigateway-any-method" : to_lower(verb);
}

std::string json_model(const json::Object& by_content_type) {
    std::string found;
    for (const auto& [type, model] : by_content_type) {
        if (!model.is_string() || !is_json_content_type(type)) continue;
        if (found.empty() || type == "application/json") found = model.as_string();
    }
    return found;
}

Result<json::Value> exported_operation(const ExportContext& context,
                                       const ExportedMethod& exported) {
    if (auto checked = check_models(exported); !checked) return checked.error();
    const json::Value& content =
        context.documentation.find({"METHOD", exported.path, exported.verb, {}, {}});
    json::Object operation;
    inject_known(content, {"tags", "summary", "description", "externalDocs"}, operation);
    if (const auto name = exported.method.text("operationName"); !name.empty()) {
        operation.append("operationId", name);
    }
    if (context.swagger()) add_media_types(exported.method, operation);
    add_unless_empty("parameters", exported_parameters(context, exported), operation);
    if (!context.swagger()) {
        json::Object body = exported_request_body(context, exported);
        if (!body.empty()) operation.append("requestBody", std::move(body));
    }
    operation.append("responses", exported_responses(context, exported));
    add_unless_empty("security", context.security.requirements(exported.method), operation);
    add_own_extensions(context, exported, operation);
    inject_extensions(content, operation);
    return json::Value(std::move(operation));
}

}  // namespace turnpike::openapi
