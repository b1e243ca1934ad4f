#include "common/telemetry/meters.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "common/telemetry/exposition.hpp"

using namespace turnpike::telemetry;
using turnpike::Microseconds;

namespace {

MeterLabels method_of(std::string api, std::string method = "GET") {
    return {api, "Pets " + api, "prod", "/pets/{id}", std::move(method)};
}

std::string exposed(const MeterRegistry& registry, const ReactorMeters& one,
                    const ReactorMeters& two) {
    const std::array<const ReactorMeters*, 2> reactors{&one, &two};
    return expose({}, registry, reactors);
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("the same labels give the same slot, others another") {
    MeterRegistry registry;
    const MeterSlot slot = registry.slot(method_of("a"));
    CHECK(slot != MeterRegistry::kOther);
    CHECK(registry.slot(method_of("a")) == slot);
    CHECK(registry.slot(method_of("a", "POST")) != slot);
    CHECK(registry.slot(method_of("b")) != slot);
    CHECK(registry.slot_count() == 4);
}

TEST_CASE("beyond the bound everything counts as other") {
    MeterRegistry registry(3);
    const MeterSlot first = registry.slot(method_of("a"));
    CHECK(registry.slot(method_of("b")) != MeterRegistry::kOther);
    CHECK(registry.slot(method_of("c")) == MeterRegistry::kOther);
    CHECK(registry.slot(method_of("a")) == first);
    CHECK(registry.overflows() == 1);
}

TEST_CASE("API names become dimensions as documented") {
    CHECK(dimension_name({"id", "Pets \xc3\xa9 API", "", "", ""}) == "Pets  API");
    CHECK(dimension_name({"id", "\xe7\x8a\xac", "", "", ""}) == "id");
    CHECK(dimension_name({"id", std::string(300, 'a'), "", "", ""}).size() == 255);
}

TEST_CASE("requests are counted by class of status and by latency") {
    ReactorMeters meters;
    meters.record(1, {200, Microseconds(900), Microseconds(400)});
    meters.record(1, {404, Microseconds(1000), std::nullopt});
    meters.record(1, {503, Microseconds(99'000'000), std::nullopt});
    meters.record(1, {999, Microseconds(-5), std::nullopt});
    SlotTotals totals;
    meters.add_to(1, totals);
    CHECK(totals.count() == 4);
    CHECK(totals.client_errors() == 1);
    CHECK(totals.server_errors() == 2);
    CHECK(totals.latency.buckets[0] == 1);
    CHECK(totals.latency.buckets[2] == 2);  // 900 us and exactly 1 ms
    CHECK(totals.latency.buckets.back() == 1);
    CHECK(totals.integration_latency.buckets[1] == 1);
    CHECK(totals.integration_latency.sum_us == 400);
    CHECK(meters.responses(404) == 1);
    CHECK(meters.responses(599) == 1);
    CHECK(meters.responses(1000) == 0);
}

TEST_CASE("the exposition sums reactors and leaves out what never counted") {
    MeterRegistry registry;
    const MeterSlot slot = registry.slot(method_of("abc"));
    registry.slot(method_of("idle"));
    ReactorMeters one;
    ReactorMeters two;
    one.record(slot, {200, Microseconds(2000), Microseconds(1500)});
    two.record(slot, {429, Microseconds(300), std::nullopt});
    two.record(MeterRegistry::kOther, {500, Microseconds(300), std::nullopt});
    const std::string text = exposed(registry, one, two);
    const std::string labels =
        R"(ApiId="abc",ApiName="Pets abc",Stage="prod",Resource="/pets/{id}",Method="GET")";
    CHECK(has_line(text, "turnpike_api_count_total{" + labels + "} 2"));
    CHECK(has_line(text, "turnpike_api_4xx_error_total{" + labels + "} 1"));
    CHECK(has_line(text, "turnpike_api_5xx_error_total{" + labels + "} 0"));
    CHECK(has_line(text, "turnpike_api_latency_seconds_count{" + labels + "} 2"));
    CHECK(has_line(text, "turnpike_api_latency_seconds_bucket{" + labels + ",le=\"0.0005\"} 1"));
    CHECK(has_line(text, "turnpike_api_latency_seconds_bucket{" + labels + ",le=\"+Inf\"} 2"));
    CHECK(has_line(text, "turnpike_api_integration_latency_seconds_count{" + labels + "} 1"));
    CHECK(has_line(text, "turnpike_responses_total{code=\"429\"} 1"));
    CHECK(text.find("ApiId=\"other\"") != std::string::npos);
    CHECK(text.find("idle") == std::string::npos);
}

TEST_CASE("hits and misses of the response cache are counted for methods that are cached") {
    MeterRegistry registry;
    const MeterSlot cached = registry.slot(method_of("a"));
    const MeterSlot other = registry.slot(method_of("b"));
    ReactorMeters one;
    ReactorMeters two;
    const auto record = [](ReactorMeters& meters, MeterSlot slot, CacheResult result) {
        MeterSample sample;
        sample.status = 200;
        sample.cache = result;
        meters.record(slot, sample);
    };
    record(one, cached, CacheResult::Hit);
    record(two, cached, CacheResult::Hit);
    record(two, cached, CacheResult::Miss);
    record(one, other, CacheResult::None);
    const std::string text = exposed(registry, one, two);
    const std::string labels =
        R"({ApiId="a",ApiName="Pets a",Stage="prod",Resource="/pets/{id}",Method="GET"} )";
    CHECK(has_line(text, "turnpike_api_cache_hit_count_total" + labels + "2"));
    CHECK(has_line(text, "turnpike_api_cache_miss_count_total" + labels + "1"));
    CHECK(text.find(R"(cache_miss_count_total{ApiId="b")") == std::string::npos);
}

TEST_CASE("a request of a canary is one response, counted in two slots") {
    MeterRegistry registry;
    const MeterSlot stage = registry.slot({"a1", "pets", "prod", "/", "GET"});
    const MeterSlot canary = registry.slot({"a1", "pets", "prod/Canary", "/", "GET"});
    ReactorMeters meters;
    MeterSample sample;
    sample.status = 404;
    meters.record(stage, sample);
    meters.record_besides(canary, sample);
    SlotTotals totals;
    meters.add_to(canary, totals);
    CHECK(totals.client_errors() == 1);
    CHECK(meters.responses(404) == 1);
    const std::array<const ReactorMeters*, 1> reactors{&meters};
    const std::string text = expose({}, registry, reactors);
    CHECK(text.find(R"(Stage="prod/Canary",Resource="/",Method="GET"} 1)") != std::string::npos);
    CHECK(text.find(R"(Stage="prod",Resource="/",Method="GET"} 1)") != std::string::npos);
}

TEST_CASE("labels cannot break out of their line") {
    MeterRegistry registry;
    const MeterSlot slot = registry.slot({"id", "a\"}\n evil 1", "st\\age", "/\n", "GET"});
    ReactorMeters one;
    ReactorMeters two;
    one.record(slot, {200, Microseconds(1), std::nullopt});
    const std::string text = exposed(registry, one, two);
    CHECK(text.find("\n evil") == std::string::npos);
    CHECK(text.find(R"(ApiName="a\"} evil 1",Stage="st\\age",Resource="/\n")") !=
          std::string::npos);
}

TEST_CASE("readings are exposed with help, type and labels") {
    const std::vector<Reading> readings{
        {"turnpike_connections", "Open", Reading::Kind::Gauge, 3, {{"listener", "https"}}},
        {"turnpike_lines_total", "Lines", Reading::Kind::Counter, 12, {}},
        {"turnpike_connections", "Open", Reading::Kind::Gauge, 4, {{"listener", "http"}}}};
    const std::string text = expose(readings);
    CHECK(has_line(text, "# TYPE turnpike_connections gauge"));
    CHECK(has_line(text, "turnpike_connections{listener=\"https\"} 3"));
    CHECK(has_line(text, "turnpike_connections{listener=\"http\"} 4"));
    CHECK(has_line(text, "# TYPE turnpike_lines_total counter"));
    CHECK(has_line(text, "turnpike_lines_total 12"));
}

TEST_CASE("the process knows its size, time and age") {
    for (const Reading& reading : process_readings()) {
        CAPTURE(reading.name);
        CHECK(reading.value >= (reading.name == "process_cpu_seconds_total" ? 0 : 1));
    }
}

TEST_CASE("counters may be read while their reactor writes") {
    MeterRegistry registry;
    ReactorMeters meters;
    constexpr std::uint64_t kRequests = 20'000;
    std::thread reactor([&] {
        for (std::uint64_t i = 0; i < kRequests; ++i) {
            meters.record(static_cast<MeterSlot>(i % 1000), {200, Microseconds(10), std::nullopt});
        }
    });
    std::uint64_t seen = 0;
    while (seen < kRequests) {
        SlotTotals totals;
        for (MeterSlot slot = 0; slot < 1000; ++slot) meters.add_to(slot, totals);
        CHECK(totals.count() >= seen);
        seen = totals.count();
    }
    reactor.join();
    CHECK(seen == kRequests);
}
