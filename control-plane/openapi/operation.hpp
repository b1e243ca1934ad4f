#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "control-plane/openapi/definition.hpp"
#include "control-plane/openapi/documentation.hpp"
#include "control-plane/openapi/models.hpp"
#include "control-plane/openapi/security.hpp"

namespace turnpike::openapi {

/// What every operation of a document is read with.
struct OperationContext {
    bool is_swagger_2;
    // Members of the document that hold for operations without their own.
    Node security_requirements;
    Node consumes;
    Node produces;
    Node validator;
    References& references;
    Diagnostics& diagnostics;
    Budget& budget;
    Models& models;
    Security& security;
    Documentation& documentation;
    /// Names of x-amazon-apigateway-request-validators.
    const std::unordered_set<std::string_view>& validators;
};

/// Where an operation stands.
struct OperationPlace {
    std::string_view path;
    std::string_view verb;        ///< In upper case.
    const Node& path_parameters;  ///< Those of the path item.
};

/// One operation object as a method.
MethodDefinition read_operation(const Node& operation, const OperationPlace& place,
                                const OperationContext& context);

/// Documents the parameters that a path item has for all its operations.
void describe_path_parameters(const Node& parameters, std::string_view path,
                              const OperationContext& context);

}  // namespace turnpike::openapi
