#pragma once

#include <cstdint>

#include "data-plane/pipeline/driver.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/worker/maybe_task.hpp"

namespace turnpike::integration {

/// Waits for the whole body of the back end's answer and keeps it as integration_response.body.
/// Does nothing if it is there already. Ends with 500 or, for proxies, 502 if it is too large, 504
/// if it breaks off or drips longer than any integration may take. Requires: an answer.
worker::MaybeTask<pipeline::Outcome> collect_answer(pipeline::Exchange& exchange);

/// As above, but reads no more than it needs to know that the body is longer than `enough`: then
/// integration_response.body stays unset, and what was read is in `collected`.
worker::MaybeTask<pipeline::Outcome> collect_answer(pipeline::Exchange& exchange,
                                                    std::uint64_t enough);

/// Why there is no whole answer. Requires: a status that is a failure.
pipeline::GatewayError answer_error(const pipeline::Exchange& exchange,
                                    net::BodyPiece::Status status);

}  // namespace turnpike::integration
