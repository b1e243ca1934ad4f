#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnpike::crypto {

/// AES-256-GCM. Source: NIST SP 800-38D. Requires: `key` of 32 bytes, `nonce` of 12 that was never
/// used with this key. Returns: nonce, ciphertext, tag (16 bytes). `context` is authenticated, not
/// included.
std::string aes_256_gcm_encrypt(std::string_view key, std::string_view nonce,
                                std::string_view plain, std::string_view context);

/// Returns: nothing if `box` is not what encrypt gave for this key and context.
std::optional<std::string> aes_256_gcm_decrypt(std::string_view key, std::string_view box,
                                               std::string_view context);

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

}  // namespace turnpike::crypto
