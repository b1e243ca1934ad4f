#include "tests/simulation/virtual_machine.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "common/base/assert.hpp"

namespace turnpike::test {
namespace {

World* the_world = nullptr;
std::int64_t the_epoch_us = kEpochUs;
std::int64_t ahead_us = 0;

}  // namespace

VirtualMachine::VirtualMachine(World& world, std::int64_t epoch_us) {
    TURNPIKE_ASSERT(the_world == nullptr);
    the_world = &world;
    the_epoch_us = epoch_us;
}

VirtualMachine::~VirtualMachine() { the_world = nullptr; }

World& VirtualMachine::world() {
    TURNPIKE_ASSERT(the_world != nullptr);
    return *the_world;
}

std::int64_t redis_clock_us() { return the_epoch_us + VirtualMachine::world().now_us(); }

ClockAhead::ClockAhead(std::int64_t by_us) : before_(std::exchange(ahead_us, by_us)) {}
ClockAhead::~ClockAhead() { ahead_us = before_; }
std::int64_t ClockAhead::now_us() { return ahead_us; }

// The linker sends every call of the originals here (--wrap).
SteadyTime steady_now_here() __asm__("__wrap__ZN8turnpike10steady_nowEv");
WallTime wall_now_here() __asm__("__wrap__ZN8turnpike8wall_nowEv");
std::string random_bytes_here(std::size_t count) __asm__(
    "__wrap__ZN8turnpike19secure_random_bytesB5cxx11Em");
std::string random_id_here(std::size_t length) __asm__("__wrap__ZN8turnpike9random_idB5cxx11Em");

SteadyTime steady_now_here() { return VirtualMachine::world().now(); }

WallTime wall_now_here() { return WallTime(Microseconds(redis_clock_us() + ahead_us)); }

std::string random_id_here(std::size_t length) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
    std::string id;
    while (id.size() < length) {
        auto draw = static_cast<std::uint64_t>(VirtualMachine::world().upto((1LL << 60) - 1));
        for (int i = 0; i < 12 && id.size() < length; ++i, draw >>= 5U) id += kLetters[draw & 31U];
    }
    return id;
}

std::string random_bytes_here(std::size_t count) {
    std::string bytes;
    while (bytes.size() < count) bytes += static_cast<char>(VirtualMachine::world().upto(255));
    return bytes;
}

}  // namespace turnpike::test
