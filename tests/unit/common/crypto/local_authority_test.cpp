#include "common/crypto/local_authority.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/crypto/private_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::crypto {
namespace {

using Days = std::chrono::days;

const WallTime kNow{Seconds{1'800'000'000}};
const std::vector<std::string> kNames = local_names("localhost", "us-east-1");

TEST_CASE("the names of a local listener cover the invoke hosts and loopback") {
    CHECK(kNames == std::vector<std::string>{"localhost", "*.execute-api.localhost",
                                             "*.execute-api.us-east-1.localhost", "127.0.0.1",
                                             "::1"});
}

TEST_CASE("a local certificate is signed by an authority that clients can trust") {
    const tests::TemporaryFolder folder;
    const auto files = LocalAuthorityFiles::under(folder.path());
    const auto identity = ensure_local_identity(files, kNames, kNow);
    REQUIRE(identity);
    CHECK(is_pair(*identity));
    const std::string authority = *read_file(files.authority_pem, 65536, false);
    CHECK(is_signed_by(identity->certificate_pem, authority));
    CHECK(is_signed_by(authority, authority));
    const auto leaf = inspect_certificate(identity->certificate_pem);
    REQUIRE(leaf);
    CHECK(leaf->names == kNames);
    CHECK_FALSE(leaf->is_authority);
    CHECK(leaf->validity.not_before <= kNow);
    CHECK(leaf->validity.not_after == kNow + Days{90});
    CHECK(inspect_certificate(authority)->is_authority);
    CHECK(leaf->issuer == inspect_certificate(authority)->subject);
}

TEST_CASE("private keys are for their owner only, the authority's certificate is public") {
    const tests::TemporaryFolder folder;
    const auto files = LocalAuthorityFiles::under(folder.path());
    REQUIRE(ensure_local_identity(files, kNames, kNow));
    const auto mode = [](const std::filesystem::path& path) {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return status.st_mode & 0777U;
    };
    CHECK(mode(files.authority_key) == 0600);
    CHECK(mode(files.server) == 0600);
    CHECK(mode(files.authority_pem) == 0644);
    CHECK(read_file(files.authority_pem, 65536, false)->find("PRIVATE") == std::string::npos);
}

TEST_CASE(
    "a certificate is kept until a month before its end, then renewed by the same authority") {
    const tests::TemporaryFolder folder;
    const auto files = LocalAuthorityFiles::under(folder.path());
    const auto first = ensure_local_identity(files, kNames, kNow);
    const auto kept = ensure_local_identity(files, kNames, kNow + Days{59});
    CHECK(kept->certificate_pem == first->certificate_pem);
    const auto renewed = ensure_local_identity(files, kNames, kNow + Days{61});
    CHECK(renewed->certificate_pem != first->certificate_pem);
    CHECK(is_signed_by(renewed->certificate_pem, *read_file(files.authority_pem, 65536, false)));
    CHECK(inspect_certificate(renewed->certificate_pem)->issuer ==
          inspect_certificate(first->certificate_pem)->issuer);
}

TEST_CASE("another domain, a damaged file and a lost public copy are put right") {
    const tests::TemporaryFolder folder;
    const auto files = LocalAuthorityFiles::under(folder.path());
    const auto first = ensure_local_identity(files, kNames, kNow);
    const auto names = local_names("gateway.example", "eu-west-1");
    CHECK(inspect_certificate(ensure_local_identity(files, names, kNow)->certificate_pem)->names ==
          names);
    REQUIRE(replace_file(files.server, "damaged", kOwnerOnly));
    CHECK(is_pair(*ensure_local_identity(files, kNames, kNow)));
    const std::string authority = *read_file(files.authority_pem, 65536, false);
    REQUIRE(std::filesystem::remove(files.authority_pem));
    REQUIRE(ensure_local_identity(files, kNames, kNow));
    CHECK(*read_file(files.authority_pem, 65536, false) == authority);
}

TEST_CASE("processes that start at once use one certificate") {
    const tests::TemporaryFolder folder;
    const auto files = LocalAuthorityFiles::under(folder.path());
    std::vector<std::string> certificates(6);
    std::vector<std::thread> starters;
    for (std::string& slot : certificates) {
        starters.emplace_back([&files, &slot] {
            slot = ensure_local_identity(files, kNames, kNow)->certificate_pem;
        });
    }
    for (std::thread& starter : starters) starter.join();
    CHECK(std::set<std::string>(certificates.begin(), certificates.end()).size() == 1);
}

TEST_CASE("what is no name is not put into a certificate") {
    const auto authority = make_authority("test", {kNow, kNow + Days{1}});
    REQUIRE(authority);
    const Validity validity{kNow, kNow + Days{1}};
    CHECK_FALSE(make_leaf(*authority, {}, validity));
    CHECK_FALSE(make_leaf(*authority, {"a,DNS:b"}, validity));
    CHECK_FALSE(make_leaf({"damaged", "damaged"}, {"localhost"}, validity));
    CHECK_FALSE(inspect_certificate("damaged"));
}

}  // namespace
}  // namespace turnpike::crypto
