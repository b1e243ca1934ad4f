#pragma once

#include <cstdint>

#include "common/base/clock.hpp"
#include "tests/simulation/world.hpp"

/// What the code under test gets instead of a machine. A binary of the simulator that links
/// virtual_machine.cpp, virtual_reactor.cpp and virtual_redis.cpp has these definitions of
/// steady_now(), wall_now(), secure_random_bytes(), random_id(), worker::Reactor, worker::Timer and
/// redis::Client; everything above them is the product's own code.
namespace turnpike::test {

/// When worlds begin unless told otherwise, by Redis's clock: noon of a Wednesday.
inline constexpr std::int64_t kEpochUs = 1'768'392'000'000'000;

/// Makes a world the one of this process until it goes. One at a time.
class VirtualMachine {
public:
    explicit VirtualMachine(World& world, std::int64_t epoch_us = kEpochUs);
    ~VirtualMachine();
    VirtualMachine(const VirtualMachine&) = delete;
    VirtualMachine& operator=(const VirtualMachine&) = delete;

    /// Requires: there is one.
    static World& world();
};

/// Redis's clock, microseconds since 1970.
std::int64_t redis_clock_us();

/// By how much the clock of the machine is ahead of Redis's on which code runs until this goes.
class ClockAhead {
public:
    explicit ClockAhead(std::int64_t ahead_us);
    ~ClockAhead();
    ClockAhead(const ClockAhead&) = delete;
    ClockAhead& operator=(const ClockAhead&) = delete;
    static std::int64_t now_us();

private:
    std::int64_t before_;
};

}  // namespace turnpike::test
