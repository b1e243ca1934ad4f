#pragma once

#include <functional>
#include <string>

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// Takes what explain recorded to where the management API finds it. Never waits.
using TakeExplanation =
    std::function<void(std::string request_id, WallTime time, std::string document)>;

/// What happened to a request, for GET /_turnpike/v1/explain; docs/explain.md has the form.
/// `worker_id`: of this process. Requires: a record that explains.
std::string explanation_of(const Exchange& exchange, const std::string& worker_id, SteadyTime now);

}  // namespace turnpike::pipeline
