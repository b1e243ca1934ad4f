#pragma once

#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::service {

bool holds_stage_variable(std::string_view text);

/// "http(s)://host[:port][/path]", with {name} variables in the path; with ${stageVariables.x} in
/// it what it will be is not known yet, and only unprintable characters are refused. Errors:
/// Invalid.
Result<void> check_http_uri(std::string_view uri);

/// "arn:aws:apigateway:region:service:path/..." or ":action/...". `is_proxy`: AWS_PROXY, for which
/// only function invocations and Firehose records will do. Errors: Invalid.
Result<void> check_service_uri(std::string_view uri, bool is_proxy);
/// The service that such an ARN names: "lambda", "sqs". Requires: check_service_uri().
std::string_view service_of_uri(std::string_view uri);

}  // namespace turnpike::service
