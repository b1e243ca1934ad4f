#include "data-plane/worker/stage_shelf.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/snapshot/decode.hpp"

namespace turnpike::worker {

namespace {

constexpr Milliseconds kFailureIsRemembered{1000};
constexpr std::size_t kDeploymentsSwept = 1024;

StageFacts facts_of(const model::Stage& stage, std::string_view record) {
    return {stage.snapshot, stage.canary_snapshot, stage.disable_execute_api_endpoint,
            StringHash{}(record)};
}

Result<model::Stage> decode_named(const std::string& name, std::string_view record) {
    Result<model::Stage> stage = snapshot::decode_stage(record);
    if (!stage) return stage;
    if (stage->api_id + "/" + stage->name != name) {
        return invalid("the record is that of " + stage->api_id + "/" + stage->name);
    }
    for (const std::string& hash : {stage->snapshot, stage->canary_snapshot}) {
        if (!hash.empty() && !is_blob_hash(hash)) return invalid("snapshot is not a hash");
    }
    return stage;
}

/// Production's and, if it is another one, the canary's.
std::vector<const snapshot::CompiledDeployment*> deployments_of(
    const snapshot::CompiledStage& stage) {
    std::vector<const snapshot::CompiledDeployment*> deployments{&stage.production().deployment()};
    if (stage.has_canary() && &stage.variant(true).deployment() != deployments.front()) {
        deployments.push_back(&stage.variant(true).deployment());
    }
    return deployments;
}

}  // namespace

StageShelf::StageShelf(Documents documents, snapshot::CompiledStage::MeterSlots slots,
                       std::size_t compiled_bytes_max)
    : documents_(std::move(documents)),
      slots_(std::move(slots)),
      compiled_bytes_max_(compiled_bytes_max) {}

void StageShelf::restore(const std::string& name, const StageFacts& facts) {
    replace_entry(name, stages_[name], facts);
}

StageShelf::Change StageShelf::put(const std::string& name, std::string_view record,
                                   Compile compile_when) {
    const auto found = stages_.find(name);
    const bool is_known = found != stages_.end();
    if (is_known && !found->second.failure &&
        found->second.facts.record_hash == StringHash{}(record)) {
        return {};
    }
    Result<model::Stage> decoded = decode_named(name, record);
    if (!decoded) return {false, decoded.error()};
    const StageFacts facts = facts_of(*decoded, record);
    const bool is_in_use = is_known && found->second.compiled;
    std::shared_ptr<const snapshot::CompiledStage> compiled;
    if (compile_when == Compile::Now || is_in_use) {
        auto result = compile(std::move(*decoded));
        if (!result) {
            if (is_known) return {false, result.error()};
            // Not known before: it exists, and calls of it fail.
            replace_entry(name, stages_[name], facts);
            return {true, result.error()};
        }
        compiled = std::move(*result);
    }
    Stage& stage = stages_[name];
    replace_entry(name, stage, facts);
    set_compiled(stage, std::move(compiled));
    return {true, std::nullopt};
}

void StageShelf::replace_entry(const std::string& name, Stage& stage, const StageFacts& facts) {
    const std::size_t slash = name.find('/');
    snapshot::StageEntry entry;
    entry.api_id = name.substr(0, slash);
    entry.name = slash == std::string::npos ? "" : name.substr(slash + 1);
    if (stage.entry) {
        entry.slot = stage.entry->slot;
    } else if (!free_slots_.empty()) {
        entry.slot = free_slots_.back();
        free_slots_.pop_back();
    } else {
        entry.slot = next_slot_++;
    }
    entry.version = ++last_version_;
    entry.disable_execute_api_endpoint = facts.disable_execute_api_endpoint;
    stage.entry = std::make_shared<const snapshot::StageEntry>(std::move(entry));
    stage.facts = facts;
    stage.failure.reset();
    stage.failed_until = {};
}

void StageShelf::set_compiled(Stage& stage,
                              std::shared_ptr<const snapshot::CompiledStage> compiled) {
    if (stage.compiled) {
        compiled_bytes_ -= stage.compiled->bytes();
        for (const auto* deployment : deployments_of(*stage.compiled)) release(*deployment);
    }
    stage.compiled = std::move(compiled);
    if (!stage.compiled) return;
    compiled_bytes_ += stage.compiled->bytes();
    for (const auto* deployment : deployments_of(*stage.compiled)) {
        if (++uses_[deployment] == 1) compiled_bytes_ += deployment->bytes();
    }
    stage.last_used = steady_now();
}

void StageShelf::release(const snapshot::CompiledDeployment& deployment) {
    const auto uses = uses_.find(&deployment);
    TURNPIKE_ASSERT(uses != uses_.end());
    if (--uses->second > 0) return;
    compiled_bytes_ -= deployment.bytes();
    uses_.erase(uses);
}

bool StageShelf::remove(const std::string& name) {
    const auto found = stages_.find(name);
    if (found == stages_.end()) return false;
    set_compiled(found->second, nullptr);
    free_slots_.push_back(found->second.entry->slot);
    stages_.erase(found);
    return true;
}

const StageFacts* StageShelf::facts(const std::string& name) const {
    const auto found = stages_.find(name);
    return found == stages_.end() ? nullptr : &found->second.facts;
}

std::shared_ptr<const snapshot::StageEntry> StageShelf::entry(const std::string& name) const {
    const auto found = stages_.find(name);
    return found == stages_.end() ? nullptr : found->second.entry;
}

Result<std::shared_ptr<const snapshot::CompiledStage>> StageShelf::load(const std::string& name,
                                                                        const Record& record,
                                                                        SteadyTime now) {
    const auto found = stages_.find(name);
    if (found == stages_.end()) return not_found("the stage is gone");
    Stage& stage = found->second;
    if (stage.compiled) return stage.compiled;
    if (stage.failure && now < stage.failed_until) return *stage.failure;
    const auto fail = [&stage, now](Error error) {
        stage.failure = error;
        stage.failed_until = now + kFailureIsRemembered;
        return error;
    };
    const Result<std::string> text = record();
    if (!text) return fail(text.error());
    Result<model::Stage> decoded = decode_named(name, *text);
    if (!decoded) return fail(decoded.error());
    auto compiled = compile(std::move(*decoded));
    if (!compiled) return fail(compiled.error());
    stage.failure.reset();
    set_compiled(stage, *compiled);
    return compiled;
}

Result<std::shared_ptr<const snapshot::CompiledStage>> StageShelf::compile(model::Stage stage) {
    snapshot::CompiledStage::Parts parts;
    auto production = deployment(stage.snapshot);
    if (!production) return production.error();
    parts.deployment = std::move(*production);
    if (stage.canary && !stage.canary_snapshot.empty()) {
        auto canary = deployment(stage.canary_snapshot);
        if (!canary) return canary.error();
        parts.canary_deployment = std::move(*canary);
    }
    parts.stage = std::move(stage);
    return snapshot::CompiledStage::compile(std::move(parts), slots_);
}

Result<std::shared_ptr<const snapshot::CompiledDeployment>> StageShelf::deployment(
    const std::string& hash) {
    if (const auto known = deployments_.find(hash); known != deployments_.end()) {
        if (auto compiled = known->second.lock()) return compiled;
    }
    const Result<std::string> document = documents_(hash);
    if (!document) return document.error();
    Result<model::Deployment> decoded = snapshot::decode_deployment(*document);
    if (!decoded) return decoded.error();
    auto compiled = snapshot::CompiledDeployment::compile(std::move(*decoded), hash);
    if (!compiled) return compiled.error();
    if (deployments_.size() >= kDeploymentsSwept) {
        std::erase_if(deployments_, [](const auto& known) { return known.second.expired(); });
    }
    deployments_[hash] = *compiled;
    return compiled;
}

snapshot::RoutingTable::Entries StageShelf::entries() const {
    snapshot::RoutingTable::Entries entries;
    entries.reserve(stages_.size());
    for (const auto& [name, stage] : stages_) entries.push_back(stage.entry);
    return entries;
}

std::vector<SnapshotSlot::Compiled> StageShelf::compiled(const std::set<std::string>& names) const {
    std::vector<SnapshotSlot::Compiled> list;
    for (const std::string& name : names) {
        const auto found = stages_.find(name);
        if (found == stages_.end() || !found->second.compiled) continue;
        list.emplace_back(found->second.entry->slot, found->second.compiled);
    }
    return list;
}

std::vector<std::string> StageShelf::names() const {
    std::vector<std::string> names;
    names.reserve(stages_.size());
    for (const auto& [name, stage] : stages_) names.push_back(name);
    return names;
}

std::set<std::string> StageShelf::referenced_blobs() const {
    std::set<std::string> hashes;
    for (const auto& [name, stage] : stages_) {
        hashes.insert(stage.facts.snapshot);
        if (!stage.facts.canary_snapshot.empty()) hashes.insert(stage.facts.canary_snapshot);
    }
    return hashes;
}

void StageShelf::mark_used(const std::vector<std::uint32_t>& slots, SteadyTime now) {
    const std::set<std::uint32_t> used(slots.begin(), slots.end());
    for (auto& [name, stage] : stages_) {
        if (stage.compiled && used.contains(stage.entry->slot)) stage.last_used = now;
    }
}

std::vector<std::uint32_t> StageShelf::evict() {
    std::vector<Stage*> candidates;
    for (auto& [name, stage] : stages_) {
        if (stage.compiled) candidates.push_back(&stage);
    }
    std::ranges::sort(candidates, {}, [](const Stage* stage) { return stage->last_used; });
    std::vector<std::uint32_t> slots;
    for (Stage* stage : candidates) {
        // One stage always fits, however large.
        if (!is_over_budget() || slots.size() + 1 == candidates.size()) break;
        set_compiled(*stage, nullptr);
        slots.push_back(stage->entry->slot);
    }
    return slots;
}

}  // namespace turnpike::worker
