#pragma once

#include <utility>
#include <variant>

#include "data-plane/worker/task.hpp"

namespace turnpike::worker {

/// The result of an operation that usually ends at once: then it holds the value and no coroutine
/// was made; else it holds the Task that ends it. co_await it once, or ask is_ready() first.
template <typename T>
class [[nodiscard]] MaybeTask {
public:
    MaybeTask(T value)
        : held_(std::in_place_index<0>, std::move(value)) {
    }  // NOLINT(google-explicit-constructor): reads as return value
    MaybeTask(Task<T> task)
        : held_(std::in_place_index<1>, std::move(task)) {
    }  // NOLINT(google-explicit-constructor): reads as return task

    bool is_ready() const { return held_.index() == 0; }

    bool await_ready() const noexcept { return is_ready(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        return std::get_if<1>(&held_)->await_suspend(awaiter);
    }
    T await_resume() {
        if (is_ready()) return std::move(*std::get_if<0>(&held_));
        return std::get_if<1>(&held_)->await_resume();
    }

private:
    std::variant<T, Task<T>> held_;
};

}  // namespace turnpike::worker
