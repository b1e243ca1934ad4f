#include "tests/simulation/virtual_machine.hpp"

#include <string>
#include <utility>

#include "common/base/assert.hpp"

namespace turnpike::test {
namespace {

World* the_world = nullptr;
std::int64_t ahead_us = 0;

}  // namespace

VirtualMachine::VirtualMachine(World& world) {
    TURNPIKE_ASSERT(the_world == nullptr);
    the_world = &world;
}

VirtualMachine::~VirtualMachine() { the_world = nullptr; }

World& VirtualMachine::world() {
    TURNPIKE_ASSERT(the_world != nullptr);
    return *the_world;
}

std::int64_t redis_clock_us() { return kEpochUs + VirtualMachine::world().now_us(); }

ClockAhead::ClockAhead(std::int64_t by_us) : before_(std::exchange(ahead_us, by_us)) {}
ClockAhead::~ClockAhead() { ahead_us = before_; }
std::int64_t ClockAhead::now_us() { return ahead_us; }

// The linker sends every call of the originals here (--wrap).
SteadyTime steady_now_here() __asm__("__wrap__ZN8turnpike10steady_nowEv");
WallTime wall_now_here() __asm__("__wrap__ZN8turnpike8wall_nowEv");
std::string random_bytes_here(std::size_t count) __asm__(
    "__wrap__ZN8turnpike19secure_random_bytesB5cxx11Em");

SteadyTime steady_now_here() { return VirtualMachine::world().now(); }

WallTime wall_now_here() { return WallTime(Microseconds(redis_clock_us() + ahead_us)); }

std::string random_bytes_here(std::size_t count) {
    std::string bytes;
    while (bytes.size() < count) bytes += static_cast<char>(VirtualMachine::world().upto(255));
    return bytes;
}

}  // namespace turnpike::test
