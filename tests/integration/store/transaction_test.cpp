#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::Effect;
using service::Key;
using service::PageRequest;
using service::Table;
using service::Transaction;

json::Value resource(const std::string& parent, const std::string& part, const std::string& path) {
    return json::Object{{"parentId", parent}, {"pathPart", part}, {"path", path}};
}

void add_api(Transaction& transaction, const std::string& id) {
    CHECK(transaction.insert(Table::RestApis, {"", id}, named("api " + id)));
}

std::vector<std::string> names(const service::Page& page) {
    std::vector<std::string> all;
    for (const json::Value& item : page.items) all.emplace_back(item.text("name"));
    return all;
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
    const auto failed = test.database.store().run(false, [](Transaction& transaction) {
        add_api(transaction, "a");
        transaction.emit({Effect::Kind::Stage, "a/prod"});
        return Result<json::Value>(conflict("no"));
    });
    CHECK(failed.error().message == "no");
    CHECK_THROWS_AS(test.database.store().run(false,
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

TEST_CASE("lists are in order: resources by path, keys newest first, others by creation") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        for (const std::string id : {"z", "a", "m"}) {
            add_api(transaction, id);
            transaction.insert(Table::ApiKeys, {"", "key" + id}, named(id));
        }
        for (const std::string path : {"/b", "/", "/a/b", "/a", "/B"}) {
            transaction.insert(Table::Resources, {"a", "r" + path},
                               json::Object{{"name", path}, {"path", path}, {"pathPart", path}});
        }
    });
    test.read([](Transaction& transaction) {
        CHECK(names(transaction.list(Table::RestApis, "", {})) ==
              std::vector<std::string>{"api z", "api a", "api m"});
        CHECK(names(transaction.list(Table::ApiKeys, "", {})) ==
              std::vector<std::string>{"m", "a", "z"});
        CHECK(names(transaction.list(Table::Resources, "a", {})) ==
              std::vector<std::string>{"/", "/B", "/a", "/a/b", "/b"});
        CHECK(transaction.scan(Table::Resources, "a").front().key.id == "r/");
    });
}

TEST_CASE("pages neither repeat nor skip what was there, whatever is added or removed meanwhile") {
    TestDatabase test;
    const auto add_key = [](Transaction& transaction, const std::string& name) {
        CHECK(transaction.insert(Table::ApiKeys, {"", "id" + name}, named(name)));
    };
    test.write([&add_key](Transaction& transaction) {
        for (int i = 0; i < 10; ++i) add_key(transaction, std::to_string(i));
    });
    std::vector<std::string> seen;
    PageRequest request{.limit = 3, .position = {}};
    for (int round = 0; round < 10; ++round) {
        service::Page page;
        test.read([&](Transaction& transaction) {
            page = transaction.list(Table::ApiKeys, "", request);
        });
        for (const std::string& name : names(page)) seen.push_back(name);
        if (!page.position) break;
        request.position = *page.position;
        test.write([&](Transaction& transaction) {
            add_key(transaction, "new" + std::to_string(round));
            transaction.erase(Table::ApiKeys, {"", "id" + seen.back()});
        });
    }
    CHECK(seen == std::vector<std::string>{"9", "8", "7", "6", "5", "4", "3", "2", "1", "0"});
}

TEST_CASE("a page has a position only if there is more, and limits are clamped") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        for (int i = 0; i < 3; ++i) add_api(transaction, std::to_string(i));
    });
    test.read([](Transaction& transaction) {
        CHECK_FALSE(transaction.list(Table::RestApis, "", {.limit = 3, .position = {}}).position);
        const auto first = transaction.list(Table::RestApis, "", {.limit = -5, .position = {}});
        CHECK(first.items.size() == 1);
        REQUIRE(first.position);
        CHECK(first.position->find_first_of("+/= ") == std::string::npos);
        const auto rest =
            transaction.list(Table::RestApis, "", {.limit = 100'000, .position = *first.position});
        CHECK(names(rest) == std::vector<std::string>{"api 1", "api 2"});
    });
}

TEST_CASE("a position that no list of the table gave is refused") {
    TestDatabase test;
    std::string position;
    test.write([&position](Transaction& transaction) {
        add_api(transaction, "a");
        add_api(transaction, "b");
        position = *transaction.list(Table::RestApis, "", {.limit = 1, .position = {}}).position;
    });
    CHECK(test.refused([&position](Transaction& transaction) {
                  transaction.list(Table::ApiKeys, "", {.limit = 1, .position = position});
              })
              .kind == Error::Kind::Invalid);
    for (const std::string bad : {"x", "!!", "WzEsIngiXQ", "bnVsbA", "WzEsIjEiLCIyIl0"}) {
        CHECK(test.refused([&bad](Transaction& transaction) {
                      transaction.list(Table::RestApis, "", {.limit = 1, .position = bad});
                  })
                  .message == "Invalid position parameter");
    }
}

TEST_CASE("lists are restricted by the start of a name and by a member") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        const auto add = [&transaction](const std::string& id, const std::string& name,
                                        const std::string& customer) {
            transaction.insert(Table::ApiKeys, {"", id},
                               json::Object{{"name", name}, {"customerId", customer}});
        };
        add("1", "alpha", "c1");
        add("2", "al%ha", "c2");
        add("3", "Alpha", "c1");
        add("4", "beta", "c1");
        transaction.insert(Table::ApiKeys, {"", "5"}, json::Object{});
    });
    test.read([](Transaction& transaction) {
        const auto list = [&transaction](const service::Filter& filter) {
            return names(transaction.list(Table::ApiKeys, "", {}, filter));
        };
        CHECK(list({"al", {}, {}}) == std::vector<std::string>{"al%ha", "alpha"});
        CHECK(list({"al%", {}, {}}) == std::vector<std::string>{"al%ha"});
        CHECK(list({{}, "customerId", "c1"}) == std::vector<std::string>{"beta", "Alpha", "alpha"});
        CHECK(list({"b", "customerId", "c1"}) == std::vector<std::string>{"beta"});
        CHECK(list({{}, "customerId", "none"}).empty());
    });
}

