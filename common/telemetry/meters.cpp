#include "common/telemetry/meters.hpp"

#include <algorithm>
#include <numeric>

#include "common/base/assert.hpp"
#include "common/base/prefetch.hpp"

namespace turnpike::telemetry {
namespace {

constexpr std::size_t kDimensionBytesMax = 255;

}  // namespace

std::string dimension_name(const MeterLabels& labels) {
    std::string name;
    for (const char c : labels.api_name) {
        if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f)
            name += c;
    }
    if (name.empty()) name = labels.api_id;
    name.resize(std::min(name.size(), kDimensionBytesMax));
    return name;
}

MeterRegistry::MeterRegistry(std::size_t slots_max) : slots_max_(slots_max) {
    TURNPIKE_ASSERT(slots_max >= 1 && slots_max <= kSlotsMax);
    labels_.push_back({"other", "other", "", "", ""});
}

MeterSlot MeterRegistry::slot(const MeterLabels& labels) {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(labels);
    if (found != slots_.end()) return found->second;
    if (labels_.size() >= slots_max_) {
        ++overflows_;
        return kOther;
    }
    const auto slot = static_cast<MeterSlot>(labels_.size());
    labels_.push_back(labels);
    slots_.emplace(labels, slot);
    return slot;
}

std::size_t MeterRegistry::slot_count() const {
    const std::lock_guard lock(mutex_);
    return labels_.size();
}

std::uint64_t MeterRegistry::overflows() const {
    const std::lock_guard lock(mutex_);
    return overflows_;
}

std::vector<MeterLabels> MeterRegistry::labels() const {
    const std::lock_guard lock(mutex_);
    return labels_;
}

std::uint64_t SlotTotals::count() const {
    return std::accumulate(statuses.begin(), statuses.end(), std::uint64_t{0});
}

ReactorMeters::ReactorMeters() : blocks_(std::make_unique<Blocks>()) {}

ReactorMeters::~ReactorMeters() {
    for (std::atomic<Block*>& block : *blocks_) delete block.load(std::memory_order_relaxed);
}

void ReactorMeters::add(Counter& counter, std::uint64_t amount) {
    // One writer: no locked instruction is needed.
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

void ReactorMeters::record_latency(Latency& latency, Microseconds value) {
    const auto* const bound = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), value);
    add(latency.buckets[static_cast<std::size_t>(bound - kLatencyBounds.begin())], 1);
    add(latency.sum_us, static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.count())));
}

ReactorMeters::Block& ReactorMeters::block_of(MeterSlot slot) {
    std::atomic<Block*>& place = (*blocks_)[slot / kBlockSlots];
    Block* block = place.load(std::memory_order_relaxed);
    if (block == nullptr) {
        block = std::make_unique<Block>().release();
        place.store(block, std::memory_order_release);
    }
    return *block;
}

void ReactorMeters::expect(MeterSlot slot) {
    prefetch(block_of(slot).slots[slot % kBlockSlots], sizeof(Slot::statuses));
}

void ReactorMeters::record(MeterSlot slot, const MeterSample& sample) {
    add(by_status_[static_cast<std::size_t>(std::clamp(sample.status, 100, kStatusMax))], 1);
    record_besides(slot, sample);
}

void ReactorMeters::record_besides(MeterSlot slot, const MeterSample& sample) {
    TURNPIKE_ASSERT(slot < MeterRegistry::kSlotsMax);
    const int status = std::clamp(sample.status, 100, kStatusMax);
    Slot& counters = block_of(slot).slots[slot % kBlockSlots];
    add(counters.statuses[static_cast<std::size_t>(status / 100 - 1)], 1);
    record_latency(counters.latency, sample.latency);
    if (sample.integration_latency) {
        record_latency(counters.integration_latency, *sample.integration_latency);
    }
    if (sample.cache == CacheResult::None) return;
    add(sample.cache == CacheResult::Hit ? counters.cache_hits : counters.cache_misses, 1);
}

void ReactorMeters::add_latency(const Latency& latency, LatencyTotals& totals) {
    for (std::size_t i = 0; i < latency.buckets.size(); ++i) {
        totals.buckets[i] += latency.buckets[i].load(std::memory_order_relaxed);
    }
    totals.sum_us += latency.sum_us.load(std::memory_order_relaxed);
}

void ReactorMeters::add_to(MeterSlot slot, SlotTotals& totals) const {
    TURNPIKE_ASSERT(slot < MeterRegistry::kSlotsMax);
    const Block* block = (*blocks_)[slot / kBlockSlots].load(std::memory_order_acquire);
    if (block == nullptr) return;
    const Slot& counters = block->slots[slot % kBlockSlots];
    for (std::size_t i = 0; i < counters.statuses.size(); ++i) {
        totals.statuses[i] += counters.statuses[i].load(std::memory_order_relaxed);
    }
    add_latency(counters.latency, totals.latency);
    add_latency(counters.integration_latency, totals.integration_latency);
    totals.cache_hits += counters.cache_hits.load(std::memory_order_relaxed);
    totals.cache_misses += counters.cache_misses.load(std::memory_order_relaxed);
}

std::uint64_t ReactorMeters::responses(int status) const {
    if (status < 100 || status > kStatusMax) return 0;
    return by_status_[static_cast<std::size_t>(status)].load(std::memory_order_relaxed);
}

}  // namespace turnpike::telemetry
