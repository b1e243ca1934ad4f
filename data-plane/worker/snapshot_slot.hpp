#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/prefetch.hpp"
#include "common/snapshot/routing_table.hpp"
#include "common/snapshot/stage.hpp"

namespace turnpike::worker {

/// One reactor's view of the published configuration: the routing table, and the stages compiled so
/// far. What it hands out has a control block of its own, so pinning never touches another core's
/// cache line, and a request keeps what it pinned however often something new is installed.
/// Thread: its reactor's only.
class SnapshotSlot {
public:
    using Compiled = std::pair<std::uint32_t, std::shared_ptr<const snapshot::CompiledStage>>;

    /// Compiled stages of slots whose stage is not in `table`, or has another version there, are
    /// dropped, then those in `compiled` are put.
    void install(std::shared_ptr<const snapshot::RoutingTable> table,
                 const std::vector<Compiled>& compiled);
    /// Ignored if the installed table knows another version of that stage.
    void put(const snapshot::StageEntry& entry,
             std::shared_ptr<const snapshot::CompiledStage> compiled);
    void drop(std::uint32_t slot);

    bool has_table() const { return held_ != nullptr; }
    /// Requires: has_table(). Returns: never null.
    std::shared_ptr<const snapshot::RoutingTable> pin() const {
        return {held_, held_->table.get()};
    }
    const snapshot::RoutingTable& table() const { return *held_->table; }
    /// Returns: null if it is not compiled here; Loader::load_stage() gets it then.
    std::shared_ptr<const snapshot::CompiledStage> stage(const snapshot::StageEntry& entry) {
        if (entry.slot >= cells_.size()) return nullptr;
        Cell& cell = cells_[entry.slot];
        if (!cell.stage || cell.version != entry.version) return nullptr;
        prefetch(*cell.stage, snapshot::CompiledStage::kHotBytes);
        cell.is_used = true;
        return cell.stage;
    }
    /// Slots asked for since the last call; for the loader's eviction.
    std::vector<std::uint32_t> take_used();

private:
    struct HeldTable {
        std::shared_ptr<const snapshot::RoutingTable> table;
    };
    struct HeldStage {
        std::shared_ptr<const snapshot::CompiledStage> stage;
    };
    struct Cell {
        std::shared_ptr<const snapshot::CompiledStage> stage;  // with the HeldStage's control block
        std::uint64_t version = 0;
        bool is_used = false;
    };
    std::shared_ptr<const HeldTable> held_;
    std::vector<Cell> cells_;
};

}  // namespace turnpike::worker
