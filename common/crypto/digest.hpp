#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace turnpike::crypto {

/// The 32 bytes of a SHA-256 or an HMAC-SHA256.
using Digest = std::array<char, 32>;

inline std::string_view view(const Digest& digest) { return {digest.data(), digest.size()}; }
inline std::string to_bytes(const Digest& digest) { return std::string(view(digest)); }

/// Source: FIPS 180-4.
Digest sha256(std::string_view bytes);
/// 64 lower-case digits.
std::string sha256_hex(std::string_view bytes);

/// 40 lower-case digits. Not for secrets: only what a protocol names things by.
std::string sha1_hex(std::string_view bytes);

/// SHA-256 of bytes that come in pieces. A plain value without allocations: a copy goes on from the
/// same state.
class Sha256 {
public:
    Sha256();
    void update(std::string_view bytes);
    /// Requires: not called before on this object.
    Digest finish();

private:
    friend class HmacKey;
    // The library's state, so that this header does not need the library's.
    alignas(8) std::array<std::byte, 112> state_;
};

/// Takes the same time wherever the texts differ. Lengths are not secret.
bool constant_time_equal(std::string_view a, std::string_view b);

/// Overwrites a secret that is no longer needed; the compiler cannot drop it.
void wipe(std::string& secret);

}  // namespace turnpike::crypto
