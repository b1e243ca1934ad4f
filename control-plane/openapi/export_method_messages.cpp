#include "control-plane/openapi/export_method.hpp"

namespace turnpike::openapi {

namespace {

constexpr std::string_view kRequestStart = "method.request.";
constexpr std::string_view kHeaderStart = "method.response.header.";

/// Where OpenAPI has a parameter, and what documentation calls it.
struct ParameterPlace {
    std::string_view source;  ///< in the name of a method's parameter
    std::string_view in;
    std::string_view documented_as;
    bool multiple;
};
constexpr ParameterPlace kPlaces[] = {
    {"path.", "path", "PATH_PARAMETER", false},
    {"querystring.", "query", "QUERY_PARAMETER", false},
    {"multivaluequerystring.", "query", "QUERY_PARAMETER", true},
    {"header.", "header", "REQUEST_HEADER", false},
    {"multivalueheader.", "header", "REQUEST_HEADER", true},
};

void add_type(bool swagger, bool multiple, std::string_view in, json::Object& parameter) {
    json::Object type{{"type", multiple ? "array" : "string"}};
    if (multiple) type.append("items", json::Object{{"type", "string"}});
    if (!swagger) {
        parameter.append("schema", std::move(type));
        return;
    }
    for (auto& [name, value] : type) parameter.append(name, std::move(value));
    if (multiple && in == "query") parameter.append("collectionFormat", "multi");
}

json::Object exported_parameter(const ExportContext& context, const ExportedMethod& method,
                                const ParameterPlace& place, std::string_view name, bool required) {
    json::Object parameter{{"name", name}, {"in", place.in}};
    const json::Value& content =
        context.documentation.find({place.documented_as, method.path, method.verb, {}, name});
    inject_known(content, {"description"}, parameter);
    if (context.swagger() || required) parameter.append("required", required);
    add_type(context.swagger(), place.multiple, place.in, parameter);
    inject_extensions(content, parameter);
    return parameter;
}

/// Swagger has one body and so one model, that for JSON.
json::Object body_parameter(const ExportContext& context, const ExportedMethod& method,
                            const std::string& model) {
    const json::Value& content =
        context.documentation.find({"REQUEST_BODY", method.path, method.verb, {}, {}});
    json::Object body{{"in", "body"}, {"name", model}};
    inject_known(content, {"description"}, body);
    body.append("required", true);
    body.append("schema", context.models.reference(model));
    inject_extensions(content, body);
    return body;
}

json::Object content_of(const ExportContext& context, const json::Object& models) {
    json::Object content;
    for (const auto& [type, model] : models) {
        json::Object media;
        if (model.is_string() && context.models.is_schema(model.as_string())) {
            media.append("schema", context.models.reference(model.as_string()));
        }
        content.append(type, std::move(media));
    }
    return content;
}

json::Object exported_headers(const ExportContext& context, const ExportedMethod& method,
                              std::string_view status, const json::Value& response) {
    json::Object headers;
    for (const auto& [parameter, required] : response.object("responseParameters")) {
        if (!parameter.starts_with(kHeaderStart)) continue;
        const std::string name = parameter.substr(kHeaderStart.size());
        const json::Value& content =
            context.documentation.find({"RESPONSE_HEADER", method.path, method.verb, status, name});
        json::Object header;
        if (context.swagger()) {
            header.append("type", "string");
        } else {
            header.append("schema", json::Object{{"type", "string"}});
        }
        inject_known(content, {"description"}, header);
        inject_extensions(content, header);
        headers.append(name, std::move(header));
    }
    return headers;
}

json::Object exported_response(const ExportContext& context, const ExportedMethod& method,
                               const std::string& status, const json::Value& response) {
    const json::Value& content =
        context.documentation.find({"RESPONSE", method.path, method.verb, status, {}});
    json::Object exported{{"description", status + " response"}};
    inject_known(content, {"description"}, exported);
    const json::Object& models = response.object("responseModels");
    if (context.swagger() && !models.empty()) {
        exported.append("schema", context.models.reference(json_model(models)));
    }
    json::Object headers = exported_headers(context, method, status, response);
    if (!headers.empty()) exported.append("headers", std::move(headers));
    if (!context.swagger()) exported.append("content", content_of(context, models));
    inject_extensions(content, exported);
    return exported;
}

}  // namespace

json::Array exported_parameters(const ExportContext& context, const ExportedMethod& exported) {
    json::Array parameters;
    for (const auto& [source, required] : exported.method.object("requestParameters")) {
        if (!source.starts_with(kRequestStart)) continue;
        const std::string_view rest = std::string_view(source).substr(kRequestStart.size());
        for (const ParameterPlace& place : kPlaces) {
            if (!rest.starts_with(place.source)) continue;
            parameters.emplace_back(exported_parameter(context, exported, place,
                                                       rest.substr(place.source.size()),
                                                       required.is_bool() && required.as_bool()));
            break;
        }
    }
    const json::Object& models = exported.method.object("requestModels");
    if (context.swagger() && !models.empty()) {
        parameters.emplace_back(body_parameter(context, exported, json_model(models)));
    }
    return parameters;
}

json::Object exported_request_body(const ExportContext& context, const ExportedMethod& exported) {
    const json::Object& models = exported.method.object("requestModels");
    if (models.empty()) return {};
    const json::Value& content =
        context.documentation.find({"REQUEST_BODY", exported.path, exported.verb, {}, {}});
    json::Object body;
    inject_known(content, {"description"}, body);
    body.append("content", content_of(context, models));
    body.append("required", true);
    inject_extensions(content, body);
    return body;
}

json::Object exported_responses(const ExportContext& context, const ExportedMethod& exported) {
    json::Object responses;
    for (const auto& [status, response] : exported.method.object("methodResponses")) {
        responses.append(status, exported_response(context, exported, status, response));
    }
    return responses;
}

}  // namespace turnpike::openapi
