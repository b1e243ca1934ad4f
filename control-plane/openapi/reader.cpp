#include "control-plane/openapi/reader.hpp"

#include <optional>
#include <unordered_set>
#include <utility>

#include "control-plane/openapi/api_settings.hpp"
#include "control-plane/openapi/base_path.hpp"
#include "control-plane/openapi/document.hpp"
#include "control-plane/openapi/paths.hpp"
#include "control-plane/openapi/scalars.hpp"
#include "control-plane/openapi/variables.hpp"

namespace turnpike::openapi {
namespace {

enum class Version : std::uint8_t { Swagger2, OpenApi30, OpenApi31 };

constexpr std::string_view kDocumentation = "x-amazon-apigateway-documentation";

Error not_openapi(std::string detail) {
    Error error = invalid("Invalid OpenAPI input.");
    error.detail = std::move(detail);
    return error;
}

Result<Version> version_of(const Document& document, const Node& root) {
    if (const Node swagger = root.member("swagger")) {
        const std::string given = text_of(swagger.value).value_or("");
        if (given == "2.0" || given == "2") return Version::Swagger2;
        return unusable(document, swagger, "Swagger '" + given + "' is not supported");
    }
    const Node openapi = root.member("openapi");
    if (!openapi) return not_openapi("There is neither swagger nor openapi.");
    const std::string given = text_of(openapi.value).value_or("");
    if (given == "3.0" || given.starts_with("3.0.")) return Version::OpenApi30;
    if (given == "3.1" || given.starts_with("3.1.")) return Version::OpenApi31;
    return unusable(document, openapi, "OpenAPI '" + given + "' is not supported");
}

Result<void> check_paths(const Document& document, const Node& paths, Version version) {
    if (!paths) {
        // 3.1 allows a document of webhooks or components alone.
        if (version == Version::OpenApi31) return {};
        return unusable("'paths' is a required property");
    }
    if (!paths.is_object()) return unusable(document, paths, "'paths' is not of type 'object'");
    return {};
}

/// One reading of one document: the parts share what they know, so they live together.
class ApiReader {
public:
    ApiReader(const Document& document, Version version, const ReadOptions& options)
        : document_(document),
          version_(version),
          options_(options),
          root_{&document.root},
          components_(root_.member("components")),
          definitions_(version == Version::Swagger2 ? root_.member("definitions")
                                                    : components_.member("schemas")),
          schemes_(version == Version::Swagger2 ? root_.member("securityDefinitions")
                                                : components_.member("securitySchemes")),
          references_(document.root, diagnostics_, budget_),
          documentation_(options.ignore_documentation, diagnostics_, budget_),
          models_({version == Version::OpenApi31, options.model_url_prefix}, references_,
                  documentation_, diagnostics_, budget_),
          security_(references_, diagnostics_, budget_) {}

    Result<Reading> read() {
        const Node paths = root_.member("paths");
        if (auto checked = check_paths(document_, paths, version_); !checked) {
            return checked.error();
        }
        warn_about_version();
        ApiDefinition api;
        read_document_level(api);
        auto read = read_all_paths(paths, api);
        if (!read) return read.error();
        api.paths = *std::move(read);
        api.models = models_.take(definitions_);
        read_documentation_extension(api);
        api.places.documentation_parts = documentation_.take_places();
        api.documentation_parts = documentation_.take();
        if (budget_.is_spent()) return unusable("what it describes is too large");
        return Reading{std::move(api), diagnostics_.take(document_), document_};
    }

private:
    void warn_about_version() {
        if (version_ != Version::OpenApi31) return;
        diagnostics_.warn(root_.member("openapi"), "OpenAPI 3.1 is read as far as it maps to 3.0");
        if (const Node webhooks = root_.member("webhooks")) {
            diagnostics_.warn(webhooks, "Webhooks are ignored");
        }
    }

    void read_document_level(ApiDefinition& api) {
        api.rest_api = read_api_settings(root_, references_, diagnostics_);
        api.request_validators = read_request_validators(root_, references_, diagnostics_);
        api.gateway_responses = read_gateway_responses(root_, references_, diagnostics_);
        documentation_.describe_api(root_);
        security_.declare(schemes_, documentation_);
        api.authorizers = security_.authorizers();
        models_.declare(definitions_);
        if (definitions_) api.places.models = steps_of(definitions_);
        if (schemes_) api.places.authorizers = steps_of(schemes_);
        api.places.request_validators = {"x-amazon-apigateway-request-validators"};
        api.places.gateway_responses = {"x-amazon-apigateway-gateway-responses"};
        api.places.documentation = {std::string(kDocumentation)};
    }

    Result<std::vector<PathDefinition>> read_all_paths(const Node& paths,
                                                       const ApiDefinition& api) {
        const std::string before = base_path(root_, options_.base_path);
        if (before.size() > kNameBytesMax) return unusable("the base path is too long");
        std::unordered_set<std::string_view> validators;
        for (const json::Value& validator : api.request_validators) {
            validators.insert(validator.text("name"));
        }
        const OperationContext context{version_ == Version::Swagger2,
                                       root_.member("security"),
                                       root_.member("consumes"),
                                       root_.member("produces"),
                                       root_.member("x-amazon-apigateway-request-validator"),
                                       references_,
                                       diagnostics_,
                                       budget_,
                                       models_,
                                       security_,
                                       documentation_,
                                       validators};
        return read_paths(paths, before, context);
    }

    void read_documentation_extension(ApiDefinition& api) {
        const Node extension = root_.member(kDocumentation);
        if (!extension || options_.ignore_documentation) return;
        const json::Value given = references_.expanded(extension);
        documentation_.add_parts(extension, given);
        api.documentation_version = text_of(given.find("version")).value_or("");
    }

    const Document& document_;
    Version version_;
    const ReadOptions& options_;
    Node root_;
    Node components_;
    Node definitions_;
    Node schemes_;
    Diagnostics diagnostics_;
    Budget budget_;
    References references_;
    Documentation documentation_;
    Models models_;
    Security security_;
};

/// With the variables in it replaced. Errors: Invalid.
Result<Document> open_document(std::string_view text, const ReadOptions& options) {
    auto document = parse_document(text, options.document_bytes_max);
    if (!document) return not_openapi(document.error().detail);
    if (!document->root.is_object()) return not_openapi("The document is no object.");
    replace_variables(document->root, options);
    return document;
}

}  // namespace

Result<Reading> read_api(std::string_view text, const ReadOptions& options) {
    const auto document = open_document(text, options);
    if (!document) return document.error();
    const auto version = version_of(*document, Node{&document->root});
    if (!version) return version.error();
    return ApiReader(*document, *version, options).read();
}

Result<DocumentationReading> read_documentation(std::string_view text, const ReadOptions& options) {
    const auto document = open_document(text, options);
    const auto refused = [](const Error& reason) {
        Error error = invalid("Unable to build importer with provided input.");
        error.detail = reason.detail.empty() ? reason.message : reason.detail;
        return error;
    };
    if (!document) return refused(document.error());
    const Node root{&document->root};
    if (const auto version = version_of(*document, root); !version) return refused(version.error());
    Diagnostics diagnostics;
    Budget budget;
    References references(document->root, diagnostics, budget);
    Documentation documentation(false, diagnostics, budget);
    if (const Node extension = root.member(kDocumentation)) {
        documentation.add_parts(extension, references.expanded(extension));
    }
    if (budget.is_spent()) return unusable("what it describes is too large");
    auto places = documentation.take_places();
    return DocumentationReading{documentation.take(), std::move(places),
                                diagnostics.take(*document), *document};
}

}  // namespace turnpike::openapi
