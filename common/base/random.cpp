#include "common/base/random.hpp"

#include <sys/random.h>

#include <bit>
#include <cstring>
#include <string_view>

#include "common/base/assert.hpp"
#include "common/base/encoding.hpp"

namespace turnpike {
namespace {

std::string random_text(std::size_t length, std::string_view alphabet) {
    std::string text;
    text.reserve(length);
    // Bytes above the largest multiple of the alphabet's size are dropped: no character is
    // favoured.
    const std::size_t usable = 256 / alphabet.size() * alphabet.size();
    while (text.size() < length) {
        for (const char c : secure_random_bytes(length)) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < usable && text.size() < length) text += alphabet[byte % alphabet.size()];
        }
    }
    return text;
}

std::uint64_t split_mix(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

}  // namespace

std::string secure_random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        TURNPIKE_ASSERT(got > 0);
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::string random_id(std::size_t length) {
    return random_text(length, "abcdefghijklmnopqrstuvwxyz0123456789");
}

std::string random_secret(std::size_t length) {
    return random_text(length, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}

FastRandom::FastRandom() : state_{} {
    const std::string seed = secure_random_bytes(sizeof(state_));
    std::memcpy(state_.data(), seed.data(), sizeof(state_));
}

FastRandom::FastRandom(std::uint64_t seed) : state_{} {
    for (std::uint64_t& word : state_) word = split_mix(seed);
}

std::uint64_t FastRandom::next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double FastRandom::next_unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

void write_uuid(FastRandom& random, char* out) {
    const std::uint64_t first = (random.next() & ~std::uint64_t{0xf000}) | 0x4000U;
    const std::uint64_t second = (random.next() >> 2U) | std::uint64_t{1} << 63U;
    std::array<char, 32> digits;
    write_hex(static_cast<std::uint32_t>(first >> 32U), digits.data());
    write_hex(static_cast<std::uint32_t>(first), digits.data() + 8);
    write_hex(static_cast<std::uint32_t>(second >> 32U), digits.data() + 16);
    write_hex(static_cast<std::uint32_t>(second), digits.data() + 24);
    std::memcpy(out, digits.data(), 8);
    std::memcpy(out + 9, digits.data() + 8, 4);
    std::memcpy(out + 14, digits.data() + 12, 4);
    std::memcpy(out + 19, digits.data() + 16, 4);
    std::memcpy(out + 24, digits.data() + 20, 12);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) out[dash] = '-';
}

std::string random_uuid() {
    thread_local FastRandom random;
    std::string text(36, '\0');
    write_uuid(random, text.data());
    return text;
}

}  // namespace turnpike
