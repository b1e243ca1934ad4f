#include "data-plane/cache/memory_cache.hpp"

#include <doctest/doctest.h>

#include "data-plane/cache/limits.hpp"

using namespace turnpike;
using namespace std::chrono_literals;
using turnpike::cache::MemoryCache;
using turnpike::cache::Response;
using turnpike::cache::ResponseParts;

namespace {

constexpr SteadyTime kStart{1h};

std::shared_ptr<const Response> response(std::size_t body_bytes) {
    const std::string body(body_bytes, 'b');
    ResponseParts parts;
    parts.status = 200;
    parts.body = body;
    return Response::make(parts, "id");
}

MemoryCache::Entry entry(const std::string& key, std::size_t body_bytes = 100) {
    return {key, "id of " + key, response(body_bytes), kStart + 10s, kStart + 20s};
}

}  // namespace

TEST_CASE("an entry is found until its time is over") {
    MemoryCache cache(1'000'000, 7);
    cache.put(entry("a"));
    REQUIRE(cache.find("a", kStart) != nullptr);
    CHECK(cache.find("a", kStart)->response->body().size() == 100);
    CHECK(cache.find("b", kStart) == nullptr);
    // Stale entries are the caller's to judge.
    REQUIRE(cache.find("a", kStart + 15s) != nullptr);
    CHECK(cache.find("a", kStart + 15s)->fresh_until == kStart + 10s);
    CHECK(cache.find("a", kStart + 20s) == nullptr);
    CHECK(cache.bytes() == 0);
}

TEST_CASE("the least recently used go first, and never more than the bound is kept") {
    const std::size_t cost = [] {
        MemoryCache probe(1'000'000, 7);
        probe.put(entry("0"));
        return probe.bytes();
    }();
    MemoryCache cache(10 * cost, 7);
    for (char key = '0'; key <= '9'; ++key) cache.put(entry(std::string(1, key)));
    REQUIRE(cache.size() == 10);
    CHECK(cache.find("0", kStart) != nullptr);
    cache.put(entry("x"));
    CHECK(cache.size() == 10);
    CHECK(cache.bytes() <= 10 * cost);
    CHECK(cache.find("0", kStart) != nullptr);
    CHECK(cache.find("1", kStart) == nullptr);
}

TEST_CASE("one entry does not push out everything") {
    MemoryCache cache(80'000, 7);
    cache.put(entry("small"));
    cache.put(entry("large", 10'000));
    CHECK(cache.find("large", kStart) == nullptr);
    CHECK(cache.find("small", kStart) != nullptr);
}

TEST_CASE("a key has one entry, the last that was put") {
    MemoryCache cache(1'000'000, 7);
    cache.put(entry("a", 100));
    const std::size_t once = cache.bytes();
    cache.put(entry("a", 100));
    CHECK(cache.bytes() == once);
    cache.put(entry("a", 200));
    CHECK(cache.size() == 1);
    CHECK(cache.find("a", kStart)->response->body().size() == 200);
    // One too large for the cache takes the old one away all the same.
    cache.put(entry("a", 900'000));
    CHECK(cache.find("a", kStart) == nullptr);
}

TEST_CASE("entries are dropped by the id that Redis has them under, or all together") {
    MemoryCache cache(1'000'000, 7);
    cache.put(entry("a"));
    cache.put(entry("b"));
    cache.erase_id("id of a");
    cache.erase_id("id of nobody");
    CHECK(cache.find("a", kStart) == nullptr);
    CHECK(cache.find("b", kStart) != nullptr);
    cache.clear();
    CHECK(cache.find("b", kStart) == nullptr);
    CHECK(cache.bytes() == 0);
}
