#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::PageRequest;
using service::Table;
using service::Transaction;

std::vector<std::string> names(const service::Page& page) {
    std::vector<std::string> all;
    for (const json::Value& item : page.items) all.emplace_back(item.text("name"));
    return all;
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

}  // namespace
}  // namespace turnpike::store