TEST_CASE("plans are found by key and by stage") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        const auto stage = [](const std::string& api, const std::string& name) {
            return json::Value(
                json::Object{{"apiId", api}, {"stage", name}, {"throttle", json::Object{}}});
        };
        transaction.insert(Table::ApiKeys, {"", "k"}, named("k"));
        transaction.insert(
            Table::UsagePlans, {"", "p2"},
            json::Object{{"apiStages", json::Array{stage("a", "prod"), stage("b", "dev")}}});
        transaction.insert(Table::UsagePlans, {"", "p1"},
                           json::Object{{"apiStages", json::Array{stage("a", "prod")}}});
        transaction.insert(Table::UsagePlans, {"", "p3"}, named("no stages"));
        transaction.insert(Table::UsagePlanKeys, {"p3", "k"}, named("k"));
        transaction.insert(Table::UsagePlanKeys, {"p1", "k"}, named("k"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.plans_with_stage("a", "prod") == std::vector<std::string>{"p1", "p2"});
        CHECK(transaction.plans_with_stage("b", "dev") == std::vector<std::string>{"p2"});
        CHECK(transaction.plans_with_stage("a", "dev").empty());
        CHECK(transaction.plans_of_key("k") == std::vector<std::string>{"p1", "p3"});
        CHECK(transaction.plans_of_key("x").empty());
    });
}

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
    const auto opened = other.store().run(true, [](Transaction& transaction) {
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

TEST_CASE("domains are found by the API that they are mapped to") {
    TestDatabase test;
    const auto mapping = [](std::string_view api_id) {
        return json::Value(json::Object{{"restApiId", api_id}});
    };
    test.write([&](Transaction& transaction) {
        transaction.insert(Table::DomainNames, {"", "b.example"}, named("b.example"));
        transaction.insert(Table::DomainNames, {"", "a.example"}, named("a.example"));
        transaction.insert(Table::BasePathMappings, {"b.example", "one"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"b.example", "two"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"a.example", "(none)"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"a.example", "x"}, mapping("other"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.domains_mapped_to("api") ==
              std::vector<std::string>{"a.example", "b.example"});
        CHECK(transaction.domains_mapped_to("none").empty());
    });
}

TEST_CASE("stages are found by the client certificate that they name") {
    TestDatabase test;
    const auto stage = [](std::string_view certificate_id) {
        return json::Value(json::Object{{"clientCertificateId", certificate_id}});
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "a");
        add_api(transaction, "b");
        transaction.insert(Table::Stages, {"b", "dev"}, stage("one"));
        transaction.insert(Table::Stages, {"a", "prod"}, stage("one"));
        transaction.insert(Table::Stages, {"a", "dev"}, stage("two"));
        transaction.insert(Table::Stages, {"a", "none"}, named("x"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.stages_with_client_certificate("one", 10) ==
              std::vector<std::string>{"a/prod", "b/dev"});
        CHECK(transaction.stages_with_client_certificate("one", 1) ==
              std::vector<std::string>{"a/prod"});
        CHECK(transaction.stages_with_client_certificate("", 10).empty());
        CHECK(transaction.stages_with_client_certificate(std::string_view("\0", 1), 10).empty());
    });
}

TEST_CASE("deployed methods are found by the VPC link that they use") {
    TestDatabase test;
    const auto deployment = [](const json::Object& links) {
        return json::Value(json::Object{{"vpcLinks", links}});
    };
    const auto stage = [](std::string_view deployment_id, std::string_view canary_id) {
        json::Value made = json::Object{{"deploymentId", deployment_id}};
        if (!canary_id.empty()) made["canarySettings"]["deploymentId"] = canary_id;
        return made;
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "a");
        add_api(transaction, "b");
        transaction.insert(
            Table::Deployments, {"a", "d"},
            deployment({{"one", json::Array{"GET:r", "PUT:r"}}, {"two", json::Array{"ANY:s"}}}));
        transaction.insert(Table::Deployments, {"a", "e"}, named("x"));
        transaction.insert(Table::Deployments, {"b", "d"},
                           deployment({{"one", json::Array{"GET:t"}}}));
        transaction.insert(Table::Stages, {"a", "prod"}, stage("d", ""));
        transaction.insert(Table::Stages, {"a", "canary"}, stage("e", "d"));
        transaction.insert(Table::Stages, {"a", "both"}, stage("d", "d"));
        transaction.insert(Table::Stages, {"a", "other"}, stage("e", ""));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.deployed_uses_of_vpc_link("one", 10) ==
              std::vector<std::string>{"a:GET:r:both", "a:GET:r:canary", "a:GET:r:prod",
                                       "a:PUT:r:both", "a:PUT:r:canary", "a:PUT:r:prod"});
        CHECK(transaction.deployed_uses_of_vpc_link("two", 2) ==
              std::vector<std::string>{"a:ANY:s:both", "a:ANY:s:canary"});
        CHECK(transaction.deployed_uses_of_vpc_link("three", 10).empty());
        CHECK(transaction.deployed_uses_of_vpc_link("a'b", 10).empty());
    });
}

