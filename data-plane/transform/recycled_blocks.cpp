#include "data-plane/transform/recycled_blocks.hpp"

#include <array>
#include <new>

namespace turnpike::transform {
namespace {

#if defined(__SANITIZE_ADDRESS__)
// Recycling would hide uses of what is gone from the sanitizer.
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

/// Those of a thread.
class Spare {
public:
    Spare() = default;
    Spare(const Spare&) = delete;
    Spare& operator=(const Spare&) = delete;
    ~Spare() {
        while (void* const block = take()) ::operator delete(block);
        size_ = blocks_.size();  // what comes later is not kept
    }

    void* take() { return size_ == 0 ? nullptr : blocks_[--size_]; }
    bool keep(void* block) {
        if (size_ == blocks_.size()) return false;
        blocks_[size_++] = block;
        return true;
    }

private:
    std::array<void*, 64> blocks_{};
    std::size_t size_ = 0;
};

thread_local Spare spare;

class RecycledBlocks final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t) override {
        void* const block = kRecycle && bytes == kRecycledBytes ? spare.take() : nullptr;
        return block == nullptr ? ::operator new(bytes) : block;
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t) override {
        if (!kRecycle || bytes != kRecycledBytes || !spare.keep(block)) ::operator delete(block);
    }
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        return this == &other;
    }
};

}  // namespace

std::pmr::memory_resource& recycled_blocks() {
    static RecycledBlocks blocks;
    return blocks;
}

}  // namespace turnpike::transform
