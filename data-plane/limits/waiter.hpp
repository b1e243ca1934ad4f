#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "data-plane/limits/admission.hpp"
#include "data-plane/worker/signal.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::limits {

class Waiter;
class Source;

/// One thing that a request wants: a token of a bucket, or a unit of its quota.
struct Want {
    enum class State : std::uint8_t {
        Undecided,
        Reserved,  ///< Of the stock, set aside.
        Waiting,   ///< In the line of its source.
        Granted,   ///< By Redis, for this request.
        ByPolicy,  ///< Redis cannot tell, and the policy lets it through.
        Refused,
    };
    Waiter* waiter = nullptr;
    Source* source = nullptr;
    Level level = Level::None;
    State state = State::Undecided;
    SteadyTime since{};      ///< When it began to wait.
    std::int64_t place = 0;  ///< In the question under way, from 1.
};

/// Whom what is granted is for: the first places of the question, since what ran over in a bucket
/// is for who was there then; or the first who still wait, since a unit of a quota is as good for
/// the next.
enum class Grants : std::uint8_t { ByPlace, InOrder };

/// Those who wait for one source, in order. The first `asked` are in the question under way.
/// Thread: its reactor's.
class Line {
public:
    void join(Want& want, SteadyTime now);
    /// One who waits no longer.
    void leave(Want& want);

    std::size_t size() const { return wants_.size(); }
    bool empty() const { return wants_.empty(); }
    bool is_asking() const { return is_asking_; }
    bool is_away() const { return is_away_; }

    /// All who wait now are in the question. Returns: how many.
    std::int64_t ask();
    /// How long they have been waiting.
    Ages ages(SteadyTime now) const;
    /// The question was answered with `granted`. Returns: how many of them nobody is there for.
    std::int64_t answered(std::int64_t granted, Grants grants);
    /// Everybody who waits gets what `decide` says.
    template <typename Decide>
    void settle(Decide decide) {
        while (!wants_.empty()) settle_first(decide(*wants_.front()));
    }
    /// Redis is not there, or cannot tell: until a question is answered, the policy decides.
    void lost(SteadyTime retry);
    /// The same while the answer may still come.
    void await_no_longer(SteadyTime retry);
    bool is_at_rest() const { return wants_.empty() && !is_asking_; }
    bool may_probe(SteadyTime now) const { return !is_asking_ && now >= probe_at_; }
    /// Requires: not empty.
    void settle_first(Want::State state);

private:
    std::deque<Want*> wants_;
    std::size_t asked_ = 0;
    bool is_asking_ = false;
    bool is_away_ = false;
    SteadyTime probe_at_{};
};

/// What requests take from: one bucket, or one quota. Thread: its reactor's.
class Source {
public:
    /// `its_slot`: of its key in Redis.
    explicit Source(std::uint16_t its_slot) : slot(its_slot) {}
    virtual ~Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// The request is admitted: what it got is used.
    virtual void commit(const Want& want) = 0;
    /// The request is not admitted: what it got is there for others.
    virtual void release(const Want& want) = 0;
    /// What the policy says while Redis cannot tell. `lessees`: who share the limit.
    virtual Want::State decide_alone(std::int64_t lessees, SteadyTime now) = 0;

    Line line;
    const std::uint16_t slot;
};

/// A request that waits for answers. Lives in its coroutine; when that goes, it leaves its lines.
/// Thread: its reactor's.
class Waiter {
public:
    static constexpr std::size_t kWantsMax = 4;

    explicit Waiter(worker::Reactor& reactor) : signal_(reactor) {}
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    Want& add(Level level, Source& source);
    Want* begin() { return wants_.data(); }
    Want* end() { return wants_.data() + count_; }

    /// Until nothing is awaited, or `deadline`.
    worker::Task<> wait_until(SteadyTime deadline);
    /// The first that was refused; null: none.
    const Want* refused() const;
    bool has(Want::State state) const;
    /// The request is admitted: everything it got is used. Or not: it goes back, as it does when
    /// this goes.
    void commit();
    void release();

    void one_is_awaited() {
        ++awaited_;
        signal_.reset();
    }
    void one_is_decided();
    bool is_decided() const { return awaited_ == 0; }

private:
    std::array<Want, kWantsMax> wants_{};
    std::size_t count_ = 0;
    std::size_t awaited_ = 0;
    worker::Signal signal_;
};

}  // namespace turnpike::limits
