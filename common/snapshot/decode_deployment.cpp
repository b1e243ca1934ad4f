#include "common/snapshot/decode.hpp"
#include "common/snapshot/fields.hpp"
#include "common/snapshot/limits.hpp"

namespace turnpike::snapshot {

namespace {

using limits::kMapEntriesMax;
using limits::kNameBytesMax;
using limits::kTextBytesMax;

constexpr std::int64_t kFormat = 1;
constexpr std::int64_t kTimeoutMsMax = 900'000;  // of streaming integrations
constexpr std::size_t kMethodsPerResourceMax = 8;

class DeploymentDecoder {
public:
    Result<model::Deployment> decode(const json::Value& document) {
        Fields fields(document, failure_, "deployment");
        if (fields.integer("format", 0, 1'000'000) != kFormat) {
            fields.fail("format", "is not one that this version knows");
        }
        model::Deployment deployment;
        if (const json::Value* api = document.find("restApi")) {
            deployment.api = rest_api(*api);
        } else {
            fields.fail("restApi", "is missing");
        }
        const json::Array& resources = fields.array("resources", limits::kResourcesMax);
        deployment.resources.reserve(resources.size());
        for (const json::Value& item : resources) {
            if (failure_) break;
            deployment.resources.push_back(resource(item));
        }
        for (const json::Value& item : fields.array("models", limits::kModelsMax)) {
            deployment.models.push_back(model(item));
        }
        for (const json::Value& item :
             fields.array("requestValidators", limits::kRequestValidatorsMax)) {
            deployment.request_validators.push_back(request_validator(item));
        }
        for (const json::Value& item : fields.array("gatewayResponses", kMapEntriesMax)) {
            deployment.gateway_responses.push_back(gateway_response(item));
        }
        if (failure_) return *failure_;
        return deployment;
    }

private:
    model::RestApi rest_api(const json::Value& value) {
        Fields fields(value, failure_, "restApi");
        model::RestApi api;
        api.id = fields.required_text("id", kNameBytesMax);
        api.name = fields.text("name", kNameBytesMax);
        api.root_resource_id = fields.text("rootResourceId", kNameBytesMax);
        api.api_key_source = fields.text("apiKeySource", kNameBytesMax, "HEADER");
        api.binary_media_types = fields.texts("binaryMediaTypes", kMapEntriesMax, kNameBytesMax);
        api.minimum_compression_size = fields.integer("minimumCompressionSize", 0, 1U << 30U);
        api.policy = fields.text("policy", kTextBytesMax);
        return api;
    }

    model::Model model(const json::Value& value) {
        Fields fields(value, failure_, "model");
        model::Model model;
        model.name = fields.required_text("name", kNameBytesMax);
        model.schema = fields.text("schema", limits::kSchemaBytesMax);
        return model;
    }

    model::RequestValidator request_validator(const json::Value& value) {
        Fields fields(value, failure_, "requestValidator");
        model::RequestValidator validator;
        validator.id = fields.required_text("id", kNameBytesMax);
        validator.validates_body = fields.flag("validateRequestBody");
        validator.validates_parameters = fields.flag("validateRequestParameters");
        return validator;
    }

    model::GatewayResponse gateway_response(const json::Value& value) {
        Fields fields(value, failure_, "gatewayResponse");
        model::GatewayResponse response;
        response.response_type = fields.required_text("responseType", kNameBytesMax);
        response.status_code = fields.text("statusCode", kNameBytesMax);
        response.parameters = fields.text_map("responseParameters", kTextBytesMax);
        response.templates = fields.text_map("responseTemplates", kTextBytesMax);
        return response;
    }

    model::Resource resource(const json::Value& value) {
        Fields fields(value, failure_, "resource");
        model::Resource resource;
        resource.id = fields.required_text("id", kNameBytesMax);
        resource.parent_id = fields.text("parentId", kNameBytesMax);
        resource.path_part = fields.text("pathPart", limits::kPathPartBytesMax);
        resource.path = fields.text("path", kTextBytesMax);
        for (const auto& [verb, item] : fields.object("resourceMethods", kMethodsPerResourceMax)) {
            resource.methods.push_back(method(verb, item));
        }
        return resource;
    }

