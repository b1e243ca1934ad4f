#include "control-plane/store/database.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/access/principal_directory.hpp"
#include "control-plane/access/root_credentials.hpp"
#include "control-plane/store/migrations.hpp"
#include "control-plane/store/migrator.hpp"
#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

DatabaseOptions options_for(const tests::PostgresServer& server) {
    DatabaseOptions options;
    options.url = server.url();
    return options;
}

TEST_CASE("the schema is applied once, however often and by however many it is asked for") {
    const tests::PostgresServer server;
    std::vector<std::thread> starters;
    for (int i = 0; i < 5; ++i) {
        starters.emplace_back([&server] {
            Database database(options_for(server), test_master_key());
            CHECK(database.migrate());
            CHECK(database.migrate());
        });
    }
    for (std::thread& starter : starters) starter.join();
    CHECK(server.query("SELECT count(*) FROM schema_migrations") ==
          std::to_string(migrations().size()));
}

TEST_CASE("an applied migration that reads differently now, or is unknown, stops the start") {
    const tests::PostgresServer server;
    Watchdog watchdog;
    const Session::Options session{.url = server.url()};
    const std::vector<Migration> first = {{1, "one", "CREATE TABLE one ();"}};
    const std::vector<Migration> second = {{1, "one", "CREATE TABLE one ();"},
                                           {2, "two", "CREATE TABLE two ();"}};
    const std::vector<Migration> edited = {{1, "one", "CREATE TABLE uno ();"},
                                           {2, "two", "CREATE TABLE two ();"}};
    CHECK(migrate(session, watchdog, first));
    CHECK(migrate(session, watchdog, second));
    CHECK(migrate(session, watchdog, edited).error().message ==
          "migration 1 (one) is not the one that was applied to the database");
    CHECK(migrate(session, watchdog, first).error().message ==
          "the database has migration 2 (two), made by a newer version of this program");
}

TEST_CASE("a migration that fails leaves nothing of itself, and its reason") {
    const tests::PostgresServer server;
    Watchdog watchdog;
    const Session::Options session{.url = server.url()};
    const std::vector<Migration> broken = {{1, "one", "CREATE TABLE one ();"},
                                           {2, "two", "CREATE TABLE two (); SELECT 1 / 0;"}};
    const auto failed = migrate(session, watchdog, broken);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message.find("migration 2 (two) failed: ERROR:  division by zero") == 0);
    CHECK(server.query("SELECT count(*) FROM schema_migrations") == "1");
    CHECK(server.query("SELECT to_regclass('two') IS NULL") == "t");
}

TEST_CASE("control planes that start at once make one root principal") {
    TestDatabase test;
    std::vector<std::string> ids(6);
    std::vector<std::thread> starters;
    const tests::TemporaryFolder folder;
    const access::RootSettings settings{.credentials_file = folder.path() / "credentials"};
    for (std::string& id : ids) {
        starters.emplace_back([&] {
            Database database(test.options(), test_master_key());
            id = *access::ensure_root(database.principals(), settings);
        });
    }
    for (std::thread& starter : starters) starter.join();
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
    CHECK(test.server.query("SELECT count(*) FROM principals") == "1");
    CHECK(test.server.query("SELECT count(*) FROM access_keys") == "1");
}

TEST_CASE("access keys are kept with sealed secrets and loaded whole") {
    TestDatabase test;
    access::PrincipalSource& principals = test.database.principals();
    access::AccessKey key;
    key.principal.access_key_id = "ASIATEST";
    key.principal.id = "AIDA1";
    key.principal.name = "alice";
    key.principal.arn = "arn:aws:iam::000000000000:user/alice";
    key.principal.account_id = "000000000000";
    key.secret = "a secret that must not be read from the table";
    key.session_token_mac = std::string("\x01\x00\xff", 3);
    key.expires_at = WallTime{Seconds{1'800'000'000}};
    REQUIRE(principals.add(key));
    CHECK(principals.add(key).error().kind == Error::Kind::Conflict);

    const auto loaded = principals.load();
    REQUIRE(loaded);
    REQUIRE(loaded->keys.size() == 1);
    const access::AccessKey& found = loaded->keys.front();
    CHECK(found.principal.access_key_id == "ASIATEST");
    CHECK(found.principal.arn == key.principal.arn);
    CHECK_FALSE(found.principal.is_root);
    CHECK(found.secret == key.secret);
    CHECK(found.session_token_mac == key.session_token_mac);
    CHECK(found.expires_at == key.expires_at);
    CHECK(test.server.query("SELECT position('secret'::bytea IN sealed_secret) FROM access_keys") ==
          "0");
}

TEST_CASE("every change of a key changes the revision") {
    TestDatabase test;
    access::PrincipalSource& principals = test.database.principals();
    const std::int64_t empty = principals.revision();
    CHECK(principals.load()->keys.empty());
    CHECK(principals.load()->revision == empty);
    access::AccessKey key;
    key.principal.access_key_id = "AKIATEST";
    REQUIRE(principals.add(key));
    const std::int64_t added = principals.revision();
    CHECK(added > empty);
    REQUIRE(principals.set_active("AKIATEST", false));
    CHECK_FALSE(principals.load()->keys.front().is_active);
    const std::int64_t inactive = principals.revision();
    CHECK(inactive > added);
    REQUIRE(principals.remove("AKIATEST"));
    CHECK(principals.revision() > inactive);
    CHECK(principals.set_active("AKIATEST", true).error().kind == Error::Kind::NotFound);
    CHECK(principals.remove("AKIATEST").error().kind == Error::Kind::NotFound);
}

TEST_CASE("a key that one control plane revokes dies on another") {
    TestDatabase test;
    access::AccessKey key;
    key.principal.access_key_id = "AKIATEST";
    REQUIRE(test.database.principals().add(key));
    Database other(test.options(), test_master_key());
    access::PrincipalDirectory directory(other.principals(), {}, Milliseconds{20});
    REQUIRE(directory.refresh());
    CHECK((*directory.find("AKIATEST"))->is_active);
    REQUIRE(test.database.principals().set_active("AKIATEST", false));
    const SteadyTime deadline = steady_now() + Seconds{5};
    while ((*directory.find("AKIATEST"))->is_active && steady_now() < deadline) {
        std::this_thread::yield();
    }
    CHECK_FALSE((*directory.find("AKIATEST"))->is_active);
}

TEST_CASE("secrets that another master key sealed are an error, not unknown keys") {
    TestDatabase test;
    access::AccessKey key;
    key.principal.access_key_id = "AKIATEST";
    REQUIRE(test.database.principals().add(key));
    Database other(test.options(), *crypto::MasterKey::from_hex(std::string(64, 'b')));
    CHECK(other.principals().load().error().kind == Error::Kind::Internal);
}

}  // namespace
}  // namespace turnpike::store
