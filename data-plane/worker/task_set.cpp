#include "data-plane/worker/task_set.hpp"

namespace turnpike::worker {

/// The coroutine that awaits a spawned task. Its promise is the link in the set; it frees itself
/// when it ends.
struct TaskSet::Root {
    struct promise_type : Link {
        promise_type(TaskSet& owner, Task<>&) : set(owner) {
            next = &set.roots_;
            previous = set.roots_.previous;
            previous->next = this;
            set.roots_.previous = this;
            ++set.size_;
        }
        ~promise_type() {
            previous->next = next;
            next->previous = previous;
            --set.size_;
        }
        promise_type(const promise_type&) = delete;
        promise_type& operator=(const promise_type&) = delete;

        static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
        static void operator delete(void* frame, std::size_t bytes) { release_frame(frame, bytes); }

        Root get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }

        TaskSet& set;
    };
};

void TaskSet::clear() {
    while (roots_.next != &roots_) {
        auto& promise = static_cast<Root::promise_type&>(*roots_.next);
        std::coroutine_handle<Root::promise_type>::from_promise(promise).destroy();
    }
}

TaskSet::Root TaskSet::run(Task<> task) { co_await task; }

void TaskSet::spawn(Task<> task) { run(std::move(task)); }

}  // namespace turnpike::worker
