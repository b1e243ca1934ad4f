#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.hpp"

namespace turnpike::redis {

/// The event loop that a client runs on: that of its own thread, or of the thread that uses it.
/// Thread: the loop's, except post(). Lifetime: outlives everything that is made with it.
class Loop {
public:
    Loop() = default;
    virtual ~Loop() = default;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Calls back once, at its time or a little later; set again, at the new time only. Destroying
    /// it cancels it; the callback may do that.
    class Timer {
    public:
        Timer() = default;
        virtual ~Timer() = default;
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        virtual void expire_at(SteadyTime when) = 0;
        virtual void cancel() = 0;
        void expire_after(Milliseconds delay) { expire_at(steady_now() + delay); }
    };

    /// Tells, for as long as it is so, that a socket has something to read, or, if that is asked
    /// for, room for something to write. Its end and its failure are both. The callback may destroy
    /// it. Does not own the descriptor, which outlives it.
    class Watch {
    public:
        using Callback = std::function<void(bool readable, bool writable)>;
        Watch() = default;
        virtual ~Watch() = default;
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        virtual void ask_for_room(bool asks) = 0;
    };

    virtual std::unique_ptr<Timer> make_timer(std::function<void()> callback) = 0;
    /// Asks for room.
    virtual std::unique_ptr<Watch> make_watch(int descriptor, Watch::Callback callback) = 0;
    /// Runs `work` once what is going on in this turn of the loop is over.
    virtual void soon(std::function<void()> work) = 0;
    /// The same. Thread: any.
    virtual void post(std::function<void()> work) = 0;
};

}  // namespace turnpike::redis
