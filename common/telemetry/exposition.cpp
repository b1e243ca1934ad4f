#include "common/telemetry/exposition.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <sstream>

namespace turnpike::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// What one slot counted on all reactors, with its labels.
struct Row {
    MeterLabels labels;
    SlotTotals totals;
};

std::vector<Row> sum_up(const MeterRegistry& registry,
                        std::span<const ReactorMeters* const> reactors) {
    std::vector<Row> rows;
    MeterSlot slot = 0;
    for (MeterLabels& labels : registry.labels()) {
        SlotTotals totals;
        for (const ReactorMeters* reactor : reactors) reactor->add_to(slot, totals);
        if (totals.count() > 0) rows.push_back({std::move(labels), totals});
        ++slot;
    }
    return rows;
}

std::vector<ClientMetric::Label> to_labels(const MeterLabels& labels) {
    return {{"ApiId", labels.api_id},
            {"ApiName", dimension_name(labels)},
            {"Stage", labels.stage},
            {"Resource", labels.resource},
            {"Method", labels.method}};
}

ClientMetric::Histogram to_histogram(const LatencyTotals& totals) {
    ClientMetric::Histogram histogram;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kLatencyBounds.size(); ++i) {
        below += totals.buckets[i];
        histogram.bucket.push_back({below, static_cast<double>(kLatencyBounds[i].count()) / 1e6});
    }
    histogram.sample_count = below + totals.buckets.back();
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
    histogram.sample_sum = static_cast<double>(totals.sum_us) / 1e6;
    return histogram;
}

/// One family at a time: the serializer wants all of a family as objects, and there may be many.
void write(std::ostream& out, MetricFamily family) {
    if (family.metric.empty()) return;
    prometheus::TextSerializer{}.Serialize(out, {std::move(family)});
}

void write_counts(std::ostream& out, const std::vector<Row>& rows, const char* name,
                  const char* help, std::uint64_t (*count)(const SlotTotals&)) {
    MetricFamily family{name, help, MetricType::Counter, {}};
    for (const Row& row : rows) {
        ClientMetric metric;
        metric.label = to_labels(row.labels);
        metric.counter.value = static_cast<double>(count(row.totals));
        family.metric.push_back(std::move(metric));
    }
    write(out, std::move(family));
}

void write_latencies(std::ostream& out, const std::vector<Row>& rows, const char* name,
                     const char* help, LatencyTotals SlotTotals::*latency) {
    MetricFamily family{name, help, MetricType::Histogram, {}};
    for (const Row& row : rows) {
        ClientMetric metric;
        metric.label = to_labels(row.labels);
        metric.histogram = to_histogram(row.totals.*latency);
        if (metric.histogram.sample_count > 0) family.metric.push_back(std::move(metric));
    }
    write(out, std::move(family));
}

void write_statuses(std::ostream& out, std::span<const ReactorMeters* const> reactors) {
    MetricFamily family{
        "turnpike_responses_total", "Responses by status code", MetricType::Counter, {}};
    for (int status = 100; status < 600; ++status) {
        std::uint64_t responses = 0;
        for (const ReactorMeters* reactor : reactors) responses += reactor->responses(status);
        if (responses == 0) continue;
        ClientMetric metric;
        metric.label = {{"code", std::to_string(status)}};
        metric.counter.value = static_cast<double>(responses);
        family.metric.push_back(std::move(metric));
    }
    write(out, std::move(family));
}

void write_readings(std::ostream& out, std::span<const Reading> readings) {
    std::vector<MetricFamily> families;
    for (const Reading& reading : readings) {
        auto family = std::find_if(families.begin(), families.end(),
                                   [&](const auto& other) { return other.name == reading.name; });
        if (family == families.end()) {
            families.push_back(
                {reading.name,
                 reading.help,
                 reading.kind == Reading::Kind::Counter ? MetricType::Counter : MetricType::Gauge,
                 {}});
            family = families.end() - 1;
        }
        ClientMetric metric;
        for (const auto& [name, value] : reading.labels) metric.label.push_back({name, value});
        metric.counter.value = reading.value;
        metric.gauge.value = reading.value;
        family->metric.push_back(std::move(metric));
    }
    prometheus::TextSerializer{}.Serialize(out, families);
}

}  // namespace

std::string expose(std::span<const Reading> readings) {
    std::ostringstream out;
    write_readings(out, readings);
    return std::move(out).str();
}

std::string expose(std::span<const Reading> readings, const MeterRegistry& registry,
                   std::span<const ReactorMeters* const> reactors) {
    std::ostringstream out;
    write_readings(out, readings);
    write_statuses(out, reactors);
    const std::vector<Row> rows = sum_up(registry, reactors);
    write_counts(out, rows, "turnpike_api_count_total", "Requests (Count)",
                 [](const SlotTotals& totals) { return totals.count(); });
    write_counts(out, rows, "turnpike_api_4xx_error_total", "Responses 4xx (4XXError)",
                 [](const SlotTotals& totals) { return totals.client_errors(); });
    write_counts(out, rows, "turnpike_api_5xx_error_total", "Responses 5xx (5XXError)",
                 [](const SlotTotals& totals) { return totals.server_errors(); });
    std::vector<Row> cached;
    std::ranges::copy_if(rows, std::back_inserter(cached), [](const Row& row) {
        return row.totals.cache_hits + row.totals.cache_misses > 0;
    });
    write_counts(out, cached, "turnpike_api_cache_hit_count_total",
                 "Requests answered from the response cache (CacheHitCount)",
                 [](const SlotTotals& totals) { return totals.cache_hits; });
    write_counts(out, cached, "turnpike_api_cache_miss_count_total",
                 "Requests of cached methods that were not (CacheMissCount)",
                 [](const SlotTotals& totals) { return totals.cache_misses; });
    write_latencies(out, rows, "turnpike_api_latency_seconds",
                    "From the request to the end of the response (Latency)", &SlotTotals::latency);
    write_latencies(out, rows, "turnpike_api_integration_latency_seconds",
                    "From the call of the back end to its answer (IntegrationLatency)",
                    &SlotTotals::integration_latency);
    return std::move(out).str();
}

}  // namespace turnpike::telemetry
