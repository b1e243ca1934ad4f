#include "common/snapshot/routing_table.hpp"

#include <algorithm>
#include <bit>

namespace turnpike::snapshot {

namespace {

std::size_t hash_of(std::string_view api_id, std::string_view name) {
    // The multiplier keeps the order of the two names in the hash (Knuth, golden ratio).
    return StringHash{}(api_id)*std::size_t{0x9e37'79b9'7f4a'7c15} ^ StringHash {}(name);
}

/// A power of two, at most half full.
std::size_t index_size(std::size_t entries) { return std::bit_ceil(entries * 2 + 2); }

auto names_of(const model::PlanStage& stage) {
    return std::pair<std::string_view, std::string_view>(stage.api_id, stage.stage_name);
}

auto names_of(const std::shared_ptr<const StageEntry>& entry) {
    return std::pair<std::string_view, std::string_view>(entry->api_id, entry->name);
}

}  // namespace

CompiledPlan::CompiledPlan(model::UsagePlan plan) : plan_(std::move(plan)) {
    std::ranges::sort(plan_.stages, {}, [](const auto& stage) { return names_of(stage); });
}

const model::PlanStage* CompiledPlan::stage(std::string_view api_id,
                                            std::string_view stage_name) const {
    const std::pair<std::string_view, std::string_view> names{api_id, stage_name};
    const auto found = std::ranges::lower_bound(plan_.stages, names, {},
                                                [](const auto& stage) { return names_of(stage); });
    return found != plan_.stages.end() && names_of(*found) == names ? &*found : nullptr;
}

void RoutingTable::put(Index& index, std::size_t hash, const StageEntry& entry) {
    const std::size_t mask = index.size() - 1;
    std::size_t at = hash & mask;
    while (index[at].entry != nullptr) at = (at + 1) & mask;
    index[at] = {hash, &entry};
}

template <typename Matches>
const StageEntry* RoutingTable::look_up(const Index& index, std::size_t hash, Matches matches) {
    const std::size_t mask = index.size() - 1;
    for (std::size_t at = hash & mask; index[at].entry != nullptr; at = (at + 1) & mask) {
        if (index[at].hash == hash && matches(*index[at].entry)) return index[at].entry;
    }
    return nullptr;
}

RoutingTable::RoutingTable(std::uint64_t revision, Entries entries, Plans plans)
    : revision_(revision), entries_(std::move(entries)), plans_(std::move(plans)) {
    std::ranges::sort(entries_, {}, [](const auto& entry) { return names_of(entry); });
    index_.resize(index_size(entries_.size()));
    api_index_.resize(index_size(entries_.size()));
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const StageEntry& entry = *entries_[i];
        put(index_, hash_of(entry.api_id, entry.name), entry);
        slot_count_ = std::max(slot_count_, entry.slot + 1);
        if (i == 0 || entries_[i - 1]->api_id != entry.api_id) {
            put(api_index_, StringHash{}(entry.api_id), entry);
        }
    }
}

const StageEntry* RoutingTable::find(std::string_view api_id, std::string_view stage_name) const {
    return look_up(index_, hash_of(api_id, stage_name), [&](const StageEntry& entry) {
        return entry.api_id == api_id && entry.name == stage_name;
    });
}

bool RoutingTable::has_api(std::string_view api_id) const {
    return look_up(api_index_, StringHash{}(api_id),
                   [&](const StageEntry& entry) { return entry.api_id == api_id; }) != nullptr;
}

const CompiledPlan* RoutingTable::plan(std::string_view id) const {
    const auto found = plans_.find(id);
    return found == plans_.end() ? nullptr : found->second.get();
}

}  // namespace turnpike::snapshot
