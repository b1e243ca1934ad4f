#include <doctest/doctest.h>

#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::Effect;
using service::Table;
using service::Transaction;

json::Value resource(const std::string& parent, const std::string& part, const std::string& path) {
    return json::Object{{"parentId", parent}, {"pathPart", part}, {"path", path}};
}

TEST_CASE("a document is found as it was stored, until it is erased") {
    TestDatabase test;
    const json::Value document = *json::parse(
        R"({"name":"ünïcode \"quoted\" \\ /","rate":50.0,"small":1e-7,"big":9007199254740993,)"
        R"("nothing":null,"list":[1,[],{}],"text":"line\nend\ttab"})");
    test.write([&document](Transaction& transaction) {
        CHECK_FALSE(transaction.find(Table::RestApis, {"", "a"}));
        CHECK(transaction.insert(Table::RestApis, {"", "a"}, document));
        CHECK(transaction.exists(Table::RestApis, {"", "a"}));
    });
    test.read([&document](Transaction& transaction) {
        CHECK(transaction.find(Table::RestApis, {"", "a"}) == document);
        CHECK_FALSE(transaction.find(Table::RestApis, {"", "A"}));
        CHECK_FALSE(transaction.find(Table::RestApis, {"a", "a"}));
    });
    test.write([](Transaction& transaction) {
        CHECK(transaction.update(Table::RestApis, {"", "a"}, named("changed")));
        CHECK(transaction.find(Table::RestApis, {"", "a"})->text("name") == "changed");
        CHECK_FALSE(transaction.update(Table::RestApis, {"", "b"}, named("absent")));
        CHECK(transaction.erase(Table::RestApis, {"", "a"}));
        CHECK_FALSE(transaction.erase(Table::RestApis, {"", "a"}));
        CHECK_FALSE(transaction.exists(Table::RestApis, {"", "a"}));
    });
}

TEST_CASE("nothing of an operation that fails is kept") {
    TestDatabase test;
    const auto failed =
        test.database.store().run(service::Access::Write, [](Transaction& transaction) {
            add_api(transaction, "a");
            transaction.emit({Effect::Kind::Stage, "a/prod"});
            return Result<json::Value>(conflict("no"));
        });
    CHECK(failed.error().message == "no");
    CHECK_THROWS_AS(test.database.store().run(service::Access::Write,
                                              [](Transaction& transaction) -> Result<json::Value> {
                                                  add_api(transaction, "a");
                                                  throw std::logic_error("a bug");
                                              }),
                    std::logic_error);
    test.read([](Transaction& transaction) {
        CHECK_FALSE(transaction.exists(Table::RestApis, {"", "a"}));
    });
    CHECK(test.server.query("SELECT count(*) FROM outbox") == "0");
}

TEST_CASE("every table keeps documents") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        add_api(transaction, "api");
        CHECK(transaction.insert(Table::Accounts, {"", "account"}, named("x")));
        CHECK(transaction.insert(Table::Resources, {"api", "r"}, resource("", "", "/")));
        CHECK(transaction.insert(Table::Methods, {"api", "r/GET"}, named("x")));
        CHECK(transaction.insert(Table::Models, {"api", "Error"}, named("x")));
        CHECK(transaction.insert(Table::Deployments, {"api", "d"}, named("x")));
        CHECK(transaction.insert(Table::Stages, {"api", "prod"}, named("x")));
        CHECK(transaction.insert(Table::ApiKeys, {"", "key"}, named("x")));
        CHECK(transaction.insert(Table::UsagePlans, {"", "plan"}, named("x")));
        CHECK(transaction.insert(Table::UsagePlanKeys, {"plan", "key"}, named("x")));
        for (const Table below_api :
             {Table::Authorizers, Table::RequestValidators, Table::GatewayResponses,
              Table::DocumentationParts, Table::DocumentationVersions}) {
            CHECK(transaction.insert(below_api, {"api", "x"}, named("x")));
        }
        for (const Table of_account : {Table::ClientCertificates, Table::VpcLinks,
                                       Table::DomainNames, Table::DomainNameAccessAssociations}) {
            CHECK(transaction.insert(of_account, {"", "x"}, named("x")));
        }
        CHECK(transaction.insert(Table::BasePathMappings, {"x", "(none)"}, named("x")));
    });
    test.write([](Transaction& transaction) {
        CHECK(transaction.scan(Table::Methods, "api").front().key.id == "r/GET");
        CHECK(transaction.count(Table::Stages, "api", 100) == 1);
        CHECK(transaction.erase_scope(Table::Methods, "api") == 1);
        CHECK(transaction.count(Table::Methods, "api", 100) == 0);
    });
}

