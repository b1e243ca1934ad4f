#include "common/crypto/hmac.hpp"

#include "common/base/assert.hpp"

namespace turnpike::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;

}  // namespace

HmacKey::HmacKey(std::string_view key) {
    std::string block = key.size() > kBlockBytes ? to_bytes(sha256(key)) : std::string(key);
    block.resize(kBlockBytes, '\0');
    for (char& byte : block) byte = static_cast<char>(byte ^ 0x36);
    inner_.update(block);
    for (char& byte : block) byte = static_cast<char>(byte ^ 0x36 ^ 0x5c);
    outer_.update(block);
    wipe(block);
}

Digest HmacKey::digest(std::string_view message) const { return digest(message, {}); }

Digest HmacKey::digest(std::string_view first, std::string_view second) const {
    Sha256 inner = inner_;
    inner.update(first);
    inner.update(second);
    Sha256 outer = outer_;
    outer.update(view(inner.finish()));
    return outer.finish();
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
    return HmacKey(key).digest(message);
}

std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info,
                        std::size_t length) {
    constexpr std::size_t kLengthMax = 255 * sizeof(Digest);
    TURNPIKE_ASSERT(length <= kLengthMax);
    const std::string zeros(sizeof(Digest), '\0');
    const Digest extracted = hmac_sha256(salt.empty() ? zeros : salt, secret);
    const HmacKey expand(view(extracted));
    std::string output;
    std::string previous;
    for (unsigned char counter = 1; output.size() < length; ++counter) {
        std::string tail(info);
        tail += static_cast<char>(counter);
        previous = to_bytes(expand.digest(previous, tail));
        output += previous;
    }
    output.resize(length);
    return output;
}

}  // namespace turnpike::crypto
