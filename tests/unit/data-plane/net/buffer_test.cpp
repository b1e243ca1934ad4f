#include "data-plane/net/buffer.hpp"

#include <doctest/doctest.h>

#include <string>

using turnpike::net::Buffer;
using turnpike::net::BufferPool;

TEST_CASE("a buffer holds no memory until it is written to, and none after its release") {
    BufferPool pool;
    Buffer buffer(pool);
    CHECK(buffer.capacity() == 0);
    buffer.append("abc");
    CHECK(buffer.capacity() == BufferPool::kBlockBytesMin);
    buffer.release();
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.empty());
}

TEST_CASE("the block released last is used first") {
    BufferPool pool;
    Buffer first(pool);
    first.append("x");
    const char* block = first.data().data();
    first.release();
    Buffer second(pool);
    second.append("y");
    CHECK(second.data().data() == block);
}

TEST_CASE("space is made by compacting, then by growing, within the bound") {
    BufferPool pool;
    Buffer buffer(pool);
    const std::string text(BufferPool::kBlockBytesMin, 'a');
    buffer.append(text);
    buffer.consume(5000);
    REQUIRE(buffer.make_space(5000, 8192));
    CHECK(buffer.capacity() == 8192);
    CHECK(buffer.data() == text.substr(5000));
    CHECK_FALSE(buffer.make_space(6000, 8192));
    REQUIRE(buffer.make_space(6000, 16384));
    CHECK(buffer.capacity() == 16384);
    CHECK(buffer.data() == text.substr(5000));
}

TEST_CASE("a moved buffer leaves nothing behind") {
    BufferPool pool;
    Buffer from(pool);
    from.append("abc");
    Buffer to(pool);
    to.append("old");
    to = std::move(from);
    CHECK(to.data() == "abc");
    CHECK(from.capacity() == 0);  // NOLINT(bugprone-use-after-move): that is the fact
}
