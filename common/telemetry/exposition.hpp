#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/telemetry/meters.hpp"

namespace turnpike::telemetry {

/// One number about the process, for /metrics: connections, configuration revision, lines dropped.
struct Reading {
    std::string name;  ///< "turnpike_connections"; counters end in "_total".
    std::string help;
    enum class Kind : std::uint8_t { Gauge, Counter } kind = Kind::Gauge;
    double value = 0;
    std::vector<std::pair<std::string, std::string>> labels;
};

/// Resident memory, processor time, open descriptors, start time, threads, under the usual names
/// ("process_resident_memory_bytes").
std::vector<Reading> process_readings();

/// The text of /metrics (Prometheus exposition format 0.0.4): the readings, and per API, stage,
/// resource and method the service's own metrics (Count, 4XXError, 5XXError, Latency,
/// IntegrationLatency) summed over reactors. Slots that never counted are left out.
std::string expose(std::span<const Reading> readings, const MeterRegistry& registry,
                   std::span<const ReactorMeters* const> reactors);
/// For processes without meters.
std::string expose(std::span<const Reading> readings);

constexpr std::string_view kExpositionContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace turnpike::telemetry
