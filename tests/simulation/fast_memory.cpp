#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <new>

/// Memory of simulators: a run takes and gives back some ten thousand small pieces, on one thread.
/// With sanitizers it is as ever, so that they see it.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t kHeader = alignof(std::max_align_t);
constexpr std::size_t kClassesMax = 13;  // up to 4 KiB

/// Pieces of one size that are free.
struct Piece {
    Piece* next;
};
std::array<Piece*, kClassesMax> free_pieces{};

void* take(std::size_t bytes) {
    const auto size_class = static_cast<std::size_t>(std::bit_width((bytes + kHeader - 1) | 31U));
    void* start = nullptr;
    if (size_class < kClassesMax && free_pieces[size_class] != nullptr) {
        Piece* const piece = free_pieces[size_class];
        free_pieces[size_class] = piece->next;
        start = piece;
    } else {
        start =
            std::malloc(size_class < kClassesMax ? std::size_t{1} << size_class : bytes + kHeader);
        if (start == nullptr) throw std::bad_alloc();
    }
    ::new (start) std::size_t(size_class);
    return static_cast<std::byte*>(start) + kHeader;
}

void give_back(void* memory) {
    if (memory == nullptr) return;
    void* const start = static_cast<std::byte*>(memory) - kHeader;
    const std::size_t size_class = *static_cast<std::size_t*>(start);
    if (size_class >= kClassesMax) return std::free(start);
    free_pieces[size_class] = ::new (start) Piece{free_pieces[size_class]};
}

}  // namespace

void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

#endif
