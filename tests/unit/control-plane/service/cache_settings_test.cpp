#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

struct World : InstallationUnderTest {
    World() {
        deploy("dev");
        told();
    }
    Value named(std::string_view stage) const {
        return Object{{"restApiId", api}, {"stageName", stage}};
    }
    Value settings(std::string_view stage) { return call.ok("GetCacheSettings", named(stage)); }
    Value putting(std::int64_t revalidating, std::int64_t failing) const {
        Value input = named("dev");
        input["staleWhileRevalidateInSeconds"] = revalidating;
        input["staleIfErrorInSeconds"] = failing;
        return input;
    }
    static Value of(std::int64_t revalidating, std::int64_t failing) {
        return Object{{"staleWhileRevalidateInSeconds", revalidating},
                      {"staleIfErrorInSeconds", failing}};
    }
};

}  // namespace

TEST_CASE("what is set are two times, and what is not given is 0") {
    World world;
    CHECK(world.settings("dev") == World::of(0, 0));
    CHECK(world.call.ok("PutCacheSettings", world.putting(30, 86'400)) == World::of(30, 86'400));
    CHECK(world.settings("dev") == World::of(30, 86'400));
    CHECK(world.call.ok("PutCacheSettings", world.named("dev")) == World::of(0, 0));
}

TEST_CASE("times out of range are refused and change nothing") {
    World world;
    world.call.ok("PutCacheSettings", world.putting(1, 2));
    CHECK(world.call.refused("PutCacheSettings", world.putting(-1, 0)) ==
          "400 staleWhileRevalidateInSeconds must be between 0 and 86400");
    CHECK(world.call.refused("PutCacheSettings", world.putting(0, 86'401)) ==
          "400 staleIfErrorInSeconds must be between 0 and 86400");
    CHECK(world.settings("dev") == World::of(1, 2));
}
