#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/model/deployment.hpp"
#include "common/snapshot/parameter_mapping.hpp"

namespace turnpike::snapshot {

/// The body of a gateway response: text with variables in it, no mapping template.
/// Source: the reference, data-plane section 2.
struct SubstitutedText {
    std::string media_type;               ///< Lower case.
    std::vector<ParameterSource> pieces;  ///< In order; literals are text.
};

struct CompiledGatewayResponse {
    std::string type;           ///< "THROTTLED", "DEFAULT_4XX"
    std::optional<int> status;  ///< Unset: that of the error.
    std::vector<ParameterMapping> parameters;
    std::vector<SubstitutedText> templates;  ///< In document order.
};

/// Errors: Invalid, naming the response and what is wrong with it.
Result<CompiledGatewayResponse> compile_gateway_response(const model::GatewayResponse& response);

/// A "$" begins a variable if `context.`, `stageVariables.` or `method.request.…` and a name
/// follow; every other one is text.
std::vector<ParameterSource> split_variables(std::string_view text);

}  // namespace turnpike::snapshot
