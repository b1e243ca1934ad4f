#pragma once

#include <string_view>

#include "common/model/deployment.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/pipeline/execution_record.hpp"

namespace turnpike::phase {

/// What the record of a watched request says about each phase: lines of the execution log, in the
/// service's words, and facts for explain. Source of the lines and of their order: the reference,
/// observability section 2.
void describe_stage(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_canary(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
/// Also decides who reads the record of this method.
void describe_route(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_authorization(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
/// Also begins the execution, unless the request has ended.
void describe_api_key(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_body(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_validation(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_cache(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_integration_request(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_integration_response(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_method_response(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_storing(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);
void describe_compression(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);

/// The request as the method sees it. `path`: as the caller wrote it, after the stage.
void describe_start(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record,
                    std::string_view path, const model::StringMap& fields);
/// What the caller gets, or why it is the gateway's own answer.
void describe_end(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record, int status,
                  const model::StringMap& fields);

}  // namespace turnpike::phase
