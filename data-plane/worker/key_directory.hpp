#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/text.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "data-plane/worker/key_record.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::worker {

/// What the key directories of all reactors share. Constant while reactors run.
struct KeyDirectoryShared {
    /// Must be gone, with its last callback, before the reactors are.
    redis::Client* redis = nullptr;
    snapshot::PublishedNames names{""};
    /// Lower-case hexadecimal HMAC-SHA256 of an API key's value with the installation's key.
    std::function<std::string(std::string_view value)> lookup_of;
    /// Told of every record that Redis gave, to be saved; may be called on any thread.
    std::function<void(const std::string& lookup, const KeyRecord& record)> on_learned;
    /// Asked, when Redis cannot tell, for the record that any reactor, or an earlier process on
    /// this state directory, last knew. `done` may come on any thread; null: none.
    std::function<void(const std::string& lookup, std::function<void(const KeyRecord&)> done)>
        recall;
};

/// One reactor's look-up of API keys by value. A million keys are not kept: a bounded cache in
/// front of Redis, which the loader invalidates as the stream tells of changes.
///
/// The cache is keyed by the value itself, not by its HMAC, so that a hit costs a hash and a
/// comparison in constant time instead of an HMAC for each request. The price is that values of
/// keys in use lie in the worker's memory, where requests carry them anyway; nothing but HMACs is
/// ever written to disk. The hash is seeded at random, so that callers cannot make values collide.
///
/// When Redis is away, is being filled, or takes longer than `patience`, keys that this worker saw
/// before (this run or, from the state directory, an earlier one) go on; others wait for its
/// answer, and are Unavailable without one. Thread: its reactor's only.
class KeyDirectory {
public:
    struct Limits {
        std::size_t entries_max = 20'000;
        std::size_t absent_entries_max = 4096;  ///< Apart, so that guesses push out no real key.
        std::size_t value_bytes_max = 256;      ///< Longer values are unknown without a look.
        std::size_t pending_max = 4096;         ///< Look-ups under way; more are Unavailable.
        Milliseconds patience{42};              ///< Then what was known before is used;
        Milliseconds offline_for{1000};         ///< for so long, unasked.
        Milliseconds absent_for{2000};          ///< How long "there is no such key" is believed.
    };

    KeyDirectory(Reactor& reactor, const KeyDirectoryShared& shared, Limits limits);
    KeyDirectory(Reactor& reactor, const KeyDirectoryShared& shared)
        : KeyDirectory(reactor, shared, Limits{}) {}
    ~KeyDirectory();
    KeyDirectory(const KeyDirectory&) = delete;
    KeyDirectory& operator=(const KeyDirectory&) = delete;

    /// At once if it is cached. Concurrent look-ups of one value ask once.
    /// Errors: Unavailable if Redis does not answer, or does not hold everything yet, and the key
    /// was not seen before.
    MaybeTask<Result<KeyRecord>> find(std::string_view value);

    /// The key with this HMAC changed, and this is what it is now; null: there is none any more.
    /// What is cached is replaced, not dropped, so that a change just before an outage of Redis
    /// does not lose the key.
    void refresh(std::string_view lookup, const KeyRecord& record);
    /// The key with this HMAC changed; what it is now is not known.
    void invalidate(std::string_view lookup);
    /// Anything may have changed.
    void reset();

private:
    class Question;
    struct State;
    struct Pending;
    struct Outcome;
    static Task<Result<KeyRecord>> wait_for(Reactor& reactor, std::shared_ptr<Pending> pending);
    std::shared_ptr<Pending> ask(std::string_view value);
    static std::optional<Result<KeyRecord>> settle(State& state, const Pending& pending,
                                                   const Outcome& outcome);
    static void recall(State& state, const std::shared_ptr<Pending>& pending,
                       std::optional<Error> problem, Reactor& reactor);
    static void answered(State& state, const std::shared_ptr<Pending>& pending,
                         const Outcome& outcome, Reactor& reactor);
    static void tell(Pending& pending, Result<KeyRecord> result);

    Reactor& reactor_;
    std::shared_ptr<State> state_;
};

}  // namespace turnpike::worker
