#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace turnpike::net {

/// Memory for buffers of one reactor: blocks of a few sizes, the last one used first, so that a
/// busy worker stays within its processor's cache. Keeps a bounded number of free ones. Thread: its
/// reactor. Outlives its buffers.
class BufferPool {
public:
    static constexpr std::size_t kBlockBytesMin = 8192;

    BufferPool() = default;
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    /// Returns: a block of at least `bytes_wanted`; sizes are powers of two.
    std::span<char> take(std::size_t bytes_wanted);
    void give_back(std::span<char> block);

private:
    static constexpr std::size_t kClasses = 4;  // 8, 16, 32 and 64 KiB; larger ones are not kept
    static constexpr std::array<std::size_t, kClasses> kFreeMax{256, 64, 16, 8};
    std::array<std::vector<char*>, kClasses> free_;
};

/// Contiguous bytes: written at the end, consumed from the start. Holds no memory until something
/// is to be written, and none after release(). Growing, compacting and releasing move or free the
/// bytes: views into data() end there.
class Buffer {
public:
    explicit Buffer(BufferPool& pool) : pool_(&pool) {}
    ~Buffer() { release(); }
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;

    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    std::size_t capacity() const { return block_.size(); }
    std::string_view data() const { return {block_.data() + begin_, size()}; }
    char* mutable_data() { return block_.data() + begin_; }
    /// What was consumed stays where it is until something moves or overwrites it.
    void consume(std::size_t bytes);

    /// What can be written without moving anything; commit() says how much was.
    std::span<char> space() { return block_.subspan(end_); }
    void commit(std::size_t bytes);

    /// Makes space() at least `bytes`, by compacting first and then by growing.
    /// Returns: false, with nothing changed, if that took more than `capacity_max` in all.
    bool make_space(std::size_t bytes, std::size_t capacity_max);
    /// Without a bound of its own: for what the caller has bounded.
    void append(std::string_view bytes);
    /// Space for exactly `bytes` at the end, already counted as data.
    char* append_uninitialized(std::size_t bytes);
    /// Drops everything after the first `bytes` of data().
    void truncate(std::size_t bytes) { end_ = begin_ + bytes; }

    void clear() { begin_ = end_ = 0; }
    /// Makes what is behind data() space, down to `bytes` from the start of the block: lets a body
    /// be read again and again behind a head that stays. Requires: empty().
    void rewind_to(std::size_t bytes) { begin_ = end_ = bytes; }
    /// Where data() begins in the block.
    std::size_t offset() const { return begin_; }
    void release();

private:
    void move_to(std::size_t bytes_wanted);

    BufferPool* pool_;
    std::span<char> block_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace turnpike::net
