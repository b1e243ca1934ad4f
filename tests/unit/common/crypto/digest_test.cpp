#include "common/crypto/digest.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/base/encoding.hpp"
#include "common/crypto/hmac.hpp"

namespace turnpike::crypto {
namespace {

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }
std::string hex(const Digest& digest) { return to_hex(view(digest)); }

TEST_CASE("SHA-256 of the examples of FIPS 180-4") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a hash over pieces is the hash over the whole, and a copy goes on by itself") {
    Sha256 hash;
    hash.update("a");
    Sha256 copy = hash;
    hash.update("bc");
    copy.update("bd");
    CHECK(hex(hash.finish()) == sha256_hex("abc"));
    CHECK(hex(copy.finish()) == sha256_hex("abd"));
}

TEST_CASE("HMAC-SHA256 of the test cases of RFC 4231") {
    CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                          "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a kept HMAC key gives the same digests again and again, also over two pieces") {
    const HmacKey key("Jefe");
    const Digest expected = hmac_sha256("Jefe", "what do ya want for nothing?");
    CHECK(key.digest("what do ya want for nothing?") == expected);
    CHECK(key.digest("what do ya want ", "for nothing?") == expected);
}

TEST_CASE("HKDF-SHA256 of the test cases of RFC 5869") {
    CHECK(to_hex(hkdf_sha256(std::string(22, '\x0b'), bytes("000102030405060708090a0b0c"),
                             bytes("f0f1f2f3f4f5f6f7f8f9"), 42)) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    CHECK(to_hex(hkdf_sha256(std::string(22, '\x0b'), "", "", 42)) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("a constant-time comparison answers as an ordinary one") {
    CHECK(constant_time_equal("", ""));
    CHECK(constant_time_equal("abc", "abc"));
    CHECK_FALSE(constant_time_equal("abc", "abd"));
    CHECK_FALSE(constant_time_equal("abc", "ab"));
}

}  // namespace
}  // namespace turnpike::crypto
