#include "data-plane/status_pages.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "common/telemetry/exposition.hpp"

namespace turnpike {
namespace {

using telemetry::Reading;
using telemetry::StatusAnswer;

constexpr Milliseconds kReactorPatience{500};

struct ServerNumbers {
    net::ServerCounters counters;
    std::size_t connections = 0;
    std::size_t idle_upstreams = 0;
    limits::LimiterCounters limits;
};

/// Asks each reactor on its own thread; one that does not answer in time is left out.
std::vector<ServerNumbers> ask_reactors(const StatusSources& sources) {
    std::vector<std::future<ServerNumbers>> answers;
    for (const auto& reactor : sources.reactors) {
        auto promise = std::make_shared<std::promise<ServerNumbers>>();
        answers.push_back(promise->get_future());
        reactor->reactor().post([promise, one = reactor.get()] {
            promise->set_value({one->server().counters(), one->server().connection_count(),
                                one->idle_upstream_count(), one->limiter().counters()});
        });
    }
    std::vector<ServerNumbers> numbers;
    for (auto& answer : answers) {
        if (answer.wait_for(kReactorPatience) == std::future_status::ready) {
            numbers.push_back(answer.get());
        }
    }
    return numbers;
}

void add(std::vector<Reading>& readings, const char* name, const char* help, Reading::Kind kind,
         double value) {
    readings.push_back({name, help, kind, value, {}});
}

bool are_limits_degraded(const StatusSources& sources) {
    return std::any_of(sources.reactors.begin(), sources.reactors.end(),
                       [](const auto& reactor) { return reactor->limiter().is_degraded(); });
}

void add_limit_readings(std::vector<Reading>& readings, const StatusSources& sources,
                        const limits::LimiterCounters& sum) {
    using Kind = Reading::Kind;
    const auto number = [](auto value) { return static_cast<double>(value); };
    for (std::size_t level = 1; level < limits::kLevels; ++level) {
        const bool is_of_worker = static_cast<limits::Level>(level) == limits::Level::Concurrency;
        readings.push_back(
            {"turnpike_requests_limited_total",
             "Requests refused by a throttle or quota, by the limit that refused.",
             Kind::Counter,
             number(is_of_worker ? sources.concurrency.refused() : sum.refused[level]),
             {{"limit", std::string(to_text(static_cast<limits::Level>(level)))}}});
    }
    add(readings, "turnpike_limit_decisions_without_redis_total",
        "Requests whose limits the policy decided, because Redis could not tell.", Kind::Counter,
        number(sum.by_policy));
    add(readings, "turnpike_limit_waits_total", "Requests that waited for Redis to decide.",
        Kind::Counter, number(sum.waits));
    add(readings, "turnpike_limit_redis_commands_total",
        "Commands that throttles, quotas and usage sent to Redis.", Kind::Counter,
        number(sum.commands));
    add(readings, "turnpike_limit_workers", "Workers that share the limits, as last known.",
        Kind::Gauge, number(sum.workers));
    add(readings, "turnpike_limits_degraded", "1 while Redis does not answer in time.", Kind::Gauge,
        are_limits_degraded(sources) ? 1 : 0);
}

void add_up(limits::LimiterCounters& sum, const limits::LimiterCounters& one) {
    sum.admitted += one.admitted;
    for (std::size_t i = 0; i < limits::kLevels; ++i) sum.refused[i] += one.refused[i];
    sum.by_policy += one.by_policy;
    sum.waits += one.waits;
    sum.commands += one.commands;
    sum.workers = std::max(sum.workers, one.workers);
}

std::vector<Reading> server_readings(const StatusSources& sources) {
    ServerNumbers sum;
    for (const ServerNumbers& one : ask_reactors(sources)) {
        add_up(sum.limits, one.limits);
        sum.connections += one.connections;
        sum.idle_upstreams += one.idle_upstreams;
        sum.counters.accepted += one.counters.accepted;
        sum.counters.paused += one.counters.paused;
        sum.counters.handshake_failures += one.counters.handshake_failures;
        sum.counters.requests += one.counters.requests;
        sum.counters.rejected_requests += one.counters.rejected_requests;
    }
    using Kind = Reading::Kind;
    std::vector<Reading> readings;
    const auto number = [](auto value) { return static_cast<double>(value); };
    add(readings, "turnpike_connections", "Open connections of callers.", Kind::Gauge,
        number(sum.connections));
    add(readings, "turnpike_upstream_connections_idle", "Resting connections to back ends.",
        Kind::Gauge, number(sum.idle_upstreams));
    add(readings, "turnpike_connections_accepted_total", "Connections accepted.", Kind::Counter,
        number(sum.counters.accepted));
    add(readings, "turnpike_accept_pauses_total",
        "Times that accepting paused: no descriptor left, or as many connections as allowed.",
        Kind::Counter, number(sum.counters.paused));
    add(readings, "turnpike_tls_handshake_failures_total", "TLS handshakes that failed.",
        Kind::Counter, number(sum.counters.handshake_failures));
    add(readings, "turnpike_requests_total", "Requests whose head was accepted.", Kind::Counter,
        number(sum.counters.requests));
    add(readings, "turnpike_requests_rejected_total", "Requests refused by the parser or a limit.",
        Kind::Counter, number(sum.counters.rejected_requests));
    add_limit_readings(readings, sources, sum.limits);
    return readings;
}

std::string metrics(const StatusSources& sources) {
    using Kind = Reading::Kind;
    std::vector<Reading> readings = telemetry::process_readings();
    for (Reading& reading : server_readings(sources)) readings.push_back(std::move(reading));
    add(readings, "turnpike_configuration_revision", "Revision of the configuration in use.",
        Kind::Gauge, static_cast<double>(sources.loader.revision()));
    add(readings, "turnpike_redis_connected", "1 while Redis answers.", Kind::Gauge,
        sources.loader.is_connected() ? 1 : 0);
    add(readings, "turnpike_access_log_dropped_lines_total",
        "Lines of access and execution logs that were lost.", Kind::Counter,
        static_cast<double>(sources.access_log.dropped_lines()));
    add(readings, "turnpike_explanations_lost_total",
        "Requests that explain recorded, and that Redis did not take.", Kind::Counter,
        static_cast<double>(sources.explained.lost_count()));
    std::vector<const telemetry::ReactorMeters*> meters;
    for (const auto& reactor : sources.reactors) meters.push_back(&reactor->meters());
    return telemetry::expose(readings, sources.registry, meters);
}

StatusAnswer readiness(const StatusSources& sources) {
    if (!sources.loader.is_ready()) return {503, R"({"status":"starting"})"};
    if (!sources.is_serving.load()) return {503, R"({"status":"not serving"})"};
    // Serving goes on without Redis, so this is no reason to take the worker out.
    if (!sources.loader.is_connected()) return {200, R"({"status":"degraded","redis":"away"})"};
    if (are_limits_degraded(sources)) return {200, R"({"status":"degraded","redis":"slow"})"};
    return {200, R"({"status":"ready"})"};
}

}  // namespace

Result<std::unique_ptr<telemetry::StatusServer>> start_status_pages(
    const config::ListenAddress& address, const StatusSources& sources) {
    telemetry::StatusServer::Handlers handlers;
    handlers.live = [] { return StatusAnswer{200, R"({"status":"live"})"}; };
    handlers.ready = [sources] { return readiness(sources); };
    handlers.metrics = [sources] {
        return StatusAnswer{200, metrics(sources), std::string(telemetry::kExpositionContentType)};
    };
    return telemetry::StatusServer::start({{address.host, address.port}}, std::move(handlers));
}

}  // namespace turnpike
