#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace turnpike::dynamic {

/// The memory of the values of one evaluation: everything lives until the heap goes, nothing is
/// freed before. Bounded: an allocation beyond the limit throws std::bad_alloc, which the entry
/// points of this folder and of the engines above it turn into an Error. Thread: one.
class Heap {
public:
    static constexpr std::size_t kBytesMax = 64U << 20U;

    /// What is taken from `upstream` at once, when something is first asked for. For what lives
    /// long and holds little, the smaller the better.
    struct FirstBlock {
        std::size_t bytes = 4096;
    };

    /// `upstream` gives the blocks; it outlives the heap.
    explicit Heap(std::size_t bytes_max = kBytesMax,
                  std::pmr::memory_resource* upstream = std::pmr::get_default_resource());
    explicit Heap(FirstBlock first,
                  std::pmr::memory_resource* upstream = std::pmr::get_default_resource());
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    std::pmr::memory_resource* resource() { return &limited_; }
    /// Uninitialised.
    char* allocate_text(std::size_t bytes);
    std::string_view copy(std::string_view text);
    /// Its destructor never runs, so it must not own anything outside the heap.
    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments) {
        void* place = limited_.take(sizeof(T), alignof(T));
        return new (place) T(std::forward<Arguments>(arguments)...);
    }

private:
    /// Counts what is asked for, so that the limit holds however large the blocks are.
    class Limited final : public std::pmr::memory_resource {
    public:
        Limited(std::size_t bytes_max, FirstBlock first, std::pmr::memory_resource* upstream)
            : bytes_left_(bytes_max), block_bytes_(first.bytes), upstream_(upstream) {}
        ~Limited() override;
        Limited(const Limited&) = delete;
        Limited& operator=(const Limited&) = delete;

        void* take(std::size_t bytes, std::size_t alignment) {
            if (bytes > bytes_left_) throw std::bad_alloc();
            const std::size_t gap = -reinterpret_cast<std::uintptr_t>(free_) & (alignment - 1);
            if (gap + bytes > space_) return take_from_new_block(bytes, alignment);
            char* const taken = free_ + gap;
            bytes_left_ -= bytes;
            free_ = taken + bytes;
            space_ -= gap + bytes;
            return taken;
        }

    private:
        struct Block {
            Block* before;
            std::size_t bytes;
        };
        void* take_from_new_block(std::size_t bytes, std::size_t alignment);
        void* do_allocate(std::size_t bytes, std::size_t alignment) override {
            return take(bytes, alignment);
        }
        void do_deallocate(void*, std::size_t, std::size_t) override {}
        bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
            return this == &other;
        }

        std::size_t bytes_left_;
        char* free_ = nullptr;
        std::size_t space_ = 0;  ///< From free_ on.
        Block* last_ = nullptr;
        std::size_t block_bytes_;  ///< Of the next block.
        std::pmr::memory_resource* upstream_;
    };
    Limited limited_;
};

}  // namespace turnpike::dynamic
