#include "control-plane/openapi/security.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::string_view kAuthorizer = "x-amazon-apigateway-authorizer";
constexpr std::string_view kAuthType = "x-amazon-apigateway-authtype";

bool is_in_header(const Node& scheme) {
    return scheme.text("type") == "apiKey" && equals_ignoring_case(scheme.text("in"), "header");
}

/// "awsSigv4" and anything else that begins with "aws".
bool names_iam(std::string_view auth_type) {
    return equals_ignoring_case(auth_type.substr(0, 3), "aws");
}

void copy_text(const json::Value& from, std::string_view name, json::Value& to) {
    if (const auto text = text_of(from.find(name)); text && !text->empty()) to[name] = *text;
}

/// TOKEN and COGNITO_USER_POOLS take the header of the scheme that encloses them.
void add_identity_source(const Node& scheme, std::string_view type, json::Value& authorizer) {
    if (type == "REQUEST" || authorizer.find("identitySource") != nullptr) return;
    const std::string_view header = scheme.text("name");
    if (!is_in_header(scheme) || header.empty()) return;
    authorizer["identitySource"] = "method.request.header." + std::string(header);
}

}  // namespace

void Security::declare(const Node& schemes, Documentation& documentation) {
    for (const auto& member : schemes.members()) {
        const Node named = schemes.member(member);
        const Node scheme = references_.resolved(named);
        if (!scheme) continue;
        const Kind kind = read_scheme(scheme, member.first);
        schemes_.emplace(member.first, kind);
        if (kind == Kind::Custom || kind == Kind::Cognito) {
            documentation.describe(scheme, {.type = "AUTHORIZER", .name = member.first});
        }
    }
}

Security::Kind Security::read_scheme(const Node& scheme, std::string_view name) {
    const std::string_view auth_type = scheme.text(kAuthType);
    if (scheme.member(kAuthorizer)) return read_authorizer(scheme, name);
    if (names_iam(auth_type)) return Kind::Iam;
    if (is_in_header(scheme) && equals_ignoring_case(scheme.text("name"), "x-api-key")) {
        return Kind::ApiKey;
    }
    diagnostics_.warn(scheme, "The security scheme '" + std::string(name) +
                                  "' is ignored: it names neither an API key in x-api-key nor an "
                                  "authorizer");
    return Kind::Ignored;
}

Security::Kind Security::read_authorizer(const Node& scheme, std::string_view name) {
    const Node extension = scheme.member(kAuthorizer);
    const json::Value given = references_.expanded(extension);
    const std::string type = to_upper(given.text("type"));
    if (type != "TOKEN" && type != "REQUEST" && type != "COGNITO_USER_POOLS") {
        diagnostics_.warn(extension, "The authorizer '" + std::string(name) +
                                         "' is ignored: REST APIs know the types token, request "
                                         "and cognito_user_pools");
        return Kind::Ignored;
    }
    json::Value authorizer = json::Object{{"name", name}, {"type", type}};
    if (const std::string_view auth_type = scheme.text(kAuthType); !auth_type.empty()) {
        authorizer["authType"] = auth_type;
    }
    for (const std::string_view member : {"authorizerUri", "authorizerCredentials",
                                          "identitySource", "identityValidationExpression"}) {
        copy_text(given, member, authorizer);
    }
    json::Array arns;
    for (const json::Value& arn : given.array("providerARNs")) {
        if (arn.is_string()) arns.push_back(arn);
    }
    if (!arns.empty()) authorizer["providerARNs"] = std::move(arns);
    if (const json::Value* const ttl = given.find("authorizerResultTtlInSeconds")) {
        const auto seconds = integer_of(ttl);
        if (seconds) authorizer["authorizerResultTtlInSeconds"] = *seconds;
        if (!seconds) diagnostics_.warn(extension, "authorizerResultTtlInSeconds is no integer");
    }
    add_identity_source(scheme, type, authorizer);
    authorizers_.push_back(std::move(authorizer));
    return type == "COGNITO_USER_POOLS" ? Kind::Cognito : Kind::Custom;
}

MethodSecurity Security::method(const Node& operation, const Node& of_document) {
    MethodSecurity security;
    const Node own = operation.member("security");
    if (own && !own.is_array()) diagnostics_.warn(own, "Security that is no list is ignored");
    const Node& requirements = own.is_array() ? own : of_document;
    for (std::size_t at = 0; at < requirements.elements().size(); ++at) {
        if (!budget_.spend(kLookBytes)) return security;
        const Node requirement = requirements.element(at);
        // What OpenAPI means as alternatives is demanded together, as exports of the service have
        // it: an element for the authorizer and one for the key.
        if (requirement.members().empty() && requirements.elements().size() > 1) {
            diagnostics_.warn(requirement,
                              "An empty security requirement beside others is ignored: a method "
                              "cannot ask for them as an option");
        }
        for (const auto& [scheme, scopes] : requirement.members()) {
            if (!budget_.spend(kLookBytes)) return security;
            require(requirement, scheme, security);
        }
    }
    apply_auth(operation, security);
    return security;
}

void Security::require(const Node& requirement, std::string_view scheme_name,
                       MethodSecurity& security) {
    const auto found = schemes_.find(scheme_name);
    if (found == schemes_.end()) {
        if (unknown_.insert(scheme_name).second) {
            diagnostics_.warn(requirement, "There is no security scheme '" +
                                               std::string(scheme_name) + "'; it is ignored");
        }
        return;
    }
    switch (found->second) {
        case Kind::Ignored:
            return;
        case Kind::ApiKey:
            security.is_api_key_required = true;
            return;
        case Kind::Iam:
            authorize(requirement, "AWS_IAM", {}, security);
            return;
        case Kind::Custom:
            authorize(requirement, "CUSTOM", scheme_name, security);
            break;
        case Kind::Cognito:
            authorize(requirement, "COGNITO_USER_POOLS", scheme_name, security);
            break;
    }
    if (security.authorizer_name != scheme_name) return;
    add_scopes(requirement.value->array(scheme_name), security);
}

void Security::add_scopes(const json::Array& scopes, MethodSecurity& security) {
    json::Array& known = security.scopes;
    for (const json::Value& scope : scopes) {
        if (!budget_.spend(kLookBytes * (1 + known.size()))) return;
        const bool is_new = std::find(known.begin(), known.end(), scope) == known.end();
        if (scope.is_string() && is_new) known.push_back(scope);
    }
}

void Security::authorize(const Node& requirement, std::string_view type,
                         std::string_view authorizer, MethodSecurity& security) {
    if (security.authorization_type != "NONE") {
        if (security.authorization_type == type && security.authorizer_name == authorizer) return;
        diagnostics_.warn(requirement, "A method has one authorizer at most; '" +
                                           std::string(authorizer.empty() ? type : authorizer) +
                                           "' is ignored");
        return;
    }
    security.authorization_type = type;
    security.authorizer_name = authorizer;
}

void Security::apply_auth(const Node& operation, MethodSecurity& security) {
    const Node extension = operation.member("x-amazon-apigateway-auth");
    if (!extension) return;
    const json::Value auth = references_.expanded(extension);
    const std::string type = to_upper(auth.text("type"));
    if (type != "NONE" && type != "AWS_IAM") {
        diagnostics_.warn(extension, "The type is neither NONE nor AWS_IAM; it is ignored");
        return;
    }
    security.authorization_type = type;
    security.authorizer_name.clear();
    security.scopes.clear();
}

}  // namespace turnpike::openapi
