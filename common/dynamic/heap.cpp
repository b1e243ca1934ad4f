#include "common/dynamic/heap.hpp"

#include <cstring>

namespace turnpike::dynamic {

Heap::Heap(std::size_t bytes_max, std::pmr::memory_resource* upstream)
    : limited_(bytes_max, FirstBlock{}, upstream) {}

Heap::Heap(FirstBlock first) : limited_(kBytesMax, first, std::pmr::get_default_resource()) {}

char* Heap::allocate_text(std::size_t bytes) {
    return static_cast<char*>(limited_.allocate(bytes == 0 ? 1 : bytes, 1));
}

std::string_view Heap::copy(std::string_view text) {
    if (text.empty()) return {};
    char* bytes = allocate_text(text.size());
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
}

void* Heap::Limited::do_allocate(std::size_t bytes, std::size_t alignment) {
    if (bytes > bytes_left_) throw std::bad_alloc();
    bytes_left_ -= bytes;
    return blocks_.allocate(bytes, alignment);
}

}  // namespace turnpike::dynamic
