#include "control-plane/store/pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "control-plane/service/store.hpp"

namespace turnpike::store {
namespace {

/// Counts the users that wait, however they leave.
class Waiting {
public:
    explicit Waiting(std::size_t& count) : count_(count) { ++count_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { --count_; }

private:
    std::size_t& count_;
};

}  // namespace

Pool::Lease::Lease(Pool& pool, std::unique_ptr<Session> session, bool is_fresh)
    : pool_(&pool), session_(std::move(session)), is_fresh_(is_fresh) {}

Pool::Lease::~Lease() {
    if (!session_) return;
    const bool is_usable = session_->is_usable() && !is_discarded_;
    pool_->give_back(std::move(session_), is_usable);
}

void Pool::Lease::roll_back() noexcept {
    try {
        session_->script("ROLLBACK");
    } catch (const std::exception&) {
        is_discarded_ = true;
    }
}

Pool::Pool(Session::Options session, std::size_t sessions_max, Milliseconds idle_max,
           Watchdog& watchdog)
    : options_(std::move(session)),
      sessions_max_(std::max<std::size_t>(sessions_max, 1)),
      idle_max_(idle_max),
      watchdog_(watchdog) {
    thread_ = std::thread([this] { open_sessions(); });
}

Pool::~Pool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wanted_changed_.notify_all();
    thread_.join();
}

Pool::Lease Pool::acquire(SteadyTime deadline, bool fresh) {
    std::vector<Idle> closing;  // outlives the lock: closing a connection may take a while
    const SteadyTime start = steady_now();
    std::unique_lock lock(mutex_);
    if (fresh) {
        open_ -= idle_.size();
        closing.swap(idle_);
    }
    const std::uint64_t failures_before = failures_;
    const Waiting waiting(waiting_);
    while (true) {
        if (!idle_.empty()) {
            Idle taken = std::move(idle_.back());
            idle_.pop_back();
            // One that was opened for somebody who gave up may have gone stale as well.
            return Lease(*this, std::move(taken.session), taken.is_new && taken.since >= start);
        }
        if (failures_ != failures_before) {
            throw service::StoreUnavailable(last_failure_);
        }
        if (wanted_ < waiting_ && open_ < sessions_max_) {
            ++open_;
            ++wanted_;
            wanted_changed_.notify_one();
        }
        if (available_.wait_until(lock, deadline) == std::cv_status::timeout && idle_.empty()) {
            throw service::StoreUnavailable("no connection in time");
        }
    }
}

void Pool::give_back(std::unique_ptr<Session> session, bool is_usable) {
    {
        const std::lock_guard lock(mutex_);
        if (is_usable) {
            idle_.push_back({std::move(session), steady_now()});
        } else {
            --open_;
        }
    }
    // All: whoever is woken may find the session taken, and must then ask for another.
    available_.notify_all();
}

std::vector<Pool::Idle> Pool::take_expired(SteadyTime now) {
    std::vector<Idle> expired;
    const auto is_fresh = [&](const Idle& idle) { return now - idle.since < idle_max_; };
    const auto first_kept = std::find_if(idle_.begin(), idle_.end(), is_fresh);
    expired.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(first_kept));
    idle_.erase(idle_.begin(), first_kept);
    open_ -= expired.size();
    return expired;
}

void Pool::open_sessions() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (wanted_ > 0) {
            open_one(lock);
            continue;
        }
        std::vector<Idle> expired = take_expired(steady_now());
        if (!expired.empty()) {
            lock.unlock();
            expired.clear();
            lock.lock();
            continue;
        }
        wanted_changed_.wait_for(lock, idle_max_);
    }
}

void Pool::open_one(std::unique_lock<std::mutex>& lock) {
    std::unique_ptr<Session> session;
    std::string failure;
    lock.unlock();
    try {
        session = std::make_unique<Session>(options_, watchdog_);
    } catch (const std::exception& reason) {
        failure = reason.what();
    }
    lock.lock();
    --wanted_;
    if (session) {
        idle_.push_back({std::move(session), steady_now(), true});
    } else {
        // Everybody who waits is told; each later caller costs one more attempt.
        open_ -= wanted_ + 1;
        wanted_ = 0;
        ++failures_;
        last_failure_ = std::move(failure);
    }
    available_.notify_all();
}

}  // namespace turnpike::store
