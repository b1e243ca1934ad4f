#include "control-plane/access/principal_directory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>

#include "common/crypto/private_file.hpp"
#include "control-plane/access/root_credentials.hpp"
#include "control-plane/service/store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::access {
namespace {

/// One root principal and a switch for the database. Thread: any.
class TestSource final : public PrincipalSource {
public:
    std::int64_t revision() override {
        fail_if_away();
        return revision_number;
    }
    Result<Snapshot> load() override {
        fail_if_away();
        ++loads;
        Snapshot snapshot{revision_number, {}};
        if (root) snapshot.keys.push_back(*root);
        return snapshot;
    }
    Result<AccessKey> ensure_root(const AccessKey& proposal) override {
        fail_if_away();
        if (!root) root = proposal;
        return *root;
    }
    Result<void> add(const AccessKey&) override { return {}; }
    Result<void> set_active(std::string_view, bool) override { return {}; }
    Result<void> remove(std::string_view) override { return {}; }

    std::optional<AccessKey> root;
    std::atomic<std::int64_t> revision_number = 1;
    std::atomic<int> loads = 0;
    std::atomic<bool> is_away = false;

private:
    void fail_if_away() const {
        if (is_away) throw service::StoreUnavailable("away");
    }
};

AccessKey key(const std::string& id) {
    AccessKey made;
    made.principal.access_key_id = id;
    return made;
}

// Long enough that only explicit refreshes happen during a test.
constexpr Milliseconds kNever{3'600'000};

TEST_CASE("keys are found in memory and loaded again only when something changed") {
    TestSource source;
    REQUIRE(source.ensure_root(key("AKIA1")));
    PrincipalDirectory directory(source, {}, kNever);
    REQUIRE(directory.refresh());
    REQUIRE(directory.find("AKIA1"));
    CHECK(*directory.find("AKIA1") != nullptr);
    CHECK(*directory.find("AKIA2") == nullptr);
    const int loads = source.loads;
    REQUIRE(directory.refresh());
    CHECK(source.loads == loads);
    source.root.reset();
    ++source.revision_number;
    REQUIRE(directory.refresh());
    CHECK(*directory.find("AKIA1") == nullptr);
}

TEST_CASE("while the database is away the last known keys go on") {
    TestSource source;
    REQUIRE(source.ensure_root(key("AKIA1")));
    PrincipalDirectory directory(source, {}, kNever);
    REQUIRE(directory.refresh());
    source.is_away = true;
    CHECK(directory.refresh().error().kind == Error::Kind::Unavailable);
    CHECK(*directory.find("AKIA1") != nullptr);
}

TEST_CASE("before the first load nobody can be told unknown") {
    TestSource source;
    source.is_away = true;
    PrincipalDirectory directory(source, {}, kNever);
    CHECK(directory.find("AKIA1").error().kind == Error::Kind::Unavailable);
}

TEST_CASE("the first start writes the root's credentials, and a lost file comes back") {
    const tests::TemporaryFolder folder;
    const RootSettings settings{.credentials_file = folder.path() / "home" / "credentials"};
    TestSource source;
    const auto id = ensure_root(source, settings);
    REQUIRE(id);
    CHECK(id->size() == 20);
    CHECK(id->starts_with("AKIA"));
    CHECK(source.root->secret.size() == 40);
    CHECK(source.root->principal.arn == "arn:aws:iam::000000000000:root");
    CHECK(source.root->principal.is_root);
    const std::string content = *crypto::read_file(settings.credentials_file, 4096, true);
    CHECK(content == "[default]\naws_access_key_id = " + *id +
                         "\naws_secret_access_key = " + source.root->secret + "\n");
    REQUIRE(std::filesystem::remove(settings.credentials_file));
    CHECK(*ensure_root(source, settings) == *id);
    CHECK(*crypto::read_file(settings.credentials_file, 4096, true) == content);
}

TEST_CASE("credentials of an earlier installation are kept beside the new") {
    const tests::TemporaryFolder folder;
    const RootSettings settings{.credentials_file = folder.path() / "credentials"};
    TestSource source;
    REQUIRE(crypto::replace_file(settings.credentials_file, "[default]\nearlier", 0600));
    const auto id = ensure_root(source, settings);
    REQUIRE(id);
    CHECK(crypto::read_file(settings.credentials_file, 4096, true)->find(*id) != std::string::npos);
    CHECK(*crypto::read_file(folder.path() / "credentials.old", 4096, true) ==
          "[default]\nearlier");
}

}  // namespace
}  // namespace turnpike::access