TEST_CASE("two parts of a documentation cannot have one location") {
    TestDatabase test;
    const auto part = [](std::string_view type) {
        return json::Value(json::Object{{"location", json::Object{{"type", type}}}});
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "api");
        CHECK(transaction.insert(Table::DocumentationParts, {"api", "1"}, part("API")));
        CHECK_FALSE(transaction.insert(Table::DocumentationParts, {"api", "2"}, part("API")));
        CHECK(transaction.insert(Table::DocumentationParts, {"api", "2"}, part("METHOD")));
        CHECK_FALSE(transaction.update(Table::DocumentationParts, {"api", "2"}, part("API")));
        CHECK(transaction.update(Table::DocumentationParts, {"api", "2"}, part("METHOD")));
    });
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
    std::vector<std::thread> writers;
    for (const bool forward : {true, false}) {
        writers.emplace_back([&test, forward] {
            for (int i = 0; i < 10; ++i) {
                test.write([forward](Transaction& transaction) {
                    transaction.lock(Table::RestApis, forward ? "a" : "b");
                    transaction.lock(Table::RestApis, forward ? "b" : "a");
                });
            }
        });
    }
    for (std::thread& writer : writers) writer.join();
}

TEST_CASE("a key that two plans share is found, others are not") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        for (const std::string key : {"k1", "k2", "k3"}) {
            transaction.insert(Table::ApiKeys, {"", key}, named(key));
        }
        for (const std::string plan : {"p1", "p2", "p3"}) {
            transaction.insert(Table::UsagePlans, {"", plan}, named(plan));
        }
        for (const auto& [plan, key] : {Key{"p1", "k1"}, Key{"p1", "k2"}, Key{"p2", "k2"},
                                        Key{"p2", "k3"}, Key{"p3", "k1"}}) {
            transaction.insert(Table::UsagePlanKeys, {plan, key}, named(key));
        }
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.key_of_both_plans("p1", "p2") == "k2");
        CHECK(transaction.key_of_both_plans("p3", "p1") == "k1");
        CHECK_FALSE(transaction.key_of_both_plans("p2", "p3"));
        CHECK_FALSE(transaction.key_of_both_plans("p1", "absent"));
    });
}

TEST_CASE("a lock that is not to be had in time is a conflict that clients retry") {
    TestDatabase test;
    DatabaseOptions impatient = test.options();
    impatient.lock_wait_max = Milliseconds{100};
    Database other(impatient, test_master_key());
    test.write([&other](Transaction& transaction) {
        transaction.lock(Table::RestApis, "a");
        const auto refused = other.store().run(false, [](Transaction& second) {
            second.lock(Table::RestApis, "a");
            return Result<json::Value>(json::Value());
        });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == Error::Kind::Conflict);
        CHECK(refused.error().retryable);
    });
}

TEST_CASE("a read-only operation sees one moment and writes nothing") {
    TestDatabase test;
    test.write([](Transaction& transaction) { add_api(transaction, "a"); });
    test.read([&test](Transaction& transaction) {
        CHECK(transaction.count(Table::RestApis, "", 100) == 1);
        test.write([](Transaction& other) { add_api(other, "b"); });
        CHECK(transaction.count(Table::RestApis, "", 100) == 1);
    });
    const auto refused = test.database.store().run(true, [](Transaction& transaction) {
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
