#include "common/crypto/aead.hpp"

#include <openssl/evp.h>

#include <memory>

#include "common/base/assert.hpp"

namespace turnpike::crypto {
namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string aes_256_gcm_encrypt(std::string_view key, std::string_view nonce,
                                std::string_view plain, std::string_view context) {
    TURNPIKE_ASSERT(key.size() == kAeadKeyBytes && nonce.size() == kAeadNonceBytes);
    std::string cipher(plain.size(), '\0');
    std::string tag(kAeadTagBytes, '\0');
    const Context handle(EVP_CIPHER_CTX_new());
    int written = 0;
    bool done = EVP_EncryptInit_ex(handle.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                   bytes_of(nonce)) == 1;
    done = done && EVP_EncryptUpdate(handle.get(), nullptr, &written, bytes_of(context),
                                     static_cast<int>(context.size())) == 1;
    done = done && EVP_EncryptUpdate(handle.get(), bytes_of(cipher), &written, bytes_of(plain),
                                     static_cast<int>(plain.size())) == 1;
    done = done && EVP_EncryptFinal_ex(handle.get(), bytes_of(cipher) + written, &written) == 1;
    done = done &&
           EVP_CIPHER_CTX_ctrl(handle.get(), EVP_CTRL_GCM_GET_TAG, kAeadTagBytes, tag.data()) == 1;
    TURNPIKE_ASSERT(done);
    std::string box(nonce);
    box += cipher;
    box += tag;
    return box;
}

std::optional<std::string> aes_256_gcm_decrypt(std::string_view key, std::string_view box,
                                               std::string_view context) {
    if (box.size() < kAeadNonceBytes + kAeadTagBytes) return std::nullopt;
    const std::string_view cipher =
        box.substr(kAeadNonceBytes, box.size() - kAeadNonceBytes - kAeadTagBytes);
    std::string tag(box.substr(box.size() - kAeadTagBytes));
    std::string plain(cipher.size(), '\0');
    const Context handle(EVP_CIPHER_CTX_new());
    int written = 0;
    bool done = EVP_DecryptInit_ex(handle.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                   bytes_of(box)) == 1;
    done = done && EVP_DecryptUpdate(handle.get(), nullptr, &written, bytes_of(context),
                                     static_cast<int>(context.size())) == 1;
    done = done && EVP_DecryptUpdate(handle.get(), bytes_of(plain), &written, bytes_of(cipher),
                                     static_cast<int>(cipher.size())) == 1;
    done = done &&
           EVP_CIPHER_CTX_ctrl(handle.get(), EVP_CTRL_GCM_SET_TAG, kAeadTagBytes, tag.data()) == 1;
    done = done && EVP_DecryptFinal_ex(handle.get(), bytes_of(plain) + written, &written) == 1;
    if (!done) return std::nullopt;
    return plain;
}

}  // namespace turnpike::crypto
