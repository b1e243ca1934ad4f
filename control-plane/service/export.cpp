#include "control-plane/openapi/export.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "control-plane/openapi/yaml_writer.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

/// How much a media range of Accept is wanted, 0 to 1 (RFC 9110 section 12.4.2).
double weight(std::string_view range) {
    const auto parameters = split(range, ';');
    for (std::size_t i = 1; i < parameters.size(); ++i) {
        const std::string parameter = to_lower(trim(parameters[i]));
        if (parameter.starts_with("q=")) {
            return parse_number(std::string_view(parameter).substr(2)).value_or(0);
        }
    }
    return 1;
}

bool is_yaml(std::string_view type) {
    return type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml" ||
           type == "text/x-yaml";
}

/// JSON, unless the caller names YAML and does not want JSON more.
bool wants_yaml(std::string_view accept) {
    double yaml = 0;
    double json = 0;
    for (const std::string_view range : split(accept, ',')) {
        const std::string type =
            to_lower(trim(range.substr(0, std::min(range.find(';'), range.size()))));
        if (is_yaml(type)) yaml = std::max(yaml, weight(range));
        if (type == "application/json") json = std::max(json, weight(range));
    }
    return yaml > json;
}

/// What the stage runs, not the draft and not what a canary tries.
Result<json::Value> deployed_document(Transaction& transaction, const std::string& api_id,
                                      const json::Value& stage) {
    const auto deployment =
        transaction.find(Table::Deployments, {api_id, std::string(stage.text("deploymentId"))});
    if (!deployment) return internal_error("stage without deployment: " + api_id);
    const auto document = transaction.blob(deployment->text("snapshot"));
    if (!document) return internal_error("deployment without document: " + api_id);
    return json::parse(*document, {.bytes_max = document->size() + 1});
}

std::optional<openapi::ExportDocumentation> shown_documentation(Transaction& transaction,
                                                                const std::string& api_id,
                                                                const json::Value& stage) {
    const std::string name(stage.text("documentationVersion"));
    if (name.empty()) return std::nullopt;
    const auto version = transaction.find(Table::DocumentationVersions, {api_id, name});
    if (!version) return std::nullopt;
    openapi::ExportDocumentation documentation;
    documentation.version = name;
    documentation.created =
        WallTime{Seconds{static_cast<std::int64_t>(version->number("createdDate").value_or(0))}};
    documentation.parts = version->array("parts");
    return documentation;
}

json::Value answer(const openapi::ExportRequest& request, const json::Value& document, bool yaml) {
    const std::string name =
        openapi::export_file_name(request.type, openapi::export_version(request.deployment), yaml);
    // The service says nothing more of the type, whatever it is.
    return json::Object{
        {"contentType", "application/octet-stream"},
        {"contentDisposition", "attachment; filename=\"" + name + "\""},
        {"body", yaml ? openapi::write_yaml(document) : json::write_pretty(document)}};
}

Result<json::Value> get_export(Transaction& transaction, const Call& call) {
    const json::Value& input = call.input;
    const auto type = openapi::export_type(input.text("exportType"));
    if (!type) return type.error();
    const std::string api_id(input.text("restApiId"));
    const auto stage = find_stage(transaction, api_id, input.text("stageName"));
    if (!stage) return stage;
    auto deployment = deployed_document(transaction, api_id, *stage);
    if (!deployment) return deployment;

    openapi::ExportRequest request;
    request.type = *type;
    request.deployment = *std::move(deployment);
    request.stage_name = stage->text("stageName");
    request.host =
        api_id + ".execute-api." + call.installation.region + "." + call.installation.domain;
    request.region = call.installation.region;
    request.documentation = shown_documentation(transaction, api_id, *stage);
    const json::Value parameters = input.object("parameters");
    request.extensions = openapi::export_extensions(parameters.text("extensions"));
    const auto document = openapi::export_api(request);
    if (!document) return document;
    return answer(request, *document, wants_yaml(input.text("accepts")));
}

constexpr std::array<Binding, 1> kBindings{{{"GetExport", get_export, Access::Read}}};

}  // namespace

std::span<const Binding> export_bindings() { return kBindings; }

}  // namespace turnpike::service
