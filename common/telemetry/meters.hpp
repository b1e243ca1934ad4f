#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::telemetry {

/// Which requests a slot counts. Resource and method are empty for those that match no method.
struct MeterLabels {
    std::string api_id;
    std::string api_name;  ///< As the API is called; made a dimension by dimension_name().
    std::string stage;
    std::string resource;  ///< Path template.
    std::string method;    ///< The configured verb.
    auto operator<=>(const MeterLabels&) const = default;
};

/// Number of a set of counters, the same on every reactor.
using MeterSlot = std::uint32_t;

/// Gives out slots when snapshots are compiled, and keeps their labels. Bounded: beyond
/// `slots_max` everything shares slot 0, "other". Slots are kept for the life of the process, since
/// counters must not go back. Thread: any.
class MeterRegistry {
public:
    static constexpr MeterSlot kOther = 0;
    static constexpr std::size_t kSlotsMax = 65'536;

    /// Requires: 1 <= slots_max <= kSlotsMax.
    explicit MeterRegistry(std::size_t slots_max = 20'000);

    /// The same labels give the same slot.
    MeterSlot slot(const MeterLabels& labels);
    std::size_t slot_count() const;
    /// How often slot() answered kOther for want of room.
    std::uint64_t overflows() const;
    /// By slot; the first is "other".
    std::vector<MeterLabels> labels() const;

private:
    mutable std::mutex mutex_;
    std::size_t slots_max_;
    std::map<MeterLabels, MeterSlot> slots_;
    std::vector<MeterLabels> labels_;
    std::uint64_t overflows_ = 0;
};

/// Non-ASCII characters dropped, the API's id if nothing is left, at most 255 characters.
/// Source: the reference, observability section 3.
std::string dimension_name(const MeterLabels& labels);

/// Upper bounds of the buckets of latency histograms; one more bucket counts what is above.
constexpr std::array<Microseconds, 15> kLatencyBounds{
    Microseconds{250},       Microseconds{500},        Microseconds{1'000},
    Microseconds{2'500},     Microseconds{5'000},      Microseconds{10'000},
    Microseconds{25'000},    Microseconds{50'000},     Microseconds{100'000},
    Microseconds{250'000},   Microseconds{500'000},    Microseconds{1'000'000},
    Microseconds{2'500'000}, Microseconds{10'000'000}, Microseconds{30'000'000}};

/// What the response cache had for a request.
enum class CacheResult : std::uint8_t { None, Hit, Miss };

/// What one request adds.
struct MeterSample {
    int status = 0;          ///< Of the response; beyond 599 it counts as 599.
    Microseconds latency{};  ///< From the request to the end of the response.
    std::optional<Microseconds> integration_latency;  ///< Only if the back end was called.
    CacheResult cache = CacheResult::None;            ///< None: the method is not cached.
};

/// Sums of all reactors; a value.
struct LatencyTotals {
    std::array<std::uint64_t, kLatencyBounds.size() + 1> buckets{};  ///< Not cumulative.
    std::uint64_t sum_us = 0;
};
struct SlotTotals {
    std::array<std::uint64_t, 5> statuses{};  ///< 1xx to 5xx.
    LatencyTotals latency;
    LatencyTotals integration_latency;
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    std::uint64_t count() const;
    std::uint64_t client_errors() const { return statuses[3]; }
    std::uint64_t server_errors() const { return statuses[4]; }
};

/// One reactor's counters: written by it alone without locks or shared cache lines, read by the
/// status thread. Blocks of slots are made when first counted in and never move.
/// Thread: record() its reactor's; the rest any.
class ReactorMeters {
public:
    ReactorMeters();
    ~ReactorMeters();
    ReactorMeters(const ReactorMeters&) = delete;
    ReactorMeters& operator=(const ReactorMeters&) = delete;

    /// Requires: `slot` came from a MeterRegistry.
    void record(MeterSlot slot, const MeterSample& sample);
    /// The same request in a slot of its canary; responses() has it already.
    void record_besides(MeterSlot slot, const MeterSample& sample);
    /// record() of this slot comes soon.
    void expect(MeterSlot slot);

    void add_to(MeterSlot slot, SlotTotals& totals) const;
    /// Responses with this status code, over all slots.
    std::uint64_t responses(int status) const;

private:
    using Counter = std::atomic<std::uint64_t>;
    struct Latency {
        Counter sum_us{};
        std::array<Counter, kLatencyBounds.size() + 1> buckets{};
    };
    /// What a quick request without an integration counts in is one cache line.
    struct alignas(64) Slot {
        std::array<Counter, 5> statuses{};
        Latency latency;
        Latency integration_latency;
        Counter cache_hits{};
        Counter cache_misses{};
    };
    static constexpr std::size_t kBlockSlots = 16;
    struct Block {
        std::array<Slot, kBlockSlots> slots;
    };
    static constexpr int kStatusMax = 599;

    static void add(Counter& counter, std::uint64_t amount);
    static void record_latency(Latency& latency, Microseconds value);
    static void add_latency(const Latency& latency, LatencyTotals& totals);
    Block& block_of(MeterSlot slot);

    using Blocks = std::array<std::atomic<Block*>, MeterRegistry::kSlotsMax / kBlockSlots>;
    std::unique_ptr<Blocks> blocks_;  // each owned here; an atomic cannot be a unique_ptr
    std::array<Counter, kStatusMax + 1> by_status_{};
};

}  // namespace turnpike::telemetry
