#include "data-plane/worker/loader_impl.hpp"

namespace turnpike::worker {

namespace {

constexpr std::size_t kFetchedAheadAtOnce = 8;
constexpr std::size_t kKnownKeysMax = 20'000;
constexpr Milliseconds kKeySaveEvery{1000};

}  // namespace

void Loader::Impl::install(const std::set<std::string>& changed, std::vector<KeyChange> keys,
                           bool resets_keys) {
    const auto table =
        std::make_shared<const snapshot::RoutingTable>(revision_, shelf_.entries(), plans_);
    const auto compiled =
        std::make_shared<const std::vector<SnapshotSlot::Compiled>>(shelf_.compiled(changed));
    const auto changed_keys = std::make_shared<const std::vector<KeyChange>>(std::move(keys));
    auto left = std::make_shared<std::atomic<std::size_t>>(ports_.size());
    const auto installed = [self = shared_from_this(), revision = revision_] {
        // Acknowledged at once: rollouts are waited for.
        self->installed_revision = revision;
        self->is_ready.store(true, std::memory_order_release);
        self->queue_.post([impl = self.get()] { impl->next_heartbeat_ = steady_now(); });
    };
    if (ports_.empty()) installed();
    for (const ReactorPort& port : ports_) {
        port.reactor->post([port, table, compiled, changed_keys, resets_keys, left, installed] {
            port.slot->install(table, *compiled);
            if (port.keys != nullptr && resets_keys) port.keys->reset();
            if (port.keys != nullptr) {
                for (const KeyChange& key : *changed_keys)
                    port.keys->refresh(key.lookup, key.record);
            }
            if (left->fetch_sub(1) == 1) installed();
        });
    }
}

/// After install(): callers do not wait for the disk.
void Loader::Impl::save() {
    if (!state_) return;
    for (const auto& [hash, bytes] : unsaved_blobs_) {
        if (Result<void> done = state_->put_blob(hash, bytes); !done) warn(done.error().detail);
        fetch_ahead_.erase(hash);
    }
    unsaved_blobs_.clear();
    // A restart must see again what was not taken over.
    if (problems_.empty()) sound_revision_ = revision_;
    if (Result<void> done = state_->commit(epoch_, sound_revision_); !done) {
        warn("the state was not saved: " + done.error().detail);
    }
}

void Loader::Impl::take_learned_keys() {
    const SteadyTime now = steady_now();
    while (const EventQueue::Event learned = learned_keys_.take_until(now)) learned();
}

void Loader::Impl::save_keys_if_due() {
    const SteadyTime now = steady_now();
    take_learned_keys();
    if (!state_ || !are_keys_dirty_ || (now < next_key_save_ && !is_stopping_)) return;
    next_key_save_ = now + kKeySaveEvery;
    while (known_keys_.size() > kKnownKeysMax) known_keys_.erase(known_keys_.begin());
    are_keys_dirty_ = false;
    if (Result<void> done = state_->save_keys(known_keys_); !done) warn(done.error().detail);
}

/// Documents of stages that nobody has called yet go to disk too, so that a start without Redis
/// serves them all.
void Loader::Impl::fetch_ahead() {
    for (std::size_t i = 0; i < kFetchedAheadAtOnce && !fetch_ahead_.empty(); ++i) {
        const std::string hash = *fetch_ahead_.begin();
        if (!state_->has_blob(hash)) {
            const Result<std::string> bytes = reader_.blob(hash);
            if (!bytes && bytes.error().retryable) return lost(bytes.error());
            if (bytes) {
                if (Result<void> done = state_->put_blob(hash, *bytes); !done) {
                    warn(done.error().detail);
                }
            }
        }
        fetch_ahead_.erase(hash);
    }
}

Result<std::string> Loader::Impl::document(std::string_view hash) {
    if (state_) {
        Result<std::string> saved = state_->blob(hash);
        if (saved) return saved;
    }
    // Not waiting for a Redis that is known to be away: others wait for this thread.
    if (!is_connected) return unavailable("Redis is away");
    Result<std::string> fetched = reader_.blob(hash);
    if (!fetched) return fetched;
    if (state_) unsaved_blobs_.emplace_back(hash, *fetched);
    return fetched;
}

Result<std::string> Loader::Impl::stage_record(const std::string& name) {
    if (state_) {
        Result<std::string> saved = state_->stage_record(name);
        if (saved) return saved;
    }
    if (!is_connected) return unavailable("Redis is away");
    const Result<PublishedReader::Records> records = reader_.stages({name});
    if (!records) return records.error();
    for (const std::optional<std::string>& record : *records) {
        if (record) return *record;
    }
    return not_found("stage " + name + " is gone");
}

void Loader::Impl::answer(const std::shared_ptr<Request>& request) {
    const std::string& name = request->name;
    const auto before = shelf_.compiled({name});
    Result<Compiled> result = shelf_.load(
        name, [this, &name] { return stage_record(name); }, steady_now());
    waiting_.fetch_sub(1);
    if (result) {
        set_problem(name, std::nullopt);
    } else if (result.error().kind != Error::Kind::NotFound) {
        set_problem(name, result.error());
    }
    const auto entry = shelf_.entry(name);
    const bool is_new = result && before.empty();
    for (const ReactorPort& port : ports_) {
        const bool asked = port.reactor == request->reactor;
        if (!asked && !is_new) continue;
        port.reactor->post([port, entry, result, request = asked ? request : nullptr] {
            if (result && entry) port.slot->put(*entry, *result);
            if (!request) return;
            request->result = result;
            request->is_done = true;
            if (request->wake) request->wake();
        });
    }
    if (!unsaved_blobs_.empty()) save();
    keep_budget();
}

void Loader::Impl::keep_budget() {
    if (!shelf_.is_over_budget()) return;
    // Use is noted per reactor; the next round knows what this one asks for.
    for (const ReactorPort& port : ports_) {
        port.reactor->post([port, self = shared_from_this()] {
            self->queue_.post([impl = self.get(), used = port.slot->take_used()] {
                impl->shelf_.mark_used(used, steady_now());
            });
        });
    }
    for (const std::uint32_t slot : shelf_.evict()) {
        for (const ReactorPort& port : ports_) {
            port.reactor->post([port, slot] { port.slot->drop(slot); });
        }
    }
}

void Loader::Impl::set_problem(const std::string& stage_name, const std::optional<Error>& problem) {
    if (!problem) {
        problems_.erase(stage_name);
        return;
    }
    const std::string text = problem->message.empty() ? problem->detail : problem->message;
    std::string& known = problems_[stage_name];
    if (known == text) return;
    known = text;
    warn("stage " + stage_name + " keeps its old version, if it has one: " + text);
}

}  // namespace turnpike::worker
