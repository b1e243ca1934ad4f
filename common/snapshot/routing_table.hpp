#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/text.hpp"
#include "common/model/usage_plan.hpp"

namespace turnpike::snapshot {

/// What every worker holds of every stage, compiled or not: enough to find it, and to tell whether
/// what is compiled is still what was published. Small, because there may be tens of thousands.
struct StageEntry {
    std::string api_id;
    std::string name;
    /// Place of the compiled stage in each reactor's SnapshotSlot; kept for the life of the stage.
    std::uint32_t slot = 0;
    /// Grows whenever the record or a deployment of the stage changes.
    std::uint64_t version = 0;
    bool disable_execute_api_endpoint = false;
};

/// A usage plan with its stages made searchable.
class CompiledPlan {
public:
    explicit CompiledPlan(model::UsagePlan plan);
    const std::string& id() const { return plan_.id; }
    const model::UsagePlan& plan() const { return plan_; }
    /// Returns: null if the plan does not have this stage.
    const model::PlanStage* stage(std::string_view api_id, std::string_view stage_name) const;

private:
    model::UsagePlan plan_;  // stages sorted by (api id, stage name)
};

/// One published state of everything, by name. Immutable; shared by all reactors. Two tables share
/// the entries that did not change between them.
class RoutingTable {
public:
    using Entries = std::vector<std::shared_ptr<const StageEntry>>;
    using Plans = std::unordered_map<std::string, std::shared_ptr<const CompiledPlan>, StringHash,
                                     std::equal_to<>>;

    RoutingTable(std::uint64_t revision, Entries entries, Plans plans);

    std::uint64_t revision() const { return revision_; }
    /// Both are case-sensitive. No allocation. Returns: null if there is no such stage.
    const StageEntry* find(std::string_view api_id, std::string_view stage_name) const;
    /// The API has at least one stage here.
    bool has_api(std::string_view api_id) const;
    const CompiledPlan* plan(std::string_view id) const;

    const Entries& entries() const { return entries_; }
    const Plans& plans() const { return plans_; }
    /// Slots that SnapshotSlot must have: one more than the greatest in use.
    std::uint32_t slot_count() const { return slot_count_; }

private:
    /// Open addressing. A look-up touches the entry that it finds and no other: hashes come first.
    struct IndexSlot {
        std::size_t hash = 0;
        const StageEntry* entry = nullptr;  ///< One of entries_; null: the slot is free.
    };
    using Index = std::vector<IndexSlot>;
    static void put(Index& index, std::size_t hash, const StageEntry& entry);
    template <typename Matches>
    static const StageEntry* look_up(const Index& index, std::size_t hash, Matches matches);

    std::uint64_t revision_;
    Entries entries_;  // sorted by (api id, name)
    Index index_;      // by both names
    Index api_index_;  // the first entry of each API
    Plans plans_;
    std::uint32_t slot_count_ = 0;
};

}  // namespace turnpike::snapshot
