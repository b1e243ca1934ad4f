#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/crypto/digest.hpp"

namespace turnpike::crypto {

/// Source: RFC 2104.
Digest hmac_sha256(std::string_view key, std::string_view message);

/// A key that is used many times: its two hash states are computed once, so that a short message
/// costs two compressions and no allocation. Immutable. Thread: any.
class HmacKey {
public:
    explicit HmacKey(std::string_view key);
    Digest digest(std::string_view message) const;
    /// The same over the pieces joined, without joining them.
    Digest digest(std::string_view first, std::string_view second) const;

private:
    Sha256 inner_;
    Sha256 outer_;
};

/// Key material of `length` bytes. Requires: length <= 8160. Source: RFC 5869.
std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info,
                        std::size_t length);

}  // namespace turnpike::crypto
