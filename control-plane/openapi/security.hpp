#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/documentation.hpp"
#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/reference.hpp"

namespace turnpike::openapi {

/// What the security requirements of a method ask for, in terms of the contract.
struct MethodSecurity {
    std::string authorization_type = "NONE";
    std::string authorizer_name;  ///< Empty: none.
    json::Array scopes;
    bool is_api_key_required = false;
};

/// The security schemes of a document and the authorizers that they describe. Thread: one.
class Security {
public:
    Security(References& references, Diagnostics& diagnostics, Budget& budget)
        : references_(references), diagnostics_(diagnostics), budget_(budget) {}

    /// `schemes`: securityDefinitions or components.securitySchemes. Once, before method().
    void declare(const Node& schemes, Documentation& documentation);

    /// All authorizers, whether or not a method uses them.
    const std::vector<json::Value>& authorizers() const { return authorizers_; }

    /// Of an operation: its own `security`, else that of the document; then its
    /// x-amazon-apigateway-auth. Requires: declare().
    MethodSecurity method(const Node& operation, const Node& of_document);

private:
    enum class Kind : std::uint8_t { Ignored, ApiKey, Iam, Custom, Cognito };

    Kind read_scheme(const Node& scheme, std::string_view name);
    Kind read_authorizer(const Node& scheme, std::string_view name);
    void require(const Node& requirement, std::string_view scheme_name, MethodSecurity& security);
    /// Each once: a caller needs one of them, whichever requirement names it.
    void add_scopes(const json::Array& scopes, MethodSecurity& security);
    void authorize(const Node& requirement, std::string_view type, std::string_view authorizer,
                   MethodSecurity& security);
    void apply_auth(const Node& operation, MethodSecurity& security);

    References& references_;
    Diagnostics& diagnostics_;
    Budget& budget_;
    std::unordered_map<std::string_view, Kind> schemes_;
    std::unordered_set<std::string_view> unknown_;  ///< Reported already.
    std::vector<json::Value> authorizers_;
};

}  // namespace turnpike::openapi
