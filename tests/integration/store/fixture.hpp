#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "control-plane/service/store.hpp"
#include "control-plane/store/database.hpp"
#include "tests/support/postgres_server.hpp"

namespace turnpike::store {

inline crypto::MasterKey test_master_key() {
    return *crypto::MasterKey::from_hex(std::string(64, 'a'));
}

/// A private server with the schema applied, and one control plane's view of it.
struct TestDatabase {
    explicit TestDatabase(std::size_t connections_max = 8)
        : database(options(connections_max), test_master_key()) {
        const auto migrated = database.migrate();
        if (!migrated) FAIL(migrated.error().message);
    }

    DatabaseOptions options(std::size_t connections_max = 8) const {
        DatabaseOptions made;
        made.url = server.url();
        made.connections_max = connections_max;
        return made;
    }

    /// An operation that must succeed.
    void write(const std::function<void(service::Transaction&)>& work) {
        const auto done = database.store().run(service::Access::Write,
                                               [&work](service::Transaction& transaction) {
                                                   work(transaction);
                                                   return Result<json::Value>(json::Value());
                                               });
        if (!done) FAIL(done.error().message << done.error().detail);
    }
    void read(const std::function<void(service::Transaction&)>& work) {
        const auto done =
            database.store().run(service::Access::Read, [&work](service::Transaction& transaction) {
                work(transaction);
                return Result<json::Value>(json::Value());
            });
        if (!done) FAIL(done.error().message << done.error().detail);
    }
    /// The error of an operation that must fail.
    Error refused(const std::function<void(service::Transaction&)>& work) {
        const auto done = database.store().run(service::Access::Write,
                                               [&work](service::Transaction& transaction) {
                                                   work(transaction);
                                                   return Result<json::Value>(json::Value());
                                               });
        REQUIRE_FALSE(done);
        return done.error();
    }

    tests::PostgresServer server;
    Database database;
};

inline json::Value named(const std::string& name) { return json::Object{{"name", name}}; }

inline void add_api(service::Transaction& transaction, const std::string& id) {
    CHECK(transaction.insert(service::Table::RestApis, {"", id}, named("api " + id)));
}

}  // namespace turnpike::store