TEST_CASE("what is below a REST API goes with it") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        add_api(transaction, "api");
        transaction.insert(Table::Resources, {"api", "r"}, resource("", "", "/"));
        transaction.insert(Table::Stages, {"api", "prod"}, named("x"));
    });
    test.write([](Transaction& transaction) { transaction.erase(Table::RestApis, {"", "api"}); });
    test.read([](Transaction& transaction) {
        CHECK(transaction.count(Table::Resources, "api", 100) == 0);
        CHECK(transaction.count(Table::Stages, "api", 100) == 0);
    });
}

TEST_CASE("nothing can be put below a REST API that does not exist") {
    TestDatabase test;
    const Error error = test.refused([](Transaction& transaction) {
        transaction.insert(Table::Stages, {"gone", "prod"}, named("x"));
    });
    CHECK(error.kind == Error::Kind::Conflict);
    CHECK(error.message ==
          "Unable to complete operation due to concurrent modification. Please try again later.");
}

TEST_CASE("a clash changes nothing, and the transaction goes on") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        add_api(transaction, "api");
        CHECK_FALSE(transaction.insert(Table::RestApis, {"", "api"}, named("again")));
        CHECK(transaction.insert(Table::Resources, {"api", "root"}, resource("", "", "/")));
        CHECK(
            transaction.insert(Table::Resources, {"api", "1"}, resource("root", "pets", "/pets")));
        CHECK_FALSE(
            transaction.insert(Table::Resources, {"api", "2"}, resource("root", "pets", "/pets")));
        CHECK(transaction.insert(Table::Resources, {"api", "3"},
                                 resource("1", "pets", "/pets/pets")));
        CHECK(
            transaction.insert(Table::Resources, {"api", "4"}, resource("root", "dogs", "/dogs")));
        CHECK_FALSE(
            transaction.update(Table::Resources, {"api", "4"}, resource("root", "pets", "/pets")));
        CHECK(
            transaction.update(Table::Resources, {"api", "4"}, resource("root", "cats", "/cats")));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.find(Table::RestApis, {"", "api"})->text("name") == "api api");
        CHECK(transaction.find(Table::Resources, {"api", "4"})->text("path") == "/cats");
        CHECK(transaction.count(Table::Resources, "api", 100) == 4);
        CHECK(transaction.count(Table::Resources, "api", 4) == 4);
        CHECK(transaction.count(Table::Resources, "api", 3) == 3);
    });
}

TEST_CASE("text that cannot be stored is refused, or not found") {
    TestDatabase test;
    const std::string nul("a\0b", 3);
    for (const std::string& text : {nul, std::string("\xff"), std::string("\xed\xa0\x80")}) {
        CHECK(test.refused([&text](Transaction& transaction) {
                      transaction.insert(Table::RestApis, {"", "a"}, named(text));
                  })
                  .kind == Error::Kind::Invalid);
        CHECK(test.refused([&text](Transaction& transaction) {
                      transaction.insert(Table::RestApis, {"", text}, named("x"));
                  })
                  .kind == Error::Kind::Invalid);
        test.write([&text](Transaction& transaction) {
            CHECK_FALSE(transaction.find(Table::RestApis, {"", text}));
            CHECK_FALSE(transaction.exists(Table::RestApis, {text, "a"}));
            CHECK_FALSE(transaction.erase(Table::RestApis, {"", text}));
            CHECK(transaction.scan(Table::Resources, text).empty());
            CHECK(transaction.list(Table::ApiKeys, "", {}, {text, {}, {}}).items.empty());
            CHECK(transaction.plans_of_key(text).empty());
            CHECK_FALSE(transaction.key_with_value(text));
        });
    }
}

TEST_CASE("a blob is kept once under its hash, and goes with its last deployment") {
    TestDatabase test;
    const std::string bytes("not only text \0\xff", 16);
    std::string hash;
    test.write([&](Transaction& transaction) {
        hash = transaction.put_blob(bytes);
        CHECK(transaction.put_blob(bytes) == hash);
        CHECK(hash.size() == 64);
        add_api(transaction, "a");
        transaction.insert(Table::Deployments, {"a", "d1"}, json::Object{{"snapshot", hash}});
        transaction.insert(Table::Deployments, {"a", "d2"}, json::Object{{"snapshot", hash}});
        CHECK_FALSE(transaction.blob("absent"));
    });
    test.write([&](Transaction& transaction) {
        transaction.erase(Table::Deployments, {"a", "d1"});
        CHECK(transaction.blob(hash) == bytes);
        transaction.erase(Table::Deployments, {"a", "d2"});
        CHECK_FALSE(transaction.blob(hash));
    });
}

TEST_CASE("an effect that is told twice in an operation is in the outbox once") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        transaction.emit({Effect::Kind::Stage, "a/prod"});
        transaction.emit({Effect::Kind::Stage, "a/prod"});
        transaction.emit({Effect::Kind::ApiKey, "a/prod"});
    });
    CHECK(test.server.query("SELECT kind, reference FROM outbox ORDER BY id") ==
          "stage|a/prod\napi_key|a/prod");
}

