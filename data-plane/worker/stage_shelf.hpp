#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/text.hpp"
#include "common/snapshot/routing_table.hpp"
#include "common/snapshot/stage.hpp"
#include "data-plane/worker/snapshot_slot.hpp"
#include "data-plane/worker/state_directory.hpp"

namespace turnpike::worker {

/// Every stage that this worker knows, by "<api id>/<stage name>": which version it has, and its
/// compiled form while that is in use and fits the budget. A version that cannot be compiled never
/// replaces one that works. Thread: the loader's.
class StageShelf {
public:
    /// Gives a deployment document by its hash.
    using Documents = std::function<Result<std::string>(std::string_view hash)>;

    StageShelf(Documents documents, snapshot::CompiledStage::MeterSlots slots,
               std::size_t compiled_bytes_max);

    enum class Compile : std::uint8_t {
        WhenInUse,  ///< If the version before is compiled.
        Now,
    };
    struct Change {
        bool is_changed = false;  ///< The entry is a new one.
        /// The new version cannot be served now; the old one, if any, still is.
        std::optional<Error> problem;
    };
    /// A stage known from an earlier run.
    void restore(const std::string& name, const StageFacts& facts);
    Change put(const std::string& name, std::string_view record, Compile compile);
    bool remove(const std::string& name);

    const StageFacts* facts(const std::string& name) const;
    std::shared_ptr<const snapshot::StageEntry> entry(const std::string& name) const;

    /// The compiled stage, made of `record` if there is none yet. What failed lately fails again
    /// without a try.
    using Record = std::function<Result<std::string>()>;
    Result<std::shared_ptr<const snapshot::CompiledStage>> load(const std::string& name,
                                                                const Record& record,
                                                                SteadyTime now);

    snapshot::RoutingTable::Entries entries() const;
    /// Compiled stages of these names, for SnapshotSlot::install().
    std::vector<SnapshotSlot::Compiled> compiled(const std::set<std::string>& names) const;
    std::vector<std::string> names() const;
    std::set<std::string> referenced_blobs() const;

    void mark_used(const std::vector<std::uint32_t>& slots, SteadyTime now);
    bool is_over_budget() const { return compiled_bytes_ > compiled_bytes_max_; }
    /// Forgets compiled stages, the longest unused first, until the budget is kept.
    /// Returns: their slots.
    std::vector<std::uint32_t> evict();

private:
    struct Stage {
        std::shared_ptr<const snapshot::StageEntry> entry;
        StageFacts facts;
        std::shared_ptr<const snapshot::CompiledStage> compiled;
        SteadyTime last_used{};
        SteadyTime failed_until{};
        std::optional<Error> failure;
    };
    Result<std::shared_ptr<const snapshot::CompiledStage>> compile(model::Stage stage);
    Result<std::shared_ptr<const snapshot::CompiledDeployment>> deployment(const std::string& hash);
    void replace_entry(const std::string& name, Stage& stage, const StageFacts& facts);
    void set_compiled(Stage& stage, std::shared_ptr<const snapshot::CompiledStage> compiled);

    /// A stage that was compiled no longer is.
    void release(const snapshot::CompiledDeployment& deployment);

    Documents documents_;
    snapshot::CompiledStage::MeterSlots slots_;
    std::size_t compiled_bytes_max_;
    std::size_t compiled_bytes_ = 0;  // stages, and each deployment that one of them uses, once
    std::unordered_map<const snapshot::CompiledDeployment*, std::size_t> uses_;
    std::map<std::string, Stage> stages_;
    std::unordered_map<std::string, std::weak_ptr<const snapshot::CompiledDeployment>> deployments_;
    std::vector<std::uint32_t> free_slots_;
    std::uint32_t next_slot_ = 0;
    std::uint64_t last_version_ = 0;
};

}  // namespace turnpike::worker
