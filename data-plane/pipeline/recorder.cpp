#include "data-plane/pipeline/recorder.hpp"

#include "common/telemetry/execution_log.hpp"
#include "common/telemetry/log.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/pipeline/log_values.hpp"

namespace turnpike::pipeline {
namespace {

constexpr std::size_t kStageLogsMax = 4096;
/// Reasons of failed requests in the process log, per second.
constexpr std::size_t kExplainedMax = 10;

/// A stage's own log leaves out bodies that were too large, as the contract does; they are in the
/// default log.
bool concerns_stage(const Exchange& exchange) {
    return !exchange.error || exchange.error->type != GatewayResponseType::RequestTooLarge;
}

telemetry::CacheResult cache_result_of(CacheUse::Result result) {
    switch (result) {
        case CacheUse::Result::None:
            break;
        case CacheUse::Result::Hit:
            return telemetry::CacheResult::Hit;
        case CacheUse::Result::Miss:
            return telemetry::CacheResult::Miss;
    }
    return telemetry::CacheResult::None;
}

}  // namespace

Recorder::Recorder(telemetry::AccessLog& log, telemetry::ReactorMeters& meters,
                   Explaining explaining)
    : log_(log),
      meters_(meters),
      explaining_(std::move(explaining)),
      writer_(log.make_writer()),
      default_(log.default_destination()) {}

Recorder::~Recorder() = default;

void Recorder::record(const Exchange& exchange) {
    const int status = exchange.writer.status();
    if (status == 0) return;  // the caller was gone before there was an answer
    const SteadyTime now = exchange.services.reactor.now();
    telemetry::MeterSample sample;
    sample.status = status;
    sample.latency = std::chrono::duration_cast<Microseconds>(now - exchange.request.received);
    sample.integration_latency = exchange.integration_response.latency;
    sample.cache = cache_result_of(exchange.cache.result);
    const telemetry::MeterSlot slot = exchange.stage_method
                                          ? exchange.stage_method->meter_slot
                                          : exchange.stage->unmatched_meter_slot();
    meters_.expect(slot);
    const ExchangeLogValues values(exchange, now);
    if (default_ != telemetry::AccessLog::kNone) values.write_json(*writer_, default_);
    if (!exchange.stage->access_log_format().empty() && concerns_stage(exchange)) {
        const StageLog& own = stage_log(exchange);
        writer_->write(own.destination, *own.format, values);
        if (exchange.is_canary) writer_->write(own.canary_destination, *own.format, values);
    }
    if (exchange.record) hand_on_record(exchange);
    meters_.record(slot, sample);
    if (exchange.is_canary) count_canary(exchange, sample);
    if (exchange.error && status >= 500) explain(exchange, now);
}

void Recorder::count_canary(const Exchange& exchange, const telemetry::MeterSample& sample) {
    meters_.record_besides(exchange.stage_method ? exchange.stage_method->canary_meter_slot
                                                 : exchange.stage->canary_unmatched_meter_slot(),
                           sample);
}

const Recorder::StageLog& Recorder::stage_log(const Exchange& exchange) {
    const auto found = stage_logs_.find(exchange.stage.get());
    if (found != stage_logs_.end() && !found->second.stage.expired()) return found->second;
    if (stage_logs_.size() >= kStageLogsMax) {
        std::erase_if(stage_logs_, [](const auto& item) { return item.second.stage.expired(); });
    }
    if (stage_logs_.size() >= kStageLogsMax) stage_logs_.clear();
    const snapshot::CompiledStage& stage = *exchange.stage;
    StageLog made;
    made.stage = exchange.stage;
    if (!stage.access_log_format().empty()) {
        made.format = std::make_unique<telemetry::LogFormat>(stage.access_log_format());
        const std::string& arn = stage.settings().access_log.destination_arn;
        made.destination = log_.destination(arn);
        if (stage.has_canary()) made.canary_destination = log_.destination(arn, true);
    }
    if (stage.has_execution_log()) {
        made.execution = log_.execution_destination(stage.api_id(), stage.name(), false);
        if (stage.has_canary()) {
            made.canary_execution = log_.execution_destination(stage.api_id(), stage.name(), true);
        }
    }
    return stage_logs_.insert_or_assign(exchange.stage.get(), std::move(made)).first->second;
}

void Recorder::hand_on_record(const Exchange& exchange) {
    const ExecutionRecord::Wishes& wishes = exchange.record->wishes();
    if (wishes.logs_info || (wishes.logs_errors && exchange.error)) write_execution_log(exchange);
    if (wishes.explains) {
        explaining_.take(std::string(exchange.ids.request_id()), exchange.request.received_date,
                         explanation_of(exchange, explaining_.worker_id, steady_now()));
    }
}

/// All lines of a request, and those of its canary, stay together.
void Recorder::write_execution_log(const Exchange& exchange) {
    const ExecutionRecord& record = *exchange.record;
    const StageLog& own = stage_log(exchange);
    const telemetry::LogDestination production = own.execution;
    std::string events;
    for (const ExecutionRecord::Line& line : record.lines()) {
        std::string text;
        if (!record.is_logged(line.level) || !ExecutionRecord::write(line, text)) continue;
        events += telemetry::execution_event(line.time, exchange.ids.request_id(), text);
    }
    writer_->write(production, events);
    if (exchange.is_canary) writer_->write(own.canary_execution, events);
}

void Recorder::explain(const Exchange& exchange, SteadyTime now) {
    if (now - explained_since_ >= Seconds(1)) {
        if (unexplained_ > 0) {
            telemetry::log_warning("more requests failed than are explained",
                                   {{"requests", unexplained_}});
        }
        explained_since_ = now;
        explained_ = unexplained_ = 0;
    }
    if (explained_ >= kExplainedMax) {
        ++unexplained_;
        return;
    }
    ++explained_;
    telemetry::log_error("request failed", {{"api", exchange.api_id},
                                            {"stage", exchange.stage_name},
                                            {"requestId", exchange.ids.request_id()},
                                            {"phase", exchange.failed_phase},
                                            {"responseType", to_text(exchange.error->type)},
                                            {"reason", exchange.error->detail}});
}

void Recorder::tick() { writer_->tick(); }

}  // namespace turnpike::pipeline
