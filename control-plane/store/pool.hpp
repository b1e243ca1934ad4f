#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/store/session.hpp"
#include "control-plane/store/watchdog.hpp"

namespace turnpike::store {

/// A bounded number of sessions, opened when needed by a thread of its own: whoever waits for one
/// waits until a deadline and no longer, whatever a name server or a stopped database does to a
/// connection attempt. Invariant: leased, idle and opening sessions together are at most
/// `sessions_max`. Thread: any.
class Pool {
public:
    Pool(Session::Options session, std::size_t sessions_max, Milliseconds idle_max,
         Watchdog& watchdog);
    /// Requires: no lease is left.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// A session for one user; goes back when it is destroyed, or is closed if it is of no more
    /// use.
    class Lease {
    public:
        Lease(Pool& pool, std::unique_ptr<Session> session, bool is_fresh);
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

        Session& session() { return *session_; }
        /// Opened while this lease was waited for: if it does not work, another one will not
        /// either.
        bool is_fresh() const { return is_fresh_; }
        /// Ends the transaction without effects; a session on which that fails is not used again.
        void roll_back() noexcept;

    private:
        Pool* pool_;
        std::unique_ptr<Session> session_;
        bool is_fresh_;
        bool is_discarded_ = false;
    };

    /// `fresh`: closes what is idle first, since the server was restarted and none of it works.
    /// Throws: service::StoreUnavailable.
    Lease acquire(SteadyTime deadline, bool fresh = false);

private:
    struct Idle {
        std::unique_ptr<Session> session;
        SteadyTime since;
        bool is_new = false;
    };
    void open_sessions();
    void open_one(std::unique_lock<std::mutex>& lock);
    std::vector<Idle> take_expired(SteadyTime now);
    void give_back(std::unique_ptr<Session> session, bool is_usable);

    const Session::Options options_;
    const std::size_t sessions_max_;
    const Milliseconds idle_max_;
    Watchdog& watchdog_;

    std::mutex mutex_;
    std::condition_variable wanted_changed_;
    std::condition_variable available_;
    std::vector<Idle> idle_;  ///< Last used at the back.
    std::size_t open_ = 0;    ///< Leased, idle or being opened.
    std::size_t wanted_ = 0;  ///< Sessions that the thread is asked to open.
    std::size_t waiting_ = 0;
    std::uint64_t failures_ = 0;
    std::string last_failure_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace turnpike::store
