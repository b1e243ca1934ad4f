#pragma once

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// "arn:aws:execute-api:us-east-1:********0000:abc123/prod/GET/pets": what a refusal names, the
/// account masked but for its last digits. Source: the reference, security section 3.5.
void append_method_arn(ArenaText& out, const Exchange& exchange);

}  // namespace turnpike::pipeline
