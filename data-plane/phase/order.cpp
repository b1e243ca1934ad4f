#include "data-plane/phase/order.hpp"

#include <array>

#include "data-plane/phase/authorize.hpp"
#include "data-plane/phase/check_api_key.hpp"
#include "data-plane/phase/choose_canary.hpp"
#include "data-plane/phase/compress.hpp"
#include "data-plane/phase/describe.hpp"
#include "data-plane/phase/finish_record.hpp"
#include "data-plane/phase/identify_stage.hpp"
#include "data-plane/phase/integrate.hpp"
#include "data-plane/phase/limit.hpp"
#include "data-plane/phase/log_request.hpp"
#include "data-plane/phase/look_up_cache.hpp"
#include "data-plane/phase/map_request.hpp"
#include "data-plane/phase/map_response.hpp"
#include "data-plane/phase/match_route.hpp"
#include "data-plane/phase/read_body.hpp"
#include "data-plane/phase/respond.hpp"
#include "data-plane/phase/show_usage.hpp"
#include "data-plane/phase/start_record.hpp"
#include "data-plane/phase/store_response.hpp"
#include "data-plane/phase/validate.hpp"

namespace turnpike::phase {
namespace {

using pipeline::PhaseStep;

// Source of the order: the reference, data-plane section 1.
constexpr std::array kOrder{
    // Everything below is configured by API and stage.
    PhaseStep{.name = "identify_stage", .run_waiting = identify_stage, .is_skipped_by_test = true},
    // As early as the stage can say whether anybody watches.
    PhaseStep{.name = "start_record", .run = start_record, .is_skipped_by_test = true},
    // Before anything reads the deployment or stage variables: the canary has its own.
    PhaseStep{.name = "choose_canary",
              .run = choose_canary,
              .describe = describe_canary,
              .is_skipped_by_test = true},
    // The method says what has to be checked.
    PhaseStep{.name = "match_route",
              .run = match_route,
              .describe = describe_route,
              .is_skipped_by_test = true},
    // Before the API key: an authorizer may be what supplies it.
    PhaseStep{.name = "authorize",
              .run = authorize,
              .describe = describe_authorization,
              .is_skipped_by_test = true},
    // After authorize, before anything that a caller without a plan should not cost.
    PhaseStep{.name = "check_api_key",
              .run_waiting = check_api_key,
              .describe = describe_api_key,
              .is_skipped_by_test = true},
    // Once it is known whose; before limit: to look at what is left takes nothing of it.
    PhaseStep{.name = "show_usage", .run_waiting = show_usage, .is_skipped_by_test = true},
    // Only who may call at all takes tokens, and nothing is spent on who may not.
    PhaseStep{.name = "limit",
              .run_waiting = limit,
              .describe = describe_limit,
              .is_skipped_by_test = true},
    // After everything that refuses without looking at the body: it costs memory and time.
    PhaseStep{.name = "read_body", .run_waiting = read_body, .describe = describe_body},
    // What is not valid reaches neither template nor back end.
    PhaseStep{.name = "validate", .run = validate, .describe = describe_validation},
    // After all checks: a stored answer is only for callers who might have caused it.
    PhaseStep{.name = "look_up_cache",
              .run_waiting = look_up_cache,
              .describe = describe_cache,
              .is_skipped_by_test = true},
    // Last chance to refuse without the back end having seen anything.
    PhaseStep{.name = "map_request",
              .run = map_request,
              .describe = describe_integration_request,
              .is_skipped_by_hit = true,
              .lane = worker::Reactor::Lane::Calls},
    PhaseStep{.name = "integrate",
              .run_waiting = integrate,
              .describe = describe_integration_response,
              .is_skipped_by_hit = true},
    // Before the first byte goes out: a mapping that fails still answers 500.
    PhaseStep{.name = "map_response",
              .run_waiting = map_response,
              .describe = describe_method_response,
              .is_skipped_by_hit = true},
    // What is stored is what all callers get, so before it is compressed for this one. After a
    // failure, too: others may wait for the answer, and an old one may be good enough.
    PhaseStep{.name = "store_response",
              .run_waiting = store_response,
              .describe = describe_storing,
              .is_final = true,
              .is_skipped_by_hit = true,
              .is_skipped_by_test = true},
    // The body is what it will be, and nothing of it is sent yet.
    PhaseStep{.name = "compress",
              .run_waiting = compress,
              .describe = describe_compression,
              .is_skipped_by_test = true},
    // Errors of all phases above are answered here, in one place.
    PhaseStep{.name = "respond", .run_waiting = respond, .is_final = true},
    // What the caller got is known.
    PhaseStep{.name = "finish_record",
              .run = finish_record,
              .is_final = true,
              .is_skipped_by_test = true},
    // Last: status, sizes and times are known only now.
    PhaseStep{.name = "log_request",
              .run = log_request,
              .is_final = true,
              .is_skipped_by_test = true,
              .lane = worker::Reactor::Lane::Logs},
};

}  // namespace

std::span<const PhaseStep> order() { return kOrder; }

}  // namespace turnpike::phase