TEST_CASE("writers of one resource take turns, others do not wait") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        transaction.insert(Table::RestApis, {"", "a"}, json::Object{{"count", 0}});
    });
    std::vector<std::thread> writers;
    for (int i = 0; i < 6; ++i) {
        writers.emplace_back([&test] {
            for (int j = 0; j < 20; ++j) {
                test.write([](Transaction& transaction) {
                    transaction.lock(Table::RestApis, "a");
                    json::Value document = *transaction.find(Table::RestApis, {"", "a"});
                    document["count"] = *document.integer("count") + 1;
                    transaction.update(Table::RestApis, {"", "a"}, document);
                });
            }
        });
    }
    for (std::thread& writer : writers) writer.join();
    test.read([](Transaction& transaction) {
        CHECK(transaction.find(Table::RestApis, {"", "a"})->integer("count") == 120);
    });
}

TEST_CASE("operations that lock in opposite order both succeed") {
    TestDatabase test;
    std::latch both_hold_one(2);
    std::vector<std::thread> writers;
    for (const bool forward : {true, false}) {
        writers.emplace_back([&test, &both_hold_one, forward] {
            bool is_first = true;
            test.write([&](Transaction& transaction) {
                transaction.lock(Table::RestApis, forward ? "a" : "b");
                if (std::exchange(is_first, false)) both_hold_one.arrive_and_wait();
                transaction.lock(Table::RestApis, forward ? "b" : "a");
            });
        });
    }
    for (std::thread& writer : writers) writer.join();
}

TEST_CASE("a lock that is not to be had in time is a conflict that clients retry") {
    TestDatabase test;
    DatabaseOptions impatient = test.options();
    impatient.lock_wait_max = Milliseconds{100};
    Database other(impatient, test_master_key());
    test.write([&other](Transaction& transaction) {
        transaction.lock(Table::RestApis, "a");
        const auto refused = other.store().run(service::Access::Write, [](Transaction& second) {
            second.lock(Table::RestApis, "a");
            return Result<json::Value>(json::Value());
        });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == Error::Kind::Conflict);
        CHECK(refused.error().retryable);
    });
}

TEST_CASE("a read that takes a second statement starts over and sees one moment") {
    TestDatabase test;
    test.write([](Transaction& transaction) { add_api(transaction, "a"); });
    int begun = 0;
    const auto answer =
        test.database.store().run(service::Access::ReadRow, [&](Transaction& transaction) {
            ++begun;
            const auto before = transaction.count(Table::RestApis, "", 100);
            test.write([begun](Transaction& other) { add_api(other, std::to_string(begun)); });
            const auto after = transaction.count(Table::RestApis, "", 100);
            CHECK(after == before);
            return Result<json::Value>(json::Value(before));
        });
    CHECK(begun == 2);
    CHECK(answer.value() == json::Value(2));

    const auto alone =
        test.database.store().run(service::Access::ReadRow, [&](Transaction& transaction) {
            ++begun;
            return Result<json::Value>(json::Value(transaction.count(Table::RestApis, "", 100)));
        });
    CHECK(begun == 3);
    CHECK(alone.value() == json::Value(3));
}

TEST_CASE("a read-only operation sees one moment and writes nothing") {
    TestDatabase test;
    test.write([](Transaction& transaction) { add_api(transaction, "a"); });
    test.read([&test](Transaction& transaction) {
        CHECK(transaction.count(Table::RestApis, "", 100) == 1);
        test.write([](Transaction& other) { add_api(other, "b"); });
        CHECK(transaction.count(Table::RestApis, "", 100) == 1);
    });
    const auto refused =
        test.database.store().run(service::Access::Read, [](Transaction& transaction) {
            transaction.insert(Table::RestApis, {"", "c"}, named("c"));
            return Result<json::Value>(json::Value());
        });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::Internal);
}

TEST_CASE("more operations than connections wait for their turn") {
    TestDatabase test(2);
    std::vector<std::thread> callers;
    for (int i = 0; i < 12; ++i) {
        callers.emplace_back([&test, i] {
            test.write([i](Transaction& transaction) { add_api(transaction, std::to_string(i)); });
        });
    }
    for (std::thread& caller : callers) caller.join();
    test.read(
        [](Transaction& transaction) { CHECK(transaction.count(Table::RestApis, "", 100) == 12); });
    // The session that applied the schema may still be on its way out.
    std::string sessions;
    for (int attempt = 0; attempt < 100 && sessions != "2"; ++attempt) {
        sessions = test.server.query(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'turnpike-control'");
    }
    CHECK(sessions == "2");
}

}  // namespace
}  // namespace turnpike::store
