#pragma once

#include "common/json/value.hpp"
#include "control-plane/openapi/reader.hpp"

namespace turnpike::openapi {

/// Puts the values of ${AWS::AccountId}, ${AWS::Partition} and ${AWS::Region} into every text of
/// the document. ${stageVariables.x} stays as it is.
void replace_variables(json::Value& document, const ReadOptions& options);

}  // namespace turnpike::openapi
