#include <doctest/doctest.h>

#include <string>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::Table;
using service::Transaction;

TEST_CASE("key values are sealed in the table, found by value, and unique") {
    TestDatabase test;
    const std::string value = "an-api-key-value-of-forty-characters-or-so";
    test.write([&value](Transaction& transaction) {
        transaction.insert(Table::ApiKeys, {"", "k1"}, named("k1"));
        transaction.insert(Table::ApiKeys, {"", "k2"}, named("k2"));
        CHECK(transaction.put_key_value("k1", value));
        CHECK_FALSE(transaction.put_key_value("k2", value));
        CHECK(transaction.put_key_value("k2", "other value"));
        CHECK(transaction.put_key_value("k1", value));
        CHECK_FALSE(transaction.put_key_value("k2", value));
    });
    test.read([&value](Transaction& transaction) {
        CHECK(transaction.key_value("k1") == value);
        CHECK(transaction.key_value("k2") == "other value");
        CHECK(transaction.key_with_value(value) == "k1");
        CHECK_FALSE(transaction.key_with_value("unknown"));
        CHECK(transaction.key_value("absent").empty());
    });
    CHECK(test.server.query("SELECT count(*) FROM api_key_values WHERE position('" + value +
                            "'::bytea IN sealed) > 0 OR lookup LIKE '%" + value + "%'") == "0");
    CHECK(test.server.query("SELECT count(*) FROM api_keys WHERE document::text LIKE '%" + value +
                            "%'") == "0");
}

TEST_CASE("a key value moved to another key does not open, nor one with another master key") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        for (const std::string id : {"k1", "k2"}) {
            transaction.insert(Table::ApiKeys, {"", id}, named(id));
            transaction.put_key_value(id, "value of " + id);
        }
    });
    test.server.query(
        "UPDATE api_key_values SET sealed = (SELECT sealed FROM api_key_values WHERE key_id = "
        "'k1') "
        "WHERE key_id = 'k2'");
    CHECK(test.refused([](Transaction& transaction) { transaction.key_value("k2"); }).kind ==
          Error::Kind::Internal);
    Database other(test.options(), *crypto::MasterKey::from_hex(std::string(64, 'b')));
    const auto opened = other.store().run(service::Access::Read, [](Transaction& transaction) {
        return Result<json::Value>(transaction.key_value("k1"));
    });
    REQUIRE_FALSE(opened);
    CHECK(opened.error().detail == "sealed secret: made with another master key");
}

TEST_CASE("an erased key frees its value") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        transaction.insert(Table::ApiKeys, {"", "k1"}, named("k1"));
        CHECK(transaction.put_key_value("k1", "value"));
        transaction.erase(Table::ApiKeys, {"", "k1"});
        CHECK_FALSE(transaction.key_with_value("value"));
    });
}

TEST_CASE("a secret is sealed in the table, replaced, and gone when it is erased") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        CHECK_FALSE(transaction.secret("client-certificate/a"));
        transaction.put_secret("client-certificate/a", "first");
        transaction.put_secret("client-certificate/a", "second");
    });
    CHECK(test.server.query("SELECT count(*) FROM secrets WHERE sealed::text LIKE '%second%'") ==
          "0");
    test.write([](Transaction& transaction) {
        CHECK(transaction.secret("client-certificate/a") == "second");
        transaction.erase_secret("client-certificate/a");
    });
    test.read(
        [](Transaction& transaction) { CHECK_FALSE(transaction.secret("client-certificate/a")); });
}

}  // namespace
}  // namespace turnpike::store
