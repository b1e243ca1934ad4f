#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <string>
#include <string_view>

namespace turnpike::pipeline {

/// Memory for texts that live as long as one request: the first bytes lie in the object itself, so
/// that a usual request costs no heap call. Bounded by what it is asked for, which callers derive
/// from bounded inputs (heads, mappings). Thread: its reactor's.
class Arena {
public:
    Arena() : resource_(inline_.data(), inline_.size()) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Uninitialised. Lifetime: the arena's.
    char* allocate(std::size_t bytes) {
        return static_cast<char*>(resource_.allocate(bytes == 0 ? 1 : bytes, 1));
    }
    std::string_view copy(std::string_view text) {
        char* bytes = allocate(text.size());
        if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
        return {bytes, text.size()};
    }
    /// For texts whose size is not known before: std::pmr::string and the like.
    std::pmr::memory_resource* resource() { return &resource_; }

private:
    static constexpr std::size_t kInlineBytes = 1024;
    std::array<char, kInlineBytes> inline_;
    std::pmr::monotonic_buffer_resource resource_;
};

/// A text that grows in an arena. view() lasts as long as the arena if the text is not changed
/// after, even when this object is gone: the arena frees nothing before its own end.
class ArenaText {
public:
    explicit ArenaText(Arena& arena) : arena_(arena) {}
    void append(const char* bytes, std::size_t size) {
        if (size == 0) return;  // a null view is empty, too
        if (size > capacity_ - size_) grow(size);
        std::memcpy(begin_ + size_, bytes, size);
        size_ += size;
    }
    ArenaText& operator+=(std::string_view text) {
        append(text.data(), text.size());
        return *this;
    }
    ArenaText& operator+=(char c) {
        append(&c, 1);
        return *this;
    }
    void reserve(std::size_t bytes) {
        if (bytes > capacity_) grow(bytes - size_);
    }
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    std::string_view view() const { return {begin_, size_}; }

private:
    void grow(std::size_t more) {
        const std::size_t wanted = size_ + more;
        const std::size_t capacity = wanted > 2 * capacity_ ? wanted + 32 : 2 * capacity_;
        char* bytes = arena_.allocate(capacity);
        if (size_ > 0) std::memcpy(bytes, begin_, size_);
        begin_ = bytes;
        capacity_ = capacity;
    }

    Arena& arena_;
    char* begin_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace turnpike::pipeline
