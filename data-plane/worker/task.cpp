#include "data-plane/worker/task.hpp"

#include <array>
#include <cstdint>
#include <new>

namespace turnpike::worker {
namespace {

#if defined(__SANITIZE_ADDRESS__)
// Recycling would hide uses of a finished coroutine from the sanitizer.
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr std::size_t kClassBytes = 64;
constexpr std::size_t kClasses = 64;  // frames up to 4 KiB
constexpr std::uint32_t kFreeFramesMax = 256;

struct FreeFrame {
    FreeFrame* next;
};
struct FreeList {
    FreeFrame* first = nullptr;
    std::uint32_t count = 0;
};

// Two objects: the lists are plain data that can be reached without a check for construction; the
// reaper, which has a destructor, is touched only when a list keeps its first frame.
constinit thread_local std::array<FreeList, kClasses> free_lists{};

struct Reaper {
    bool armed = false;
    ~Reaper() {
        for (FreeList& list : free_lists) {
            while (list.first != nullptr)
                ::operator delete(std::exchange(list.first, list.first->next));
            list.count = kFreeFramesMax;  // frames that are released later go to the heap
        }
    }
};
thread_local Reaper reaper;

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kClassBytes; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (!kRecycle || size_class >= kClasses) return ::operator new(bytes);
    FreeList& list = free_lists[size_class];
    if (list.first == nullptr) return ::operator new((size_class + 1) * kClassBytes);
    --list.count;
    return std::exchange(list.first, list.first->next);
}

void release_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (!kRecycle || size_class >= kClasses || free_lists[size_class].count >= kFreeFramesMax) {
        ::operator delete(frame);
        return;
    }
    FreeList& list = free_lists[size_class];
    if (list.first == nullptr) reaper.armed = true;
    list.first = ::new (frame) FreeFrame{list.first};
    ++list.count;
}

}  // namespace turnpike::worker
