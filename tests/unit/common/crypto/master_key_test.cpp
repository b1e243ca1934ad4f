#include "common/crypto/master_key.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/crypto/private_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::crypto {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

TEST_CASE("a master key is made once, for its owner only, and loaded from then on") {
    const tests::TemporaryFolder folder;
    const fs::path path = folder.path() / "home" / "master.key";
    CHECK(MasterKey::load(path).error().kind == Error::Kind::NotFound);
    const auto made = MasterKey::load_or_create(path);
    REQUIRE(made);
    CHECK(mode_of(path) == 0600);
    CHECK(fs::file_size(path) == 65);
    CHECK(MasterKey::load(path)->derive("seal") == made->derive("seal"));
    CHECK(MasterKey::load_or_create(path)->derive("seal") == made->derive("seal"));
}

TEST_CASE("processes that start at once agree on one master key and leave nothing behind") {
    const tests::TemporaryFolder folder;
    const fs::path path = folder.path() / "master.key";
    std::vector<std::string> derived(8);
    std::vector<std::thread> starters;
    for (std::string& slot : derived) {
        starters.emplace_back(
            [&path, &slot] { slot = MasterKey::load_or_create(path)->derive("x"); });
    }
    for (std::thread& starter : starters) starter.join();
    CHECK(std::set<std::string>(derived.begin(), derived.end()).size() == 1);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("labels give keys that have nothing in common") {
    const auto key = MasterKey::from_hex(std::string(64, 'a'));
    REQUIRE(key);
    CHECK(key->derive("seal").size() == 32);
    CHECK(key->derive("seal") != key->derive("api-key-lookup"));
}

TEST_CASE("a master key that is no key, or that everybody can read, is refused") {
    CHECK_FALSE(MasterKey::from_hex("abc"));
    CHECK_FALSE(MasterKey::from_hex(std::string(64, 'g')));
    const tests::TemporaryFolder folder;
    const fs::path path = folder.path() / "master.key";
    REQUIRE(replace_file(path, std::string(64, 'a'), 0644));
    CHECK(MasterKey::load(path).error().kind == Error::Kind::Invalid);
    REQUIRE(replace_file(path, std::string(64, 'a') + "\n", 0640));
    CHECK(MasterKey::load(path));
}

TEST_CASE("a file is replaced as a whole, and created only once") {
    const tests::TemporaryFolder folder;
    const fs::path path = folder.path() / "file";
    CHECK(*create_file(path, "first", kOwnerOnly));
    CHECK_FALSE(*create_file(path, "second", kOwnerOnly));
    CHECK(*read_file(path, 100, true) == "first");
    REQUIRE(replace_file(path, "third", kPublic));
    CHECK(*read_file(path, 100, false) == "third");
    CHECK(mode_of(path) == 0644);
    CHECK(read_file(path, 4, false).error().kind == Error::Kind::Invalid);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

}  // namespace
}  // namespace turnpike::crypto
