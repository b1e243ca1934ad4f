#include "common/crypto/seal.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/base/encoding.hpp"
#include "common/crypto/aead.hpp"

namespace turnpike::crypto {
namespace {

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

TEST_CASE("AES-256-GCM of the published test vectors") {
    CHECK(to_hex(aes_256_gcm_encrypt(std::string(32, '\0'), std::string(12, '\0'), "", "")) ==
          "000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b");
    const std::string key =
        bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const std::string nonce = bytes("cafebabefacedbaddecaf888");
    const std::string plain = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
        "a6b525b16aedf5aa0de657ba637b39");
    const std::string context = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const std::string box = aes_256_gcm_encrypt(key, nonce, plain, context);
    CHECK(
        to_hex(box.substr(12)) ==
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
        "828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
    CHECK(aes_256_gcm_decrypt(key, box, context) == plain);
    CHECK_FALSE(aes_256_gcm_decrypt(key, box, "other"));
}

TEST_CASE("a sealed secret opens with its key and context") {
    const Sealer sealer(std::string(32, 'k'));
    for (const std::string& secret : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
        const auto opened = sealer.open(sealer.seal(secret, "row 1"), "row 1");
        REQUIRE(opened);
        CHECK(*opened == secret);
    }
}

TEST_CASE("a secret is not in its envelope, and no two envelopes are alike") {
    const Sealer sealer(std::string(32, 'k'));
    const std::string first = sealer.seal("a secret text", "row");
    CHECK(first.find("secret") == std::string::npos);
    CHECK(first != sealer.seal("a secret text", "row"));
}

TEST_CASE("an envelope does not open in another row or with another master key") {
    const std::string envelope = Sealer(std::string(32, 'k')).seal("secret", "row 1");
    CHECK_FALSE(Sealer(std::string(32, 'k')).open(envelope, "row 2"));
    const auto other = Sealer(std::string(32, 'j')).open(envelope, "row 1");
    REQUIRE_FALSE(other);
    CHECK(other.error().detail == "sealed secret: made with another master key");
}

TEST_CASE("no changed byte of an envelope goes unnoticed, nor a missing one") {
    const Sealer sealer(std::string(32, 'k'));
    const std::string envelope = sealer.seal("secret", "row");
    for (std::size_t i = 0; i < envelope.size(); ++i) {
        std::string changed = envelope;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(sealer.open(changed, "row"));
        CHECK_FALSE(sealer.open(envelope.substr(0, i), "row"));
    }
}

}  // namespace
}  // namespace turnpike::crypto
