#include "common/snapshot/compile_validation.hpp"

#include "common/base/text.hpp"
#include "common/schema/parameters.hpp"

namespace turnpike::snapshot {

namespace {

/// Where the models of an API refer to each other, with any host.
std::string model_uri(std::string_view api_id, std::string_view name) {
    return "https://apigateway.amazonaws.com/restapis/" + std::string(api_id) + "/models/" +
           std::string(name);
}

/// The name in "https://host/restapis/{api}/models/{Name}"; nothing if it is no such address.
std::optional<std::string_view> model_name(std::string_view uri, std::string_view api_id) {
    const std::size_t scheme = uri.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    const std::size_t path = uri.find('/', scheme + 3);
    if (path == std::string_view::npos) return std::nullopt;
    const std::string prefix = "/restapis/" + std::string(api_id) + "/models/";
    if (!uri.substr(path).starts_with(prefix)) return std::nullopt;
    return uri.substr(path + prefix.size());
}

ParameterSource source_of(schema::RequiredParameter parameter) {
    using Kind = ParameterSource::Kind;
    ParameterSource source;
    source.name = std::move(parameter.name);
    switch (parameter.place) {
        case schema::ParameterPlace::Header:
            source.kind = Kind::HeaderLast;
            source.known = http::find_header(source.name);
            break;
        case schema::ParameterPlace::Path:
            source.kind = Kind::Path;
            break;
        case schema::ParameterPlace::QueryString:
            source.kind = Kind::QueryLast;
            break;
    }
    return source;
}

std::vector<ParameterSource> required_parameters(const model::Method& method) {
    std::vector<std::string> names;
    for (const auto& [name, is_required] : method.request_parameters) {
        if (is_required) names.push_back(name);
    }
    std::vector<ParameterSource> sources;
    for (schema::RequiredParameter& parameter : schema::required_parameters(std::move(names))) {
        sources.push_back(source_of(std::move(parameter)));
    }
    return sources;
}

}  // namespace

const CompiledValidation::Body* CompiledValidation::find_body(
    std::string_view media_type_lower) const {
    const Body* fallback = nullptr;
    for (const Body& body : bodies) {
        if (body.media_type == media_type_lower) return &body;
        if (body.media_type == "$default") fallback = &body;
    }
    return fallback;
}

ValidationCompiler::ValidationCompiler(const model::Deployment& deployment)
    : api_id_(deployment.api.id) {
    models_.reserve(deployment.models.size());
    for (const model::Model& model : deployment.models) models_.emplace(model.name, &model);
    validators_.reserve(deployment.request_validators.size());
    for (const model::RequestValidator& validator : deployment.request_validators) {
        validators_.emplace(validator.id, &validator);
    }
}

std::shared_ptr<const CompiledValidation> ValidationCompiler::of(const model::Method& method) {
    const model::RequestValidator* validator = find_validator(method.request_validator_id);
    if (validator == nullptr) return nullptr;
    CompiledValidation validation;
    if (validator->validates_parameters) validation.parameters = required_parameters(method);
    if (validator->validates_body) {
        for (const auto& [media_type, model] : method.request_models) {
            validation.bodies.push_back({to_lower(media_type), schema_of(model)});
        }
    }
    if (validation.parameters.empty() && validation.bodies.empty()) return nullptr;
    return std::make_shared<const CompiledValidation>(std::move(validation));
}

const model::RequestValidator* ValidationCompiler::find_validator(std::string_view id) const {
    const auto found = validators_.find(id);
    return id.empty() || found == validators_.end() ? nullptr : found->second;
}

const model::Model* ValidationCompiler::find_model(std::string_view name) const {
    const auto found = models_.find(name);
    return found == models_.end() ? nullptr : found->second;
}

ValidationCompiler::SharedSchema ValidationCompiler::schema_of(std::string_view name) {
    if (const auto found = schemas_.find(name); found != schemas_.end()) return found->second;
    return schemas_.emplace(name, compile(name)).first->second;
}

ValidationCompiler::SharedSchema ValidationCompiler::compile(std::string_view named) {
    constexpr std::size_t kSchemaBytes = 250;
    constexpr std::size_t kBytesPerByte = 4;  // compiled, of its text
    const auto resolve = [this](std::string_view uri) -> std::optional<std::string> {
        const auto name = model_name(uri, api_id_);
        const model::Model* model = name ? find_model(*name) : nullptr;
        if (model == nullptr) return std::nullopt;
        bytes_ += kBytesPerByte * model->schema.size();
        return model->schema;
    };
    const model::Model* model = find_model(named);
    // "Empty" stands for any body, even if its model was deleted.
    const std::string_view text = model != nullptr ? std::string_view(model->schema) : "{}";
    bytes_ += kSchemaBytes + kBytesPerByte * text.size();
    return std::make_shared<const Result<schema::Schema>>(
        schema::compile(text, resolve, model_uri(api_id_, named)));
}

}  // namespace turnpike::snapshot
