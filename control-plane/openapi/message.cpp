#include "control-plane/openapi/message.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

/// What an entry of a map takes besides its name.
constexpr std::size_t kEntryBytes = 128;
constexpr std::string_view kJson = "application/json";

bool is_parameter_name(std::string_view name) {
    constexpr std::string_view kOthers = "._$-";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

bool is_status_code(std::string_view text) {
    return text.size() == 3 && text[0] >= '1' && text[0] <= '5' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// How the contract calls the place of a parameter; empty for one that methods do not have.
std::string_view location_word(std::string_view in) {
    if (in == "path") return "path";
    if (in == "query") return "querystring";
    return in == "header" ? "header" : "";
}

std::string_view part_type(std::string_view in) {
    if (in == "path") return "PATH_PARAMETER";
    return in == "query" ? "QUERY_PARAMETER" : "REQUEST_HEADER";
}

/// Content types of bodies in 2.0: of the operation, else of the document, else JSON.
std::vector<std::string_view> content_types(const Node& own, const Node& of_document,
                                            Budget& budget) {
    std::vector<std::string_view> types;
    for (const json::Value& type : (own ? own : of_document).elements()) {
        if (!budget.spend(kLookBytes)) break;
        if (type.is_string()) types.push_back(type.as_string());
    }
    if (types.empty()) types.push_back(kJson);
    return types;
}

/// A response's schema of a simple type without anything that names it is no model.
bool is_simple(const Node& schema) {
    const std::string_view type = schema.text("type");
    return type == "string" || type == "integer" || type == "number" || type == "boolean" ||
           type == "file";
}

/// The models of one body, by content type.
class BodyModels {
public:
    explicit BodyModels(const OperationContext& context) : context_(context) {}

    void add(std::string_view content_type, const Node& schema) {
        if (!schema || (schema.is_object() && schema.members().empty())) return;
        if (!context_.budget.spend(kEntryBytes + content_type.size())) return;
        if (!content_types_.insert(content_type).second) return;
        if (auto name = context_.models.name_for(schema)) {
            models_.append(std::string(content_type), *std::move(name));
        }
    }

    /// The `content` of 3.x.
    void add_content(const Node& content, bool is_simple_allowed) {
        for (const auto& member : content.members()) {
            if (!context_.budget.spend(kLookBytes)) return;
            const Node media_type = content.member(member);
            const Node schema = media_type.member("schema");
            if (is_simple_allowed || !is_simple(schema)) add(member.first, schema);
        }
    }

    json::Object take() { return std::move(models_); }

private:
    const OperationContext& context_;
    json::Object models_;
    std::unordered_set<std::string_view> content_types_;
};

class RequestReader {
public:
    RequestReader(const Node& operation, const OperationPlace& place,
                  const OperationContext& context)
        : operation_(operation), place_(place), context_(context) {}

    RequestParts read() {
        BodyModels models(context_);
        take_parameters(operation_.member("parameters"), true, models);
        take_parameters(place_.path_parameters, false, models);
        if (const Node given = operation_.member("requestBody")) {
            const Node body = context_.references.resolved(given);
            const Node content = body.member("content");
            models.add_content(content, true);
            describe_body(body);
        }
        return {std::move(parameters_), models.take()};
    }

private:
    /// The operation's own come first: those of the path do not replace them.
    void take_parameters(const Node& parameters, bool is_own, BodyModels& models) {
        for (std::size_t at = 0; at < parameters.elements().size(); ++at) {
            if (!context_.budget.spend(kLookBytes)) return;
            const Node given = parameters.element(at);
            const Node parameter = context_.references.resolved(given);
            if (!parameter) continue;
            if (parameter.text("in") == "body") {
                take_body(parameter, models);
            } else {
                take_parameter(parameter, is_own);
            }
        }
    }

    void take_body(const Node& parameter, BodyModels& models) {
        if (has_body_) return;
        has_body_ = true;
        const Node schema = parameter.member("schema");
        for (const std::string_view type :
             content_types(operation_.member("consumes"), context_.consumes, context_.budget)) {
            models.add(type, schema);
        }
        describe_body(parameter);
    }

    void describe_body(const Node& body) {
        if (!body) return;
        context_.documentation.describe(
            body, {.type = "REQUEST_BODY", .path = place_.path, .method = place_.verb});
    }

    void take_parameter(const Node& parameter, bool is_own) {
        const std::string_view in = parameter.text("in");
        const std::string_view location = location_word(in);
        const std::string name = text_of(parameter.member("name").value).value_or("");
        // Cookies and forms are nothing that methods have.
        if (location.empty()) return;
        if (!is_parameter_name(name)) {
            warn(parameter, name, "its name may hold letters, digits and . _ $ - only");
            return;
        }
        if (const auto taken = locations_.find(name); taken != locations_.end()) {
            if (taken->second != location) {
                warn(parameter, name, "another parameter of the method has that name");
            }
            return;
        }
        if (!context_.budget.spend(kEntryBytes + 2 * name.size())) return;
        locations_.emplace(name, location);
        const bool is_required =
            in == "path" || flag_of(parameter.member("required").value).value_or(false);
        parameters_.append("method.request." + std::string(location) + "." + name, is_required);
        if (!is_own) return;
        context_.documentation.describe(parameter, {.type = part_type(in),
                                                    .path = place_.path,
                                                    .method = place_.verb,
                                                    .status_code = {},
                                                    .name = name});
    }

    void warn(const Node& parameter, std::string_view name, std::string_view reason) {
        context_.diagnostics.warn(parameter, "The parameter '" + std::string(name) +
                                                 "' of resource '" + std::string(place_.path) +
                                                 "' and method '" + std::string(place_.verb) +
                                                 "' is ignored: " + std::string(reason));
    }

    const Node& operation_;
    const OperationPlace& place_;
    const OperationContext& context_;
    json::Object parameters_;
    std::unordered_map<std::string, std::string_view> locations_;
    bool has_body_ = false;
};

class ResponseReader {
public:
    ResponseReader(const Node& operation, const OperationPlace& place,
                   const OperationContext& context)
        : operation_(operation), place_(place), context_(context) {}

    json::Object read() {
        json::Object responses;
        const Node all = operation_.member("responses");
        for (const auto& member : all.members()) {
            if (!context_.budget.spend(kLookBytes)) break;
            if (member.first == "default" || member.first.starts_with("x-")) continue;
            const Node given = all.member(member);
            if (!is_status_code(member.first)) {
                context_.diagnostics.warn(
                    given, "The response '" + member.first + "' is ignored: it is no status code");
                continue;
            }
            responses.append(member.first, response(given, member.first));
        }
        return responses;
    }

private:
    json::Value response(const Node& given, std::string_view code) {
        json::Value document = json::Object{{"statusCode", code}};
        const Node found = context_.references.resolved(given);
        if (!found || !context_.budget.spend(4 * kEntryBytes)) return document;
        json::Object parameters = headers(found, code);
        if (!parameters.empty()) document["responseParameters"] = std::move(parameters);
        json::Object models = body_models(found);
        if (!models.empty()) document["responseModels"] = std::move(models);
        context_.documentation.describe(
            found,
            {.type = "RESPONSE", .path = place_.path, .method = place_.verb, .status_code = code});
        return document;
    }

    json::Object headers(const Node& found, std::string_view code) {
        json::Object parameters;
        const Node all = found.member("headers");
        for (const auto& member : all.members()) {
            if (!context_.budget.spend(kLookBytes)) break;
            const Node given = all.member(member);
            if (!is_parameter_name(member.first)) {
                context_.diagnostics.warn(given, "The response header '" + member.first +
                                                     "' is ignored: its name may hold letters, "
                                                     "digits and . _ $ - only");
                continue;
            }
            if (!context_.budget.spend(kEntryBytes + member.first.size())) break;
            parameters.append("method.response.header." + member.first, false);
            describe_header(given, code, member.first);
        }
        return parameters;
    }

    void describe_header(const Node& given, std::string_view code, std::string_view name) {
        const Node header = context_.references.resolved(given);
        if (!header) return;
        context_.documentation.describe(header, {.type = "RESPONSE_HEADER",
                                                 .path = place_.path,
                                                 .method = place_.verb,
                                                 .status_code = code,
                                                 .name = name});
    }

    json::Object body_models(const Node& found) {
        BodyModels models(context_);
        if (!context_.is_swagger_2) {
            const Node content = found.member("content");
            models.add_content(content, false);
            return models.take();
        }
        const Node schema = found.member("schema");
        if (is_simple(schema)) return {};
        for (const std::string_view type :
             content_types(operation_.member("produces"), context_.produces, context_.budget)) {
            models.add(type, schema);
        }
        return models.take();
    }

    const Node& operation_;
    const OperationPlace& place_;
    const OperationContext& context_;
};

}  // namespace

RequestParts read_request(const Node& operation, const OperationPlace& place,
                          const OperationContext& context) {
    return RequestReader(operation, place, context).read();
}

json::Object read_responses(const Node& operation, const OperationPlace& place,
                            const OperationContext& context) {
    return ResponseReader(operation, place, context).read();
}

void describe_path_parameters(const Node& parameters, std::string_view path,
                              const OperationContext& context) {
    for (std::size_t at = 0; at < parameters.elements().size(); ++at) {
        if (!context.budget.spend(kLookBytes)) return;
        const Node given = parameters.element(at);
        const Node parameter = context.references.resolved(given);
        const std::string name = text_of(parameter.member("name").value).value_or("");
        const std::string_view in = parameter.text("in");
        if (location_word(in).empty() || !is_parameter_name(name)) continue;
        context.documentation.describe(
            parameter,
            {.type = part_type(in), .path = path, .method = {}, .status_code = {}, .name = name});
    }
}

}  // namespace turnpike::openapi
