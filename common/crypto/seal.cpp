#include "common/crypto/seal.hpp"

#include "common/base/assert.hpp"
#include "common/base/random.hpp"
#include "common/crypto/aead.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/hmac.hpp"

namespace turnpike::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kBoxBytesMin = kAeadNonceBytes + kAeadTagBytes;
constexpr std::size_t kHeadBytes = 1 + kKeyIdBytes;
constexpr std::size_t kWrappedBytes = kAeadKeyBytes + kBoxBytesMin;

std::string nonce() { return secure_random_bytes(kAeadNonceBytes); }

}  // namespace

Sealer::Sealer(std::string key) : key_(std::move(key)) {
    TURNPIKE_ASSERT(key_.size() == kAeadKeyBytes);
    key_id_ = to_bytes(hmac_sha256(key_, "key id")).substr(0, kKeyIdBytes);
}

Sealer::~Sealer() { wipe(key_); }

std::string Sealer::seal(std::string_view secret, std::string_view context) const {
    std::string data_key = secure_random_bytes(kAeadKeyBytes);
    std::string envelope(1, kVersion);
    envelope += key_id_;
    envelope += aes_256_gcm_encrypt(key_, nonce(), data_key, context);
    envelope += aes_256_gcm_encrypt(data_key, nonce(), secret, context);
    wipe(data_key);
    return envelope;
}

Result<std::string> Sealer::open(std::string_view envelope, std::string_view context) const {
    if (envelope.size() < kHeadBytes + kWrappedBytes + kBoxBytesMin ||
        envelope.front() != kVersion) {
        return internal_error("sealed secret: not an envelope of a known version");
    }
    if (envelope.substr(1, kKeyIdBytes) != key_id_) {
        return internal_error("sealed secret: made with another master key");
    }
    auto data_key = aes_256_gcm_decrypt(key_, envelope.substr(kHeadBytes, kWrappedBytes), context);
    if (!data_key) return internal_error("sealed secret: its data key was changed or moved");
    auto secret =
        aes_256_gcm_decrypt(*data_key, envelope.substr(kHeadBytes + kWrappedBytes), context);
    wipe(*data_key);
    if (!secret) return internal_error("sealed secret: it was changed or moved");
    return std::move(*secret);
}

}  // namespace turnpike::crypto
