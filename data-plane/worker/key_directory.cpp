#include "data-plane/worker/key_directory.hpp"

#include <utility>

#include "common/base/random.hpp"
#include "common/snapshot/decode.hpp"
#include "data-plane/worker/key_cache.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::worker {

namespace {

std::uint64_t secret_seed() {
    std::uint64_t seed = 0;
    const std::string bytes = secure_random_bytes(sizeof seed);
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

}  // namespace

/// What Redis answered: the record, and the epoch before and after it.
struct KeyDirectory::Outcome {
    Result<redis::Reply> record = unavailable("not asked");
    Result<redis::Reply> epoch_before = unavailable("not asked");
    Result<redis::Reply> epoch = unavailable("not asked");

    /// A record that is not there does not exist: Redis was complete all the time.
    bool is_complete() const {
        return record && epoch_before && epoch && !epoch->text.empty() &&
               epoch->text == epoch_before->text;
    }
};

/// Asks Redis for a record. If there is none, that counts only if Redis was complete from before
/// the look to after it; a cluster keeps record and epoch apart, so one is asked after the other.
/// Thread: the Redis client's, after ask().
class KeyDirectory::Question : public std::enable_shared_from_this<Question> {
public:
    using Done = std::function<void(Outcome)>;

    Question(redis::Client& redis, std::string epoch, std::string key, Done done)
        : redis_(redis), epoch_(std::move(epoch)), key_(std::move(key)), done_(std::move(done)) {}

    void ask() {
        look([](Question& self) { self.ask_epoch_before(); });
    }

private:
    using Next = void (*)(Question&);

    /// Goes on if the record is not there.
    void look(Next next) {
        redis_.send({"HGET", key_, "d"},
                    [self = shared_from_this(), next](Result<redis::Reply> reply) {
                        self->outcome_.record = std::move(reply);
                        const Result<redis::Reply>& record = self->outcome_.record;
                        if (!record || !record->text.empty()) return self->finish();
                        next(*self);
                    });
    }

    void ask_epoch_before() {
        redis_.send({"GET", epoch_}, [self = shared_from_this()](Result<redis::Reply> reply) {
            self->outcome_.epoch_before = std::move(reply);
            if (!self->outcome_.epoch_before) return self->finish();
            self->look([](Question& question) { question.ask_epoch_after(); });
        });
    }

    void ask_epoch_after() {
        redis_.send({"GET", epoch_}, [self = shared_from_this()](Result<redis::Reply> reply) {
            self->outcome_.epoch = std::move(reply);
            self->finish();
        });
    }

    void finish() { done_(std::move(outcome_)); }

    redis::Client& redis_;
    const std::string epoch_;
    const std::string key_;
    const Done done_;
    Outcome outcome_;
};

/// One look-up under way and everyone who waits for it. Those who wait may be told what was known
/// before while Redis has not answered yet.
struct KeyDirectory::Pending {
    Pending(std::string_view value_sought, Reactor& reactor, Timer::Callback impatient)
        : value(value_sought), patience(std::in_place, reactor, std::move(impatient)) {}
    std::string value;
    std::string lookup;
    /// It changed while it was being asked for: null if what it is now is not known.
    std::optional<KeyRecord> newer;
    Result<KeyRecord> result = unavailable("not answered");
    std::vector<Signal*> waiters;
    bool is_told = false;
    std::optional<Timer> patience;  ///< Gone once Redis answered.
};

struct KeyDirectory::State : std::enable_shared_from_this<KeyDirectory::State> {
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
    SteadyTime now;

    void overtake(std::string_view lookup, const KeyRecord& record) {
        for (const auto& [value, question] : pending) {
            if (question->lookup == lookup) question->newer = record;
        }
        forget_told();
    }

    /// It may have changed meanwhile, and been asked for anew.
    void leave(const std::shared_ptr<Pending>& one) {
        const auto found = pending.find(one->value);
        if (found != pending.end() && found->second == one) pending.erase(found);
    }

