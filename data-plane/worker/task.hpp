#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "common/base/assert.hpp"

namespace turnpike::worker {

/// Memory for coroutine frames, recycled per thread by size class: starting a coroutine on the hot
/// path costs no heap call once the sizes have been seen. Thread: a frame is freed on the thread
/// that made it (a coroutine never moves).
void* allocate_frame(std::size_t bytes);
void release_frame(void* frame, std::size_t bytes) noexcept;

namespace detail {

struct PromiseBase {
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) { release_frame(frame, bytes); }

    struct FinalAwaiter {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            return self.promise().continuation;
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    // Data-plane code does not throw; what escapes anyway (std::bad_alloc) ends the process.
    void unhandled_exception() const noexcept { std::terminate(); }

    std::coroutine_handle<> continuation = std::noop_coroutine();
};

}  // namespace detail

/// A lazily started coroutine that its awaiter resumes by symmetric transfer. Owns its frame: a
/// Task that is dropped destroys the coroutine with everything below it. Thread: its reactor's.
template <typename T = void>
class [[nodiscard]] Task {
public:
    struct promise_type : detail::PromiseBase {
        Task get_return_object() {
            return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        template <typename U>
        void return_value(U&& value) {
            result.emplace(std::forward<U>(value));
        }
        std::optional<T> result;
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        frame_.promise().continuation = awaiter;
        return frame_;
    }
    T await_resume() { return std::move(*frame_.promise().result); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

template <>
class [[nodiscard]] Task<void> {
public:
    struct promise_type : detail::PromiseBase {
        Task get_return_object() {
            return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        void return_void() const noexcept {}
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        frame_.promise().continuation = awaiter;
        return frame_;
    }
    void await_resume() const noexcept {}

    /// Runs a root coroutine until its first suspension; the owner keeps the Task alive.
    void start() {
        TURNPIKE_ASSERT(frame_ && !frame_.done());
        frame_.resume();
    }
    bool done() const { return !frame_ || frame_.done(); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

}  // namespace turnpike::worker