    model::Method method(const std::string& verb, const json::Value& value) {
        Fields fields(value, failure_, "method");
        model::Method method;
        method.http_method = fields.text("httpMethod", kNameBytesMax, verb);
        if (method.http_method != verb) fields.fail("httpMethod", "differs from its key");
        method.authorization_type = fields.text("authorizationType", kNameBytesMax, "NONE");
        method.authorizer_id = fields.text("authorizerId", kNameBytesMax);
        method.api_key_required = fields.flag("apiKeyRequired");
        method.operation_name = fields.text("operationName", kNameBytesMax);
        method.request_validator_id = fields.text("requestValidatorId", kNameBytesMax);
        method.request_parameters = flag_map(fields, "requestParameters");
        method.request_models = fields.text_map("requestModels", kNameBytesMax);
        for (const auto& [status, item] : fields.object("methodResponses", kMapEntriesMax)) {
            if (!item.is_object()) fields.fail("methodResponses", "holds no object");
            method.response_status_codes.push_back(status);
        }
        const json::Value* const integration_value = value.find("methodIntegration");
        if (integration_value != nullptr && !integration_value->is_null()) {
            method.integration = integration(*integration_value);
        }
        return method;
    }

    std::vector<std::pair<std::string, bool>> flag_map(Fields& fields, std::string_view name) {
        std::vector<std::pair<std::string, bool>> map;
        for (const auto& [key, value] : fields.object(name, kMapEntriesMax)) {
            if (!value.is_bool()) fields.fail(name, "holds something that is not a boolean");
            map.emplace_back(key, value.is_bool() && value.as_bool());
        }
        return map;
    }

    model::Integration integration(const json::Value& value) {
        Fields fields(value, failure_, "methodIntegration");
        model::Integration integration;
        integration.type = fields.required_text("type", kNameBytesMax);
        integration.http_method = fields.text("httpMethod", kNameBytesMax);
        integration.uri = fields.text("uri", kTextBytesMax);
        integration.connection_type = fields.text("connectionType", kNameBytesMax, "INTERNET");
        integration.connection_id = fields.text("connectionId", kNameBytesMax);
        integration.credentials = fields.text("credentials", kNameBytesMax);
        integration.request_parameters = fields.text_map("requestParameters", kTextBytesMax);
        integration.request_templates = fields.text_map("requestTemplates", kTextBytesMax);
        integration.passthrough_behavior =
            fields.text("passthroughBehavior", kNameBytesMax, "WHEN_NO_MATCH");
        integration.content_handling = fields.text("contentHandling", kNameBytesMax);
        integration.timeout_ms =
            fields.integer("timeoutInMillis", 1, kTimeoutMsMax).value_or(integration.timeout_ms);
        integration.cache_namespace = fields.text("cacheNamespace", kNameBytesMax);
        integration.cache_key_parameters =
            fields.texts("cacheKeyParameters", kMapEntriesMax, kNameBytesMax);
        integration.response_transfer_mode = fields.text("responseTransferMode", kNameBytesMax);
        const json::Value* const tls = value.find("tlsConfig");
        if (tls != nullptr && !tls->is_null()) {
            Fields tls_fields(*tls, failure_, "tlsConfig");
            integration.insecure_skip_verification = tls_fields.flag("insecureSkipVerification");
        }
        for (const auto& [status, item] : fields.object("integrationResponses", kMapEntriesMax)) {
            integration.responses.push_back(integration_response(status, item));
        }
        return integration;
    }

    model::IntegrationResponse integration_response(const std::string& status,
                                                    const json::Value& value) {
        Fields fields(value, failure_, "integrationResponse");
        model::IntegrationResponse response;
        response.status_code = fields.text("statusCode", kNameBytesMax, status);
        response.selection_pattern = fields.text("selectionPattern", limits::kPatternBytesMax);
        response.response_parameters = fields.text_map("responseParameters", kTextBytesMax);
        response.response_templates = fields.text_map("responseTemplates", kTextBytesMax);
        response.content_handling = fields.text("contentHandling", kNameBytesMax);
        return response;
    }

    Fields::Failure failure_;
};

}  // namespace

Result<model::Deployment> decode_deployment(std::string_view document) {
    const Result<json::Value> parsed =
        json::parse(document, {.depth_max = 32, .bytes_max = limits::kDeploymentBytesMax});
    if (!parsed) return invalid("deployment is not JSON: " + parsed.error().detail);
    return DeploymentDecoder{}.decode(*parsed);
}

}  // namespace turnpike::snapshot