    /// Who asks next must not be told what has changed since.
    void forget_told() {
        std::erase_if(pending, [](const auto& item) {
            const bool is_old = item.second->is_told && item.second->newer.has_value();
            if (is_old) item.second->patience.reset();
            return is_old;
        });
    }
};

KeyDirectory::KeyDirectory(Reactor& reactor, const KeyDirectoryShared& shared, Limits limits)
    : reactor_(reactor), state_(std::make_shared<State>(shared, limits, secret_seed())) {}

KeyDirectory::~KeyDirectory() {
    // What is under way may end on another thread, where no timer may.
    for (const auto& [value, pending] : state_->pending) pending->patience.reset();
}

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
    if (!pending->is_told) {
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
    State& state = *state_;
    const auto impatient = [this, key = std::string(value)] {
        const auto found = state_->pending.find(key);
        if (found != state_->pending.end()) recall(*state_, found->second, {}, reactor_);
    };
    auto pending = std::make_shared<Pending>(value, reactor_, impatient);
    pending->lookup = state.shared.lookup_of(value);
    pending->patience->expire_after(state.limits.patience);
    state.pending.emplace(pending->value, pending);

    auto question = std::make_shared<Question>(
        *state.shared.redis, state.shared.names.epoch(), state.shared.names.key(pending->lookup),
        [pending, weak = std::weak_ptr(state_), reactor = &reactor_](Outcome outcome) {
            reactor->post([pending, weak, reactor, outcome = std::move(outcome)] {
                if (const auto held = weak.lock()) answered(*held, pending, outcome, *reactor);
            });
        });
    question->ask();
    return pending;
}

void KeyDirectory::answered(State& state, const std::shared_ptr<Pending>& pending,
                            const Outcome& outcome, Reactor& reactor) {
    pending->patience.reset();
    state.now = reactor.now();
    if (auto result = settle(state, *pending, outcome)) {
        state.leave(pending);
        return tell(*pending, *std::move(result));
    }
    // It is under way until it is told, so that no change is missed.
    if (pending->is_told) return state.leave(pending);
    recall(state, pending,
           outcome.record ? unavailable("API keys are not published yet") : outcome.record.error(),
           reactor);
}

void KeyDirectory::tell(Pending& pending, Result<KeyRecord> result) {
    if (std::exchange(pending.is_told, true)) return;
    pending.result = std::move(result);
    for (Signal* waiter : std::exchange(pending.waiters, {})) waiter->set();
}

/// Redis cannot tell: what this process, or one before it, knew still counts. `problem`: why it
/// cannot; nothing if it may still.
void KeyDirectory::recall(State& state, const std::shared_ptr<Pending>& pending,
                          std::optional<Error> problem, Reactor& reactor) {
    const auto recalled = [pending, problem = std::move(problem), weak = state.weak_from_this(),
                           reactor = &reactor](const KeyRecord& record) {
        reactor->post([pending, problem, weak, reactor, record] {
            const std::shared_ptr<State> held = weak.lock();
            if (!held) return;
            if (problem) held->leave(pending);
            if (pending->is_told) return;
            const KeyRecord& known = pending->newer ? *pending->newer : record;
            if (!known) {
                if (problem) tell(*pending, *problem);
                return;
            }
            held->present.put({pending->value, pending->lookup, known,
                               reactor->now() + held->limits.offline_for});
            tell(*pending, known);
        });
    };
    if (state.shared.recall) {
        state.shared.recall(pending->lookup, recalled);
    } else {
        recalled(nullptr);
    }
}

std::optional<Result<KeyRecord>> KeyDirectory::settle(State& state, const Pending& pending,
                                                      const Outcome& outcome) {
    KeyCache::Entry entry{pending.value, pending.lookup, nullptr, SteadyTime::max()};
    if (pending.newer && *pending.newer) {
        entry.record = *pending.newer;
        state.present.put(entry);
        return Result<KeyRecord>(entry.record);
    }
    const bool may_keep = !pending.newer;
    if (outcome.record && !outcome.record->text.empty()) {
        Result<model::ApiKey> decoded = snapshot::decode_key(outcome.record->text);
        if (!decoded) {
            return Result<KeyRecord>(internal_error("API key record: " + decoded.error().message));
        }
        entry.record = std::make_shared<const model::ApiKey>(std::move(*decoded));
        if (may_keep) {
            state.present.put(entry);
            if (state.shared.on_learned) state.shared.on_learned(pending.lookup, entry.record);
        }
        return Result<KeyRecord>(entry.record);
    }
    if (outcome.is_complete()) {
        state.present.erase_lookup(pending.lookup);  // what was recalled before it answered
        entry.expires = state.now + state.limits.absent_for;
        if (may_keep) state.absent.put(std::move(entry));
        return Result<KeyRecord>(KeyRecord{});
    }
    return std::nullopt;
}

void KeyDirectory::refresh(std::string_view lookup, const KeyRecord& record) {
    state_->absent.erase_lookup(lookup);
    if (record) {
        state_->present.replace(lookup, record);
    } else {
        state_->present.erase_lookup(lookup);
    }
    state_->overtake(lookup, record);
}

void KeyDirectory::invalidate(std::string_view lookup) { refresh(lookup, nullptr); }

void KeyDirectory::reset() {
    state_->present.clear();
    state_->absent.clear();
    for (const auto& [value, pending] : state_->pending) pending->newer = KeyRecord{};
    state_->forget_told();
}

}  // namespace turnpike::worker
