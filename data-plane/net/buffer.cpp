#include "data-plane/net/buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include "common/base/assert.hpp"

namespace turnpike::net {
namespace {

std::size_t class_of(std::size_t block_bytes) {
    return static_cast<std::size_t>(std::countr_zero(block_bytes / BufferPool::kBlockBytesMin));
}

}  // namespace

BufferPool::~BufferPool() {
    for (auto& blocks : free_) {
        for (char* block : blocks) ::operator delete(block);
    }
}

std::span<char> BufferPool::take(std::size_t bytes_wanted) {
    const std::size_t bytes = std::bit_ceil(std::max(bytes_wanted, kBlockBytesMin));
    const std::size_t size_class = class_of(bytes);
    if (size_class < kClasses && !free_[size_class].empty()) {
        char* const block = free_[size_class].back();
        free_[size_class].pop_back();
        return {block, bytes};
    }
    return {static_cast<char*>(::operator new(bytes)), bytes};
}

void BufferPool::give_back(std::span<char> block) {
    const std::size_t size_class = class_of(block.size());
    if (size_class < kClasses && free_[size_class].size() < kFreeMax[size_class]) {
        free_[size_class].push_back(block.data());
        return;
    }
    ::operator delete(block.data());
}

Buffer::Buffer(Buffer&& other) noexcept
    : pool_(other.pool_),
      block_(std::exchange(other.block_, {})),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    pool_ = other.pool_;
    block_ = std::exchange(other.block_, {});
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    return *this;
}

void Buffer::consume(std::size_t bytes) {
    TURNPIKE_ASSERT(bytes <= size());
    begin_ += bytes;
}

void Buffer::commit(std::size_t bytes) {
    TURNPIKE_ASSERT(bytes <= block_.size() - end_);
    end_ += bytes;
}

bool Buffer::make_space(std::size_t bytes, std::size_t capacity_max) {
    if (block_.size() - end_ >= bytes) return true;
    const std::size_t needed = size() + bytes;
    if (needed > capacity_max) return false;
    if (needed <= block_.size()) {
        if (!empty()) std::memmove(block_.data(), block_.data() + begin_, size());
        end_ = size();
        begin_ = 0;
        return true;
    }
    move_to(needed);
    return true;
}

void Buffer::move_to(std::size_t bytes_wanted) {
    const std::span<char> larger = pool_->take(bytes_wanted);
    const std::size_t held = size();
    if (held > 0) std::memcpy(larger.data(), block_.data() + begin_, held);
    release();
    block_ = larger;
    end_ = held;
}

void Buffer::append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(append_uninitialized(bytes.size()), bytes.data(), bytes.size());
}

char* Buffer::append_uninitialized(std::size_t bytes) {
    make_space(bytes, SIZE_MAX);
    char* const start = block_.data() + end_;
    end_ += bytes;
    return start;
}

void Buffer::release() {
    if (block_.data() != nullptr) pool_->give_back(block_);
    block_ = {};
    begin_ = end_ = 0;
}

}  // namespace turnpike::net
