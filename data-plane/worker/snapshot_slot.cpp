#include "data-plane/worker/snapshot_slot.hpp"

namespace turnpike::worker {

void SnapshotSlot::install(std::shared_ptr<const snapshot::RoutingTable> table,
                           const std::vector<Compiled>& compiled) {
    std::vector<Cell> cells(table->slot_count());
    for (const auto& entry : table->entries()) {
        if (entry->slot >= cells_.size()) continue;
        Cell& old = cells_[entry->slot];
        if (old.stage && old.version == entry->version) cells[entry->slot] = std::move(old);
    }
    cells_ = std::move(cells);
    held_ = std::make_shared<const HeldTable>(HeldTable{std::move(table)});
    for (const auto& [slot, stage] : compiled) {
        const snapshot::StageEntry* const entry =
            held_->table->find(stage->api_id(), stage->name());
        if (entry != nullptr && entry->slot == slot) put(*entry, stage);
    }
}

void SnapshotSlot::put(const snapshot::StageEntry& entry,
                       std::shared_ptr<const snapshot::CompiledStage> compiled) {
    if (!held_) return;
    const snapshot::StageEntry* const known = held_->table->find(entry.api_id, entry.name);
    if (known == nullptr || known->version != entry.version) return;
    const auto held = std::make_shared<const HeldStage>(HeldStage{std::move(compiled)});
    cells_[known->slot] = {{held, held->stage.get()}, entry.version, false};
}

void SnapshotSlot::drop(std::uint32_t slot) {
    if (slot < cells_.size()) cells_[slot] = {};
}

std::vector<std::uint32_t> SnapshotSlot::take_used() {
    std::vector<std::uint32_t> used;
    for (std::uint32_t slot = 0; slot < cells_.size(); ++slot) {
        if (!cells_[slot].is_used) continue;
        cells_[slot].is_used = false;
        used.push_back(slot);
    }
    return used;
}

}  // namespace turnpike::worker
