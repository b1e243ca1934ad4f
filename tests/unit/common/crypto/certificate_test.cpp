#include "common/crypto/certificate.hpp"

#include <doctest/doctest.h>

namespace turnpike::crypto {
namespace {

const WallTime kNow{Seconds{1'800'000'000}};
const Validity kYear{kNow, kNow + std::chrono::days{365}};

CertificateInfo for_names(std::vector<std::string> names) {
    CertificateInfo info;
    info.names = std::move(names);
    return info;
}

TEST_CASE("a client certificate is its own issuer and no authority") {
    const auto identity = make_client_identity("client one", kYear);
    REQUIRE(identity);
    CHECK(is_pair(*identity));
    CHECK(is_signed_by(identity->certificate_pem, identity->certificate_pem));
    const auto info = inspect_certificate(identity->certificate_pem);
    REQUIRE(info);
    CHECK(info->subject == "CN=client one,O=Turnpike");
    CHECK(info->issuer == info->subject);
    CHECK_FALSE(info->is_authority);
    CHECK(info->validity.not_before == kYear.not_before);
    CHECK(info->validity.not_after == kYear.not_after);
    // The key of an RSA certificate of 2048 bits takes some 1,700 characters, one of EC P-256 240.
    CHECK(identity->key_pem.size() > 1600);
    const auto other = make_client_identity("client one", kYear);
    REQUIRE(other);
    CHECK(other->key_pem != identity->key_pem);
    CHECK_FALSE(is_pair({identity->certificate_pem, other->key_pem}));
}

TEST_CASE("a certificate is for its names and for one label in place of a star") {
    const CertificateInfo info = for_names({"a.example.com", "*.example.org", "127.0.0.1"});
    CHECK(covers(info, "a.example.com"));
    CHECK(covers(info, "A.Example.com"));
    CHECK(covers(info, "b.example.org"));
    CHECK(covers(info, "*.example.org"));
    CHECK_FALSE(covers(info, "*.example.com"));
    CHECK_FALSE(covers(info, "b.example.com"));
    CHECK_FALSE(covers(info, "example.org"));
    CHECK_FALSE(covers(info, "a.b.example.org"));
    CHECK_FALSE(covers(for_names({}), "a.example.com"));
}

TEST_CASE("certificates are taken out of a text one by one") {
    const auto first = make_authority("first", kYear);
    const auto second = make_authority("second", kYear);
    const auto found = certificates_in("a remark\n" + first->certificate_pem + "\nanother\n" +
                                       second->certificate_pem + second->key_pem +
                                       "-----BEGIN CERTIFICATE-----\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0] == first->certificate_pem);
    CHECK(inspect_certificate(found[1])->subject == "CN=second,O=Turnpike");
    CHECK(certificates_in("nothing").empty());
}

}  // namespace
}  // namespace turnpike::crypto
