#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// A group of settings of a stage that is Turnpike's own addition: an object in the stage's
/// document, which the contract's answers do not show and its patches do not reach, and which goes
/// out to the workers with the stage. It is set as a whole: what is not given is as in `off`.
struct StageSettings {
    std::string_view member;  ///< Of the stage's document.
    /// Of a stage for which nobody has set any.
    json::Value (*off)();
    /// What `input` asks for, with all members. Errors: Invalid.
    Result<json::Value> (*requested)(const json::Value& input);
};

/// Input of both: restApiId, stageName and, to put them, the settings' members. Errors: NotFound;
/// Invalid, and nothing is changed.
Result<json::Value> get_stage_settings(Transaction& transaction, const Call& call,
                                       const StageSettings& settings);
Result<json::Value> put_stage_settings(Transaction& transaction, const Call& call,
                                       const StageSettings& settings);

}  // namespace turnpike::service
