#include "common/dynamic/heap.hpp"

#include <algorithm>
#include <cstring>

namespace turnpike::dynamic {

Heap::Heap(std::size_t bytes_max, std::pmr::memory_resource* upstream)
    : limited_(bytes_max, FirstBlock{}, upstream) {}

Heap::Heap(FirstBlock first, std::pmr::memory_resource* upstream)
    : limited_(kBytesMax, first, upstream) {}

char* Heap::allocate_text(std::size_t bytes) {
    return static_cast<char*>(limited_.take(bytes == 0 ? 1 : bytes, 1));
}

std::string_view Heap::copy(std::string_view text) {
    if (text.empty()) return {};
    char* bytes = allocate_text(text.size());
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
}

Heap::Limited::~Limited() {
    while (last_ != nullptr) {
        Block* const block = last_;
        last_ = block->before;
        upstream_->deallocate(block, block->bytes);
    }
}

void* Heap::Limited::take_from_new_block(std::size_t bytes, std::size_t alignment) {
    const std::size_t size = std::max(block_bytes_, sizeof(Block) + alignment + bytes);
    last_ = new (upstream_->allocate(size)) Block{last_, size};
    free_ = reinterpret_cast<char*>(last_ + 1);
    space_ = size - sizeof(Block);
    block_bytes_ = size + size / 2;
    return take(bytes, alignment);
}

}  // namespace turnpike::dynamic
