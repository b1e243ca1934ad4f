#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::crypto {

/// Secrets at rest: each text is encrypted with AES-256-GCM under a data key of its own, which is
/// wrapped, also with AES-256-GCM, by the sealing key; a rotation of the sealing key re-wraps data
/// keys and leaves the texts alone. Thread: any.
///
/// Envelope, version 1: version (1 byte), id of the sealing key (8), nonce (12), wrapped data key
/// (32), tag (16), nonce (12), ciphertext, tag (16). `context` is authenticated with both: an
/// envelope that was moved to another row does not open there.
class Sealer {
public:
    /// Requires: 32 bytes.
    explicit Sealer(std::string key);
    ~Sealer();
    Sealer(const Sealer&) = default;
    Sealer& operator=(const Sealer&) = default;

    std::string seal(std::string_view secret, std::string_view context) const;
    /// Errors: Internal (made with another key, changed, of another context, or not an envelope).
    Result<std::string> open(std::string_view envelope, std::string_view context) const;

private:
    std::string key_;
    std::string key_id_;
};

}  // namespace turnpike::crypto
