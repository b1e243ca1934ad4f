#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "data-plane/net/request.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::pipeline {

/// Whether the phases after this one run. Ended: `error` is set, or the answer is complete.
enum class Outcome : std::uint8_t { Continue, Ended };

/// Sets the error that ends the request.
Outcome end_with(Exchange& exchange, const GatewayError& error);

/// One step in the life of a request. Exactly one of the two functions is set: phases that cannot
/// wait are plain functions, and cost no coroutine.
struct PhaseStep {
    std::string_view name;  ///< As logs write it. A constant.
    Outcome (*run)(Exchange& exchange) = nullptr;
    worker::MaybeTask<Outcome> (*run_waiting)(Exchange& exchange) = nullptr;
    /// Tells the record of a watched request what the phase did.
    void (*describe)(Exchange& exchange, ExecutionRecord& record) = nullptr;
    /// Runs also after a phase ended the request.
    bool is_final = false;
    /// Asks the back end, so that a stored answer does without it.
    bool is_skipped_by_hit = false;
    /// TestInvokeMethod does without it: it concerns callers or stages, which a test has not.
    bool is_skipped_by_test = false;
    /// In which of the turn it runs, if not with the phase before.
    std::optional<worker::Reactor::Lane> lane = std::nullopt;
};

/// What goes before and after each phase of a request. Requires: a record.
void begin_recorded(const PhaseStep& step, Exchange& exchange);
void end_recorded(const PhaseStep& step, Exchange& exchange, Outcome outcome);

/// Serves requests by running the phases in their order. Thread: one reactor's.
class Pipeline final : public net::Handler {
public:
    /// `phases` and what `services` refers to outlive the pipeline.
    Pipeline(const Services& services, std::span<const PhaseStep> phases)
        : services_(services), phases_(phases) {}

    worker::Task<> handle(net::Request& request, net::ResponseWriter& writer) override;

private:
    const Services services_;
    std::span<const PhaseStep> phases_;
};

}  // namespace turnpike::pipeline
