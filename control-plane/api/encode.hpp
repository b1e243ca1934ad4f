#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/value.hpp"
#include "control-plane/api/contract.hpp"
#include "control-plane/api/errors.hpp"

namespace turnpike::api {

/// What an operation answers, without the fields that every answer has.
struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

/// A handler's output in the form of the wire: wire names, timestamps of the contract, members in
/// their places, the operation's success status. Members that are unset, null or unknown to the
/// output shape are left out.
Answer encode(const Operation& operation, const json::Value& output);

/// {"message": ...} with x-amzn-ErrorType.
Answer encode(const Failure& failure);

}  // namespace turnpike::api
