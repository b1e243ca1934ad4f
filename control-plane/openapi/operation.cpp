#include "control-plane/openapi/operation.hpp"

#include "control-plane/openapi/integration.hpp"
#include "control-plane/openapi/message.hpp"
#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::string_view kIntegration = "x-amazon-apigateway-integration";
/// What a method takes besides its parts.
constexpr std::size_t kMethodBytes = 1024;

std::string validator_of(const Node& operation, const OperationContext& context) {
    const Node own = operation.member("x-amazon-apigateway-request-validator");
    const Node& given = own ? own : context.validator;
    if (!given) return {};
    const std::string name = text_of(given.value).value_or("");
    if (context.validators.contains(name)) return name;
    context.diagnostics.warn(given, "There is no request validator '" + name + "'; it is ignored");
    return {};
}

void add_security(const Node& operation, const OperationContext& context,
                  MethodDefinition& definition) {
    MethodSecurity security = context.security.method(operation, context.security_requirements);
    json::Value& method = definition.method;
    method["authorizationType"] = security.authorization_type;
    method["apiKeyRequired"] = security.is_api_key_required;
    if (!security.scopes.empty()) method["authorizationScopes"] = std::move(security.scopes);
    definition.authorizer_name = std::move(security.authorizer_name);
}

void add_if_any(json::Value& method, std::string_view name, json::Object members) {
    if (!members.empty()) method[name] = std::move(members);
}

}  // namespace

MethodDefinition read_operation(const Node& operation, const OperationPlace& place,
                                const OperationContext& context) {
    MethodDefinition definition;
    definition.http_method = place.verb;
    if (!context.budget.spend(kMethodBytes)) return definition;
    definition.place = steps_of(operation);
    json::Value& method = definition.method;
    method["httpMethod"] = place.verb;
    add_security(operation, context, definition);
    if (auto name = text_of(operation.member("operationId").value); name && !name->empty()) {
        method["operationName"] = *std::move(name);
    }
    RequestParts request = read_request(operation, place, context);
    add_if_any(method, "requestParameters", std::move(request.parameters));
    add_if_any(method, "requestModels", std::move(request.models));
    add_if_any(method, "methodResponses", read_responses(operation, place, context));
    if (const Node extension = operation.member(kIntegration)) {
        auto integration = read_integration(extension, place.path, place.verb, context.references,
                                            context.diagnostics);
        if (integration) method["methodIntegration"] = *std::move(integration);
    }
    definition.validator_name = validator_of(operation, context);
    context.documentation.describe(operation,
                                   {.type = "METHOD", .path = place.path, .method = place.verb});
    return definition;
}

}  // namespace turnpike::openapi
