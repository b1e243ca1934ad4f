#pragma once

#include <memory>
#include <unordered_map>

#include "common/telemetry/access_log.hpp"
#include "common/telemetry/meters.hpp"
#include "data-plane/pipeline/explanation.hpp"
#include "data-plane/pipeline/services.hpp"

namespace turnpike::pipeline {

/// Writes one reactor's access logs and counters: a line to the default log, one more in the
/// stage's own format to its own destination, the lines of execution logs, what explain recorded,
/// and the reasons of answers 5xx, at a bounded rate, to the process log. Thread: its reactor's.
class Recorder final : public RequestLog {
public:
    struct Explaining {
        TakeExplanation take;
        std::string worker_id;
    };
    /// `log` and `meters` outlive the recorder.
    Recorder(telemetry::AccessLog& log, telemetry::ReactorMeters& meters, Explaining explaining);
    ~Recorder() override;

    void record(const Exchange& exchange) override;
    /// Hands lines on to the files; to be called about every 200 ms.
    void tick();

private:
    struct StageLog {
        // Tells whether the stage at this address is still the one the format was made for.
        std::weak_ptr<const snapshot::CompiledStage> stage;
        std::unique_ptr<const telemetry::LogFormat> format;
        telemetry::LogDestination destination = telemetry::AccessLog::kNone;
        telemetry::LogDestination canary_destination = telemetry::AccessLog::kNone;
        telemetry::LogDestination execution = telemetry::AccessLog::kNone;
        telemetry::LogDestination canary_execution = telemetry::AccessLog::kNone;
    };

    const StageLog& stage_log(const Exchange& exchange);
    void count_canary(const Exchange& exchange, const telemetry::MeterSample& sample);
    void write_execution_log(const Exchange& exchange);
    void hand_on_record(const Exchange& exchange);
    void explain(const Exchange& exchange, SteadyTime now);

    telemetry::AccessLog& log_;
    telemetry::ReactorMeters& meters_;
    const Explaining explaining_;
    std::unique_ptr<telemetry::AccessLogWriter> writer_;
    telemetry::LogDestination default_;
    std::unordered_map<const snapshot::CompiledStage*, StageLog> stage_logs_;
    SteadyTime explained_since_;
    std::size_t explained_ = 0;
    std::size_t unexplained_ = 0;
};

}  // namespace turnpike::pipeline
