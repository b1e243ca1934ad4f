#include "data-plane/worker/key_cache.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::worker;

namespace {

const SteadyTime kStart{};

KeyRecord record(const std::string& id) {
    return std::make_shared<const model::ApiKey>(model::ApiKey{id, "", "", true, {}});
}

}  // namespace

TEST_CASE("a value is found until it expires") {
    KeyCache cache(10, 7);
    cache.put({"value", "hmac", record("k"), kStart + Seconds(1)});
    REQUIRE(cache.find("value", kStart) != nullptr);
    CHECK(cache.find("value", kStart)->record->id == "k");
    CHECK(cache.find("valu", kStart) == nullptr);
    CHECK(cache.find("value", kStart + Seconds(1)) == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("the longest unused value is forgotten first") {
    KeyCache cache(2, 7);
    cache.put({"a", "ha", record("a")});
    cache.put({"b", "hb", record("b")});
    cache.find("a", kStart);
    cache.put({"c", "hc", record("c")});
    CHECK(cache.find("a", kStart) != nullptr);
    CHECK(cache.find("b", kStart) == nullptr);
    CHECK(cache.size() == 2);
}

TEST_CASE("a value is forgotten and replaced by its HMAC") {
    KeyCache cache(10, 7);
    cache.put({"a", "ha", record("a")});
    cache.replace("ha", record("new"));
    CHECK(cache.find("a", kStart)->record->id == "new");
    cache.put({"a", "ha", record("newer")});
    CHECK(cache.size() == 1);
    cache.erase_lookup("ha");
    cache.erase_lookup("ha");
    cache.replace("ha", record("none"));
    CHECK(cache.find("a", kStart) == nullptr);
}

TEST_CASE("a cleared cache can be filled again") {
    KeyCache cache(100, 7);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 300; ++i) {
            cache.put({"v" + std::to_string(i), "h" + std::to_string(i), record("k")});
        }
        CHECK(cache.size() == 100);
        cache.clear();
        CHECK(cache.find("v299", kStart) == nullptr);
    }
}
