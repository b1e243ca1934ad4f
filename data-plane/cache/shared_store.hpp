#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/hmac.hpp"
#include "common/redis/local_client.hpp"
#include "common/snapshot/caching.hpp"
#include "data-plane/cache/reactor_loop.hpp"
#include "data-plane/cache/replaced_feed.hpp"
#include "data-plane/cache/response.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::cache {

/// What the caches of all reactors share. Constant while reactors run.
struct CacheShared {
    /// As redis::Options have it. Empty: there is no shared level, and memory alone is used.
    std::string redis_url;
    /// Null only without Redis.
    ReplacedFeed* feed = nullptr;
    std::string name_space;
    crypto::HmacKey id_key;
    std::string encryption_key;        ///< 32 bytes.
    std::size_t memory_bytes_max = 0;  ///< Of one reactor.
};

/// The level of the cache that all workers share: entries and locks in Redis, asked by one reactor
/// over connections of its own, which are made when it first asks. Every wait is bounded, every
/// failure is "not known". Thread: its reactor's.
class SharedStore {
public:
    /// Where one entry lies, and how. A value: it outlives the stage that it came from.
    struct Place {
        std::string stage;
        std::string id;
        std::uint64_t stage_bytes_max = 0;
        bool encrypts = false;
        std::uint16_t slot = 0;  ///< In a cluster.
    };
    struct Fetched {
        /// Failed: Redis did not tell. Absent also stands for what is no entry.
        enum class State : std::uint8_t { Found, Absent, Failed };
        State state = State::Failed;
        std::shared_ptr<const Response> response;
        Milliseconds fresh_for{0};  ///< Negative: how long it has been stale.
        Milliseconds kept_for{0};
        SteadyTime began{};  ///< The call that gave it, by this machine's clock, roughly.
    };
    enum class Lock : std::uint8_t { Taken, Held, Failed };
    struct Locked {
        Lock state = Lock::Failed;
        Fetched fetched;  ///< What there was once the lock was taken, or held.
    };

    SharedStore(worker::Reactor& reactor, const CacheShared& shared);
    ~SharedStore();
    SharedStore(const SharedStore&) = delete;
    SharedStore& operator=(const SharedStore&) = delete;

    /// Nothing is asked any more, and who waits is told so. Thread: its reactor's, or any once that
    /// has ended.
    void stop();
    /// Connects, unless it has begun to.
    void begin();
    /// Whether that is done.
    bool is_connected() const;
    /// The server of Redis that has this is there, and was not too slow just now. Begins to connect
    /// when first asked; what is sent while that is under way waits for it.
    bool is_available(const Place& place);
    Place place_of(const snapshot::MethodCaching& caching, std::string_view key) const;

    /// Waits until `deadline` at most.
    worker::Task<Fetched> fetch(Place place, SteadyTime deadline);
    /// Tries to be the one who calls the back end. Held: by somebody else. Looks again afterwards:
    /// who held the lock before may just have stored.
    worker::Task<Locked> lock(Place place, std::string token, SteadyTime deadline);
    void renew(const Place& place);
    /// Nothing was stored.
    void unlock(const Place& place, const std::string& token);

    struct Storing {
        Milliseconds kept_for;
        std::string token;  ///< Of the lock, if there was one.
        bool tells_replaced = false;
        SteadyTime began{};  ///< The call that gave the answer.
    };
    /// Does not wait. Too much under way, Redis away, or an answer to a later call there: it is not
    /// stored.
    void store(const Place& place, const Response& response, const Storing& storing);

private:
    struct Question;
    using Replies = std::vector<Result<redis::Reply>>;
    worker::Task<std::optional<Replies>> ask(std::vector<redis::Command> commands,
                                             std::uint16_t slot, SteadyTime deadline);
    void rest(std::uint16_t slot);
    std::int64_t redis_time() const;
    Fetched fetched(const Place& place, Result<redis::Reply>& entry) const;
    std::string wire_form(const Place& place, const Response& response) const;
    std::shared_ptr<const Response> read(const Place& place, std::string bytes) const;

    worker::Reactor& reactor_;
    const CacheShared& shared_;
    ReactorLoop loop_;
    std::unique_ptr<redis::LocalClient> redis_;  // null: no shared level, or stopped
    SteadyTime connecting_until_{};              // the first time
    std::size_t storing_bytes_ = 0;
    /// Servers that are left alone, each by a slot of it.
    struct Rest {
        std::uint16_t slot;
        SteadyTime until;
    };
    std::vector<Rest> rests_;
};

}  // namespace turnpike::cache
