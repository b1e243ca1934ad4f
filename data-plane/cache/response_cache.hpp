#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/snapshot/caching.hpp"
#include "data-plane/cache/response.hpp"
#include "data-plane/cache/shared_store.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::cache {

/// One reactor's response cache: its own memory in front of Redis, and one call of the back end for
/// all who want the same. docs/cache.md. Thread: its reactor's.
class ResponseCache {
private:
    struct State;
    struct Pending;

public:
    /// The right and the duty to call the back end for a key while others wait. Who lets it go
    /// without a word (a caller that went away) passes it on to one of those who wait.
    /// May outlive the cache.
    class Lead {
    public:
        Lead() = default;
        Lead(Lead&&) noexcept = default;
        Lead& operator=(Lead&& other) noexcept;
        ~Lead();
        explicit operator bool() const { return pending_ != nullptr; }

    private:
        friend class ResponseCache;
        Lead(const std::shared_ptr<State>& state, std::shared_ptr<Pending> pending);
        void pass_on();
        std::weak_ptr<State> state_;
        std::shared_ptr<Pending> pending_;
    };

    struct Query {
        const snapshot::MethodCaching* caching = nullptr;
        std::string_view key;
        Milliseconds patience{0};  ///< How long to wait for somebody else's call at most.
        /// Of what is stored: when the call of the back end began, or earlier. An answer to a later
        /// call, or one that a caller had replaced since, is not overwritten.
        SteadyTime began{};
    };

    enum class Source : std::uint8_t { None, Memory, Redis, Coalesced };

    struct Answer {
        /// Null: a miss; the back end is to be called.
        std::shared_ptr<const Response> response;
        Source source = Source::None;
        /// It answers, but its time is over: whoever has the lead renews it.
        bool is_stale = false;
        /// What may answer if the back end fails.
        std::shared_ptr<const Response> fallback;
        Lead lead;
    };

    ResponseCache(worker::Reactor& reactor, const CacheShared& shared);
    ~ResponseCache();
    ResponseCache(const ResponseCache&) = delete;
    ResponseCache& operator=(const ResponseCache&) = delete;

    /// At once from memory. Lifetime of `query`'s views: until the task ends.
    worker::MaybeTask<Answer> find(const Query& query);
    /// Looks once more where others store, for a stale answer that is to be renewed: gives the lead
    /// back only if nobody else, on any worker, has renewed it or is about to.
    worker::Task<Lead> confirm(Query query, Lead lead);

    /// The answer of the back end. `replaces`: a caller demanded it; other memories forget theirs.
    void store(const Query& query, ResponseParts parts, Lead lead, bool replaces);
    /// The answer cannot be kept: nobody is to wait for this key for a while.
    void pass(const Query& query, Lead lead);
    /// The call failed. `fallback`, if not null, answers those who wait.
    void fail(Lead lead, std::shared_ptr<const Response> fallback);

    /// Connects to Redis, if it has not begun to; find() does so as well. Returns: whether it is
    /// connected by now.
    bool connect();
    /// Its requests are over, or will be: Redis is not asked any more. Thread: the reactor's, or
    /// any once it has ended.
    void stop();
    std::size_t memory_bytes() const;

private:
    std::shared_ptr<State> state_;
};

}  // namespace turnpike::cache
