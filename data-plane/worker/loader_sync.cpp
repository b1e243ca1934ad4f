#include <algorithm>
#include <iterator>

#include "common/snapshot/decode.hpp"
#include "common/snapshot/limits.hpp"
#include "data-plane/worker/loader_impl.hpp"

namespace turnpike::worker {

namespace {

// Above this many changed stages at once, they are compiled when asked for.
constexpr std::size_t kCompiledAheadMax = 16;
constexpr std::size_t kNamesPerRead = 500;
constexpr Milliseconds kFollowRetry{100};
constexpr std::size_t kLatelyChangedMax = 10'000;
constexpr std::string_view kStreamCount = "200";

}  // namespace

void Loader::Impl::lost(const Error& error) {
    if (is_connected.exchange(false)) warn("going on without Redis: " + error.detail);
    next_follow_ = steady_now() + kFollowRetry;
}

void Loader::Impl::synchronise(const PublishedReader::Position& position) {
    if (position.epoch.empty()) return;  // emptied or being filled: what we hold is better
    if (position.epoch == epoch_ && !needs_resync_) {
        // From disk, or followed all the time: the stream tells what came after. An older copy of
        // the same is not followed; the publisher will replace it.
        if (position.revision >= revision_) is_synced_ = true;
        return;
    }
    is_synced_ = false;
    if (Result<void> done = resync(position); !done) {
        warn("reading everything from Redis failed: " + done.error().detail + done.error().message);
    }
}

Result<void> Loader::Impl::resync(const PublishedReader::Position& position) {
    std::set<std::string> changed;
    std::set<std::string> stages;
    std::set<std::string> plans;
    const auto pause = [this] { serve_urgent(); };
    Result<void> done = reader_.each_stage(
        [&](const std::string& name, const std::string& record) {
            if (stages.size() >= snapshot::limits::kStagesMax) return;
            stages.insert(name);
            if (put_stage(name, record, StageShelf::Compile::WhenInUse)) changed.insert(name);
        },
        pause);
    if (!done) return done;
    done = reader_.each_plan(
        [&](const std::string& id, const std::string& record) {
            if (plans.size() >= snapshot::limits::kPlansMax) return;
            plans.insert(id);
            put_plan(id, record);
        },
        pause);
    if (!done) return done;
    const Result<std::vector<KeyChange>> keys = read_known_keys();
    if (!keys) return keys.error();
    // What is missing is gone only if Redis was complete from the first look to the last.
    if (done = expect_epoch(position.epoch); !done) return done;

    remove_others(stages, plans);
    known_keys_.clear();
    for (const KeyChange& key : *keys) {
        if (key.record) known_keys_[key.lookup] = key.record;
    }
    are_keys_dirty_ = true;
    epoch_ = position.epoch;
    revision_ = position.revision;
    ++generation_;
    is_synced_ = true;
    needs_resync_ = false;
    install(changed, {}, true);
    save();
    return {};
}

Result<void> Loader::Impl::expect_epoch(std::string_view epoch) {
    const Result<PublishedReader::Position> position = reader_.position();
    if (!position) return position.error();
    if (position->epoch != epoch) return unavailable("Redis was emptied or filled meanwhile");
    return {};
}

void Loader::Impl::remove_others(const std::set<std::string>& stages,
                                 const std::set<std::string>& plans) {
    for (const std::string& name : shelf_.names()) {
        if (!stages.contains(name)) put_stage(name, std::nullopt, StageShelf::Compile::WhenInUse);
    }
    std::vector<std::string> gone;
    for (const auto& [id, plan] : plans_) {
        if (!plans.contains(id)) gone.push_back(id);
    }
    for (const std::string& id : gone) put_plan(id, std::nullopt);
}

/// What was known before a gap may have changed in it.
Result<std::vector<Loader::Impl::KeyChange>> Loader::Impl::read_known_keys() {
    std::vector<std::string> lookups;
    for (const auto& [lookup, record] : known_keys_) lookups.push_back(lookup);
    return read_keys(lookups);
}

void Loader::Impl::follow() {
    is_waiting_for_stream_ = true;
    redis::Command read{"XREAD",
                        "COUNT",
                        std::string(kStreamCount),
                        "BLOCK",
                        std::to_string(options_.stream_block.count()),
                        "STREAMS",
                        names_.stream()};
    if (!inbox_.empty()) read.push_back(names_.test_inbox(inbox_));
    read.push_back(std::to_string(revision_) + "-0");
    if (!inbox_.empty()) read.push_back(inbox_position_);
    stream_->send(std::move(read),
                  [weak = weak_from_this(), generation = generation_](Result<redis::Reply> reply) {
                      const auto self = weak.lock();
                      if (!self) return;
                      // A Reply is moved into shared state: a std::function must be copyable.
                      auto shared = std::make_shared<Result<redis::Reply>>(std::move(reply));
                      self->queue_.post([impl = self.get(), shared, generation] {
                          impl->on_stream(*shared, generation);
                      });
                  });
}

void Loader::Impl::on_stream(const Result<redis::Reply>& reply, std::uint64_t generation) {
    is_waiting_for_stream_ = false;
    if (generation != generation_) return;  // asked before a resync: the place is another now
    if (!reply) return lost(reply.error());
    if (!inbox_.empty()) note_tests(parse_inbox(*reply, names_.test_inbox(inbox_)));
    const Result<std::vector<PublishedChanges>> entries = parse_stream(*reply, names_.stream());
    Result<void> done = entries ? on_changes(*entries) : Result<void>(entries.error());
    if (done) return;
    if (done.error().kind == Error::Kind::Unavailable ||
        done.error().kind == Error::Kind::Timeout) {
        return lost(done.error());
    }
    warn("the stream cannot be followed: " + done.error().message + done.error().detail);
    needs_resync_ = true;
    is_synced_ = false;
    next_heartbeat_ = steady_now();
}

Result<void> Loader::Impl::on_changes(const std::vector<PublishedChanges>& entries) {
    std::set<std::string> stages;
    std::set<std::string> plans;
    std::vector<std::string> lookups;
    std::uint64_t revision = revision_;
    for (const PublishedChanges& entry : entries) {
        if (entry.revision <= revision) continue;
        if (entry.previous != revision) return conflict("entries are missing");
        revision = entry.revision;
        for (const auto& [kind, name] : entry.changes) {
            if (kind == snapshot::change::kStage) stages.insert(name);
            if (kind == snapshot::change::kPlan) plans.insert(name);
            if (kind == snapshot::change::kKey) lookups.push_back(name);
            if (kind == snapshot::change::kEpoch) return conflict("everything was published anew");
        }
    }
    if (revision == revision_) return {};
    return apply(stages, plans, lookups, revision);
}

Result<void> Loader::Impl::apply(const std::set<std::string>& stages,
                                 const std::set<std::string>& plans,
                                 const std::vector<std::string>& lookups, std::uint64_t revision) {
    const std::vector<std::string> stage_names(stages.begin(), stages.end());
    const Result<PublishedReader::Records> stage_records = read_stages(stage_names);
    if (!stage_records) return stage_records.error();
    const std::vector<std::string> plan_ids(plans.begin(), plans.end());
    const Result<PublishedReader::Records> plan_records = reader_.plans(plan_ids);
    if (!plan_records) return plan_records.error();
    Result<std::vector<KeyChange>> keys = read_keys(lookups);
    if (!keys) return keys.error();
    // A record that is not there is gone only if Redis was not emptied before it was read.
    if (Result<void> done = expect_epoch(epoch_); !done) return done;

    const auto compile = stages.size() <= kCompiledAheadMax ? StageShelf::Compile::Now
                                                            : StageShelf::Compile::WhenInUse;
    std::set<std::string> changed;
    for (std::size_t i = 0; i < stage_names.size(); ++i) {
        if (put_stage(stage_names[i], (*stage_records)[i], compile)) changed.insert(stage_names[i]);
        serve_urgent();
    }
    for (std::size_t i = 0; i < plan_ids.size(); ++i) put_plan(plan_ids[i], (*plan_records)[i]);
    for (const KeyChange& key : *keys) note_key(key.lookup, key.record);
    if (revision == revision_ && changed.empty()) return {};
    revision_ = revision;
    install(changed, std::move(*keys), false);
    save();
    return {};
}

Result<PublishedReader::Records> Loader::Impl::read_stages(const std::vector<std::string>& names) {
    PublishedReader::Records all;
    for (std::size_t at = 0; at < names.size(); at += kNamesPerRead) {
        const std::size_t end = std::min(at + kNamesPerRead, names.size());
        Result<PublishedReader::Records> some =
            reader_.stages({names.begin() + static_cast<std::ptrdiff_t>(at),
                            names.begin() + static_cast<std::ptrdiff_t>(end)});
        if (!some) return some;
        std::ranges::move(*some, std::back_inserter(all));
        serve_urgent();
    }
    return all;
}

Result<std::vector<Loader::Impl::KeyChange>> Loader::Impl::read_keys(
    const std::vector<std::string>& lookups) {
    const Result<PublishedReader::Records> records = reader_.keys(lookups);
    if (!records) return records.error();
    std::vector<KeyChange> changes;
    for (std::size_t i = 0; i < lookups.size(); ++i) {
        KeyChange change{lookups[i], nullptr};
        const std::optional<std::string>& record = (*records)[i];
        Result<model::ApiKey> key = record ? snapshot::decode_key(*record) : not_found({});
        if (key) change.record = std::make_shared<const model::ApiKey>(std::move(*key));
        changes.push_back(std::move(change));
    }
    return changes;
}

/// What is known to change is kept up to date; what is not known is not worth keeping.
void Loader::Impl::note_key(const std::string& lookup, const KeyRecord& record) {
    if (lately_changed_keys_.size() >= kLatelyChangedMax) lately_changed_keys_.clear();
    lately_changed_keys_[lookup] = record;
    const auto known = known_keys_.find(lookup);
    if (known == known_keys_.end()) return;
    are_keys_dirty_ = true;
    if (record) {
        known->second = record;
    } else {
        known_keys_.erase(known);
    }
}

/// Returns: whether the stage has a new version, or is gone.
bool Loader::Impl::put_stage(const std::string& name, const std::optional<std::string>& record,
                             StageShelf::Compile compile) {
    retry_.erase(name);
    if (!record) {
        set_problem(name, std::nullopt);
        if (!shelf_.remove(name)) return false;
        if (state_) state_->remove_stage(name);
        return true;
    }
    const StageShelf::Change change = shelf_.put(name, *record, compile);
    set_problem(name, change.problem);
    if (change.problem && change.problem->kind != Error::Kind::Invalid) retry_.insert(name);
    if (!change.is_changed) return false;
    const StageFacts& facts = *shelf_.facts(name);
    if (state_) {
        state_->put_stage(name, facts, *record);
        fetch_ahead_.insert(facts.snapshot);
        if (!facts.canary_snapshot.empty()) fetch_ahead_.insert(facts.canary_snapshot);
    }
    return true;
}

void Loader::Impl::put_plan(const std::string& id, const std::optional<std::string>& record) {
    if (!record) {
        plans_.erase(id);
        if (state_) state_->remove_plan(id);
        return;
    }
    if (set_plan(id, *record) && state_) state_->put_plan(id, *record);
}

bool Loader::Impl::set_plan(const std::string& id, std::string_view record) {
    Result<model::UsagePlan> plan = snapshot::decode_plan(record);
    if (!plan) {
        warn("usage plan " + id + ": " + plan.error().message);
        return false;
    }
    plans_[id] = std::make_shared<const snapshot::CompiledPlan>(std::move(*plan));
    return true;
}

void Loader::Impl::retry_stages() {
    if (retry_.empty() || !is_synced_) return;
    const std::set<std::string> names = retry_;
    if (Result<void> done = apply(names, {}, {}, revision_); !done) lost(done.error());
}

}  // namespace turnpike::worker
