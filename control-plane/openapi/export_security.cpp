#include "control-plane/openapi/export_security.hpp"

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::openapi {

namespace {

constexpr std::string_view kHeaderSource = "method.request.header.";
constexpr std::string_view kAuthtype = "x-amazon-apigateway-authtype";

/// The one header in which the caller shows who it is; empty if that is something else.
std::string_view identity_header(std::string_view source) {
    if (!source.starts_with(kHeaderSource)) return {};
    const std::string_view name = source.substr(kHeaderSource.size());
    return name.find(',') == std::string_view::npos ? name : std::string_view{};
}

std::string_view default_authtype(const json::Value& authorizer) {
    return authorizer.text("type") == "COGNITO_USER_POOLS" ? "cognito_user_pools" : "custom";
}

json::Object api_key_in_header(std::string_view header) {
    return {{"type", "apiKey"}, {"name", header}, {"in", "header"}};
}

json::Object authorizer_extension(const json::Value& authorizer) {
    json::Object extension{{"type", to_lower(authorizer.text("type"))}};
    for (const std::string_view member :
         {"authorizerUri", "authorizerCredentials", "identitySource",
          "identityValidationExpression", "authorizerResultTtlInSeconds", "providerARNs"}) {
        const json::Value* value = authorizer.find(member);
        if (value == nullptr || value->is_null()) continue;
        // Of all types but REQUEST the scheme's own name says it.
        const bool is_implied = member == "identitySource" &&
                                authorizer.text("type") != "REQUEST" &&
                                !identity_header(authorizer.text(member)).empty();
        if (!is_implied) extension.append(std::string(member), *value);
    }
    return extension;
}

json::Object authorizer_scheme(const json::Value& authorizer, bool with_extension) {
    const std::string_view header = identity_header(authorizer.text("identitySource"));
    json::Object scheme = api_key_in_header(header.empty() ? "Unused" : header);
    scheme.append(std::string(kAuthtype),
                  authorizer.text("authType", default_authtype(authorizer)));
    if (with_extension) {
        scheme.append("x-amazon-apigateway-authorizer", authorizer_extension(authorizer));
    }
    return scheme;
}

}  // namespace

ExportedSecurity::ExportedSecurity(const json::Array& authorizers) {
    for (const json::Value& authorizer : authorizers) {
        authorizers_[std::string(authorizer.text("id"))] = authorizer;
    }
    key_scheme_ = free_name("api_key");
    signature_scheme_ = free_name("sigv4");
}

/// An authorizer may have taken the usual name.
std::string ExportedSecurity::free_name(std::string name) const {
    const auto is_taken = [this, &name] {
        return std::any_of(authorizers_.begin(), authorizers_.end(), [&name](const auto& entry) {
            return entry.second.text("name") == name;
        });
    };
    while (is_taken()) name += '_';
    return name;
}

json::Array ExportedSecurity::requirements(const json::Value& method) {
    json::Array requirements;
    const std::string_view type = method.text("authorizationType");
    if (type == "AWS_IAM") {
        uses_signature_ = true;
        requirements.emplace_back(json::Object{{signature_scheme_, json::Array{}}});
    } else if (type == "CUSTOM" || type == "COGNITO_USER_POOLS") {
        const auto authorizer = authorizers_.find(method.text("authorizerId"));
        if (authorizer != authorizers_.end()) {
            used_authorizers_.insert(authorizer->first);
            requirements.emplace_back(json::Object{{std::string(authorizer->second.text("name")),
                                                    method.array("authorizationScopes")}});
        }
    }
    if (method.flag("apiKeyRequired")) {
        uses_key_ = true;
        requirements.emplace_back(json::Object{{key_scheme_, json::Array{}}});
    }
    return requirements;
}

json::Object ExportedSecurity::schemes(bool with_authorizers) const {
    std::map<std::string, json::Value> by_name;
    for (const auto& [id, authorizer] : authorizers_) {
        if (!with_authorizers && !used_authorizers_.contains(id)) continue;
        by_name[std::string(authorizer.text("name"))] =
            authorizer_scheme(authorizer, with_authorizers);
    }
    if (uses_key_) by_name[key_scheme_] = api_key_in_header("x-api-key");
    if (uses_signature_) {
        json::Object scheme = api_key_in_header("Authorization");
        scheme.append(std::string(kAuthtype), "awsSigv4");
        by_name[signature_scheme_] = std::move(scheme);
    }
    json::Object schemes;
    for (auto& [name, scheme] : by_name) schemes.append(name, std::move(scheme));
    return schemes;
}

}  // namespace turnpike::openapi
