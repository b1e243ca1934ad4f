#include "data-plane/transform/recycled_blocks.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace turnpike::transform {
namespace {

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("the block that was given back last is given out first") {
    auto& blocks = recycled_blocks();
    void* const first = blocks.allocate(kRecycledBytes);
    void* const second = blocks.allocate(kRecycledBytes);
    blocks.deallocate(first, kRecycledBytes);
    blocks.deallocate(second, kRecycledBytes);
    CHECK(blocks.allocate(kRecycledBytes) == second);
    CHECK(blocks.allocate(kRecycledBytes) == first);
    blocks.deallocate(first, kRecycledBytes);
    blocks.deallocate(second, kRecycledBytes);
}
#endif

TEST_CASE("many blocks, of any size and of any thread, are whole and apart") {
    auto& blocks = recycled_blocks();
    for (int round = 0; round < 3; ++round) {
        std::vector<void*> taken;
        for (int i = 0; i < 200; ++i) {
            taken.push_back(blocks.allocate(kRecycledBytes));
            std::memset(taken.back(), i, kRecycledBytes);
        }
        CHECK(std::set<void*>(taken.begin(), taken.end()).size() == taken.size());
        void* const large = blocks.allocate(3 * kRecycledBytes);
        std::memset(large, 7, 3 * kRecycledBytes);
        blocks.deallocate(large, 3 * kRecycledBytes);
        std::thread([&] {
            for (std::size_t i = 0; i < 100; ++i) blocks.deallocate(taken[i], kRecycledBytes);
        }).join();
        for (std::size_t i = 100; i < 200; ++i) blocks.deallocate(taken[i], kRecycledBytes);
    }
}

}  // namespace
}  // namespace turnpike::transform
