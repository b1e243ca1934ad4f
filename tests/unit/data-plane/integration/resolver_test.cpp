#include "data-plane/integration/resolver.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace turnpike;
using namespace turnpike::integration;

namespace {

Result<Resolved> resolve(Resolver& resolver, std::string host) {
    std::promise<Result<Resolved>> answer;
    resolver.resolve(std::move(host),
                     [&](Result<Resolved> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
}

}  // namespace

TEST_CASE("the hosts file is read") {
    Resolver resolver;
    const auto resolved = resolve(resolver, "localhost");
    REQUIRE(resolved);
    CHECK_FALSE(resolved->addresses.empty());
    CHECK(resolved->addresses.front().port() == 0);
}

TEST_CASE("names that cannot exist are errors") {
    Resolver resolver;
    CHECK_FALSE(resolve(resolver, std::string(300, 'x')));
    CHECK_FALSE(resolve(resolver, "two..dots"));
}

TEST_CASE("a resolver ends with questions open") {
    Resolver resolver;
    resolver.resolve("slow.invalid", [](const Result<Resolved>&) {});
}
