#include "data-plane/worker/key_directory.hpp"

#include <utility>

#include "common/base/random.hpp"
#include "common/snapshot/decode.hpp"
#include "data-plane/worker/key_cache.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::worker {

namespace {

constexpr std::size_t kNewerMax = 10'000;

std::uint64_t secret_seed() {
    std::uint64_t seed = 0;
    const std::string bytes = secure_random_bytes(sizeof seed);
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

}  // namespace

/// What Redis answered: the record, and whether everything is published there.
struct KeyDirectory::Outcome {
    Result<redis::Reply> record = unavailable("not asked");
    Result<redis::Reply> epoch = unavailable("not asked");
};

/// One look-up under way and everyone who waits for it.
struct KeyDirectory::Pending {
    explicit Pending(std::string_view value_sought) : value(value_sought) {}
    std::string value;
    std::string lookup;
    /// It changed while it was being asked for: null if what it is now is not known.
    std::optional<KeyRecord> newer;
    Result<KeyRecord> result = unavailable("not answered");
    std::vector<Signal*> waiters;
    bool is_done = false;
};

struct KeyDirectory::State {
    State(const KeyDirectoryShared& what_is_shared, const Limits& bounds, std::uint64_t seed)
        : shared(what_is_shared),
          limits(bounds),
          present(bounds.entries_max, seed),
          absent(bounds.absent_entries_max, seed) {}

    const KeyDirectoryShared& shared;
    const Limits limits;
    KeyCache present;
    KeyCache absent;
    std::unordered_map<std::string, std::shared_ptr<Pending>, StringHash, std::equal_to<>> pending;
    std::shared_ptr<const KnownKeys> known;
    /// Of `known`, what changed since; null: not to be believed any more.
    KnownKeys newer;
    SteadyTime now;

    KeyRecord known_record(std::string_view lookup) const {
        if (!known) return nullptr;
        if (const auto found = newer.find(lookup); found != newer.end()) return found->second;
        const auto found = known->find(lookup);
        return found == known->end() ? nullptr : found->second;
    }
    void overtake(std::string_view lookup, const KeyRecord& record) {
        for (const auto& [value, question] : pending) {
            if (question->lookup == lookup) question->newer = record;
        }
    }
    void set_newer(std::string_view lookup, const KeyRecord& record) {
        if (!known || !known->contains(lookup)) return;
        newer[std::string(lookup)] = record;
        if (newer.size() <= kNewerMax) return;
        known.reset();
        newer.clear();
    }
};

KeyDirectory::KeyDirectory(Reactor& reactor, const KeyDirectoryShared& shared, Limits limits)
    : reactor_(reactor), state_(std::make_shared<State>(shared, limits, secret_seed())) {}

KeyDirectory::~KeyDirectory() = default;

MaybeTask<Result<KeyRecord>> KeyDirectory::find(std::string_view value) {
    const SteadyTime now = reactor_.now();
    if (const KeyCache::Entry* hit = state_->present.find(value, now)) {
        return Result<KeyRecord>(hit->record);
    }
    if (value.empty() || value.size() > state_->limits.value_bytes_max ||
        state_->absent.find(value, now) != nullptr) {
        return Result<KeyRecord>(KeyRecord{});
    }
    if (const auto found = state_->pending.find(value); found != state_->pending.end()) {
        return wait_for(reactor_, found->second);
    }
    if (state_->pending.size() >= state_->limits.pending_max) {
        return Result<KeyRecord>(unavailable("too many API keys are being looked up"));
    }
    return wait_for(reactor_, ask(value));
}

Task<Result<KeyRecord>> KeyDirectory::wait_for(Reactor& reactor, std::shared_ptr<Pending> pending) {
    if (!pending->is_done) {
        Signal signal(reactor);
        pending->waiters.push_back(&signal);
        // The caller may be destroyed while it waits.
        struct Guard {
            Pending& pending;
            Signal* signal;
            ~Guard() { std::erase(pending.waiters, signal); }
        };
        const Guard guard{*pending, &signal};
        co_await signal.wait();
    }
    co_return pending->result;
}

std::shared_ptr<KeyDirectory::Pending> KeyDirectory::ask(std::string_view value) {
    auto pending = std::make_shared<Pending>(value);
    const KeyDirectoryShared& shared = state_->shared;
    pending->lookup = shared.lookup_of(value);
    state_->pending.emplace(pending->value, pending);

    auto outcome = std::make_shared<Outcome>();
    shared.redis->send(
        {"HGET", shared.names.key(pending->lookup), "d"},
        [outcome](Result<redis::Reply> reply) { outcome->record = std::move(reply); });
    // Answered last: it tells whether "no such key" means anything.
    shared.redis->send({"GET", shared.names.epoch()},
                       [outcome, pending, weak = std::weak_ptr(state_),
                        reactor = &reactor_](Result<redis::Reply> reply) {
                           outcome->epoch = std::move(reply);
                           reactor->post([outcome, pending, weak, reactor] {
                               const std::shared_ptr<State> state = weak.lock();
                               if (!state) return;
                               state->now = reactor->now();
                               state->pending.erase(pending->value);
                               pending->result = settle(*state, *pending, *outcome);
                               pending->is_done = true;
                               for (Signal* waiter : std::exchange(pending->waiters, {}))
                                   waiter->set();
                           });
                       });
    return pending;
}

Result<KeyRecord> KeyDirectory::settle(State& state, const Pending& pending,
                                       const Outcome& outcome) {
    KeyCache::Entry entry{pending.value, pending.lookup, nullptr, SteadyTime::max()};
    if (pending.newer && *pending.newer) {
        entry.record = *pending.newer;
        state.present.put(entry);
        return entry.record;
    }
    const bool may_keep = !pending.newer;
    if (outcome.record && !outcome.record->text.empty()) {
        Result<model::ApiKey> decoded = snapshot::decode_key(outcome.record->text);
        if (!decoded) return internal_error("API key record: " + decoded.error().message);
        entry.record = std::make_shared<const model::ApiKey>(std::move(*decoded));
        if (may_keep) {
            state.present.put(entry);
            if (state.shared.on_learned) state.shared.on_learned(pending.lookup, entry.record);
        }
        return entry.record;
    }
    const bool is_complete = outcome.record && outcome.epoch && !outcome.epoch->text.empty();
    if (is_complete) {
        entry.expires = state.now + state.limits.absent_for;
        if (may_keep) state.absent.put(std::move(entry));
        return KeyRecord{};
    }
    if (KeyRecord record = state.known_record(pending.lookup)) {
        entry.record = record;
        entry.expires = state.now + state.limits.offline_for;
        state.present.put(std::move(entry));
        return record;
    }
    return outcome.record ? unavailable("API keys are not published yet") : outcome.record.error();
}

void KeyDirectory::refresh(std::string_view lookup, const KeyRecord& record) {
    state_->absent.erase_lookup(lookup);
    if (record) {
        state_->present.replace(lookup, record);
    } else {
        state_->present.erase_lookup(lookup);
    }
    state_->overtake(lookup, record);
    state_->set_newer(lookup, record);
}

void KeyDirectory::invalidate(std::string_view lookup) { refresh(lookup, nullptr); }

void KeyDirectory::reset(std::shared_ptr<const KnownKeys> known) {
    state_->present.clear();
    state_->absent.clear();
    for (const auto& [value, pending] : state_->pending) pending->newer = KeyRecord{};
    state_->known = std::move(known);
    state_->newer.clear();
}

}  // namespace turnpike::worker
