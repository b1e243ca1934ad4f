#pragma once

#include <cstddef>

#include "data-plane/worker/task.hpp"

namespace turnpike::worker {

/// Owns root coroutines: each runs until it is done and then frees itself; what is still under way
/// when the set dies is destroyed where it waits. Thread: one reactor's.
/// Invariant: a coroutine of the set is never destroyed while it runs.
class TaskSet {
public:
    TaskSet() = default;
    ~TaskSet() { clear(); }
    TaskSet(const TaskSet&) = delete;
    TaskSet& operator=(const TaskSet&) = delete;

    /// Runs `task` until its first suspension before it returns.
    void spawn(Task<> task);
    /// Destroys every coroutine where it waits. Requires: not called by one of them.
    void clear();
    std::size_t size() const { return size_; }

private:
    struct Root;
    Root run(Task<> task);

    struct Link {
        Link* next = this;
        Link* previous = this;
    };
    Link roots_;
    std::size_t size_ = 0;
};

}  // namespace turnpike::worker
