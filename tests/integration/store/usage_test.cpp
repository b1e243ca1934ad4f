#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::CalendarDay;
using service::Table;
using service::Transaction;
using service::UsageExtension;

CalendarDay day(std::string_view text) { return *parse_day(text); }

/// Two plans, two keys.
struct UsageDatabase : TestDatabase {
    UsageDatabase() {
        write([](Transaction& transaction) {
            for (const char* plan : {"p1", "p2"}) {
                transaction.insert(Table::UsagePlans, {"", plan}, named(plan));
            }
            for (const char* key : {"k1", "k2"}) {
                transaction.insert(Table::ApiKeys, {"", key}, named(key));
            }
        });
    }
    void add(const std::vector<service::UsageCount>& counts) {
        write([&counts](Transaction& transaction) { transaction.add_usage(counts); });
    }
    /// "k1 2026-11-21 5 (13: 2)" of each row.
    std::vector<std::string> usage(const std::string& plan, const std::vector<std::string>& keys,
                                   std::string_view first, std::string_view last) {
        std::vector<std::string> lines;
        read([&](Transaction& transaction) {
            for (const auto& one : transaction.usage(plan, keys, day(first), day(last))) {
                lines.push_back(one.key_id + " " + day_text(one.day) + " " +
                                std::to_string(one.used) + " (" + std::to_string(one.last_hour) +
                                ": " + std::to_string(one.last_hour_used) + ")");
            }
        });
        return lines;
    }
};

using Lines = std::vector<std::string>;

TEST_CASE("requests add up by plan, key and day; the last hour is told apart") {
    UsageDatabase test;
    test.add({{"p1", "k1", day("2026-11-21"), 9, 3}, {"p1", "k2", day("2026-11-21"), 0, 1}});
    test.add({{"p1", "k1", day("2026-11-21"), 9, 2}, {"p2", "k1", day("2026-11-21"), 5, 70}});
    CHECK(test.usage("p1", {"k1", "k2"}, "2026-11-21", "2026-11-21") ==
          Lines{"k1 2026-11-21 5 (9: 5)", "k2 2026-11-21 1 (0: 1)"});
    test.add({{"p1", "k1", day("2026-11-21"), 13, 4}});
    test.add({{"p1", "k1", day("2026-11-21"), 12, 8}});  // late
    test.add({{"p1", "k1", day("2026-11-22"), 0, 6}, {"p1", "k1", day("2026-11-20"), 23, 2}});
    CHECK(test.usage("p1", {"k1"}, "2026-11-20", "2026-11-22") ==
          Lines{"k1 2026-11-20 2 (23: 2)", "k1 2026-11-21 17 (13: 4)", "k1 2026-11-22 6 (0: 6)"});
    CHECK(test.usage("p1", {"k1"}, "2026-11-21", "2026-11-21").size() == 1);
    CHECK(test.usage("p1", {}, "2026-11-20", "2026-11-22").empty());
    CHECK(test.usage("p1", {"k1", std::string("k\0", 2)}, "2026-11-20", "2026-11-22").empty());
}

TEST_CASE("counts of what is gone are left out, the others are kept") {
    UsageDatabase test;
    test.add({{"p1", "k1", day("2026-11-21"), 9, 3},
              {"p9", "k1", day("2026-11-21"), 9, 3},
              {"p1", "k9", day("2026-11-21"), 9, 3},
              {"p1", std::string("k\0", 2), day("2026-11-21"), 9, 3}});
    CHECK(test.server.query("SELECT count(*) FROM usage_days") == "1");
    test.add({});
}

TEST_CASE("old counts and extensions are removed, of every plan and key") {
    UsageDatabase test;
    const auto extend = [&test](const char* plan, std::string_view start) {
        test.write([&](Transaction& transaction) {
            transaction.put_usage_extension(plan,
                                            {"k1", WallTime(day(start)), 5, WallTime(day(start))});
        });
    };
    test.add({{"p1", "k1", day("2026-08-01"), 0, 1},
              {"p1", "k1", day("2026-08-02"), 0, 2},
              {"p2", "k2", day("2026-07-31"), 0, 3},
              {"p2", "k2", day("2026-11-21"), 0, 4}});
    extend("p1", "2026-08-01");
    extend("p2", "2026-08-02");
    test.write([](Transaction& transaction) { transaction.erase_usage_before(day("2026-08-02")); });
    CHECK(test.usage("p1", {"k1", "k2"}, "2026-01-01", "2026-12-31") ==
          Lines{"k1 2026-08-02 2 (0: 2)"});
    CHECK(test.usage("p2", {"k1", "k2"}, "2026-01-01", "2026-12-31") ==
          Lines{"k2 2026-11-21 4 (0: 4)"});
    CHECK(test.server.query("SELECT string_agg(plan_id, ',') FROM usage_extensions") == "p2");
}

TEST_CASE("usage outlives membership and ends with the plan or the key") {
    UsageDatabase test;
    test.write([](Transaction& transaction) {
        transaction.insert(Table::UsagePlanKeys, {"p1", "k1"}, named("k1"));
    });
    test.add({{"p1", "k1", day("2026-11-21"), 9, 3},
              {"p1", "k2", day("2026-11-21"), 9, 3},
              {"p2", "k2", day("2026-11-21"), 9, 3}});
    test.write([](Transaction& transaction) {
        transaction.put_usage_extension("p1", {"k1", day("2026-11-21"), 5, day("2026-11-21")});
        transaction.put_usage_extension("p2", {"k2", day("2026-11-21"), 5, day("2026-11-21")});
        transaction.erase(Table::UsagePlanKeys, {"p1", "k1"});
    });
    CHECK(test.server.query("SELECT count(*) FROM usage_days") == "3");
    test.write([](Transaction& transaction) {
        transaction.erase(Table::ApiKeys, {"", "k1"});
        transaction.erase(Table::UsagePlans, {"", "p2"});
    });
    CHECK(test.usage("p1", {"k1", "k2"}, "2026-11-21", "2026-11-21") ==
          Lines{"k2 2026-11-21 3 (9: 3)"});
    CHECK(test.server.query("SELECT count(*) FROM usage_days") == "1");
    CHECK(test.server.query("SELECT count(*) FROM usage_extensions") == "0");
}

TEST_CASE("a window has one extension, the last that was put") {
    UsageDatabase test;
    const WallTime window = day("2026-11-15");
    const auto put = [&](const UsageExtension& extension) {
        test.write(
            [&](Transaction& transaction) { transaction.put_usage_extension("p1", extension); });
    };
    put({"k1", window, 100, window + std::chrono::hours(3)});
    put({"k1", window, -7, window + std::chrono::hours(30)});
    put({"k1", day("2026-11-08"), 1, day("2026-11-09")});
    put({"k2", day("2026-11-22"), 2, day("2026-11-23")});
    test.read([&](Transaction& transaction) {
        const auto found = transaction.usage_extensions("p1", {"k1", "k2"}, day("2026-11-15"));
        REQUIRE(found.size() == 2);
        CHECK(found[0].key_id == "k1");
        CHECK(found[0].requests == -7);
        CHECK(found[0].window_start == window);
        CHECK(found[0].granted == window + std::chrono::hours(30));
        CHECK(found[1].key_id == "k2");
        CHECK(transaction.usage_extensions("p1", {"k1"}, day("2026-11-01")).size() == 2);
        CHECK(transaction.usage_extensions("p2", {"k1"}, day("2026-11-01")).empty());
    });
}

TEST_CASE("a list is restricted by members within members") {
    TestDatabase test;
    const auto part = [](const char* type, const char* path) {
        return json::Object{{"location", json::Object{{"type", type}, {"path", path}}},
                            {"name", std::string(type) + path}};
    };
    const auto listed = [](Transaction& transaction, json::Object location) {
        service::Filter filter;
        filter.contains = json::Object{{"location", std::move(location)}};
        std::string names;
        const auto page = transaction.list(Table::DocumentationParts, "a", {10, {}}, filter);
        for (const json::Value& item : page.items) names += std::string(item.text("name")) + " ";
        return names;
    };
    test.write([&](Transaction& transaction) {
        transaction.insert(Table::RestApis, {"", "a"}, named("a"));
        transaction.insert(Table::DocumentationParts, {"a", "1"}, part("METHOD", "/"));
        transaction.insert(Table::DocumentationParts, {"a", "2"}, part("RESOURCE", "/"));
        transaction.insert(Table::DocumentationParts, {"a", "3"}, part("METHOD", "/pets"));
        CHECK_FALSE(
            transaction.insert(Table::DocumentationParts, {"a", "4"}, part("METHOD", "/pets")));
    });
    test.read([&](Transaction& transaction) {
        CHECK(listed(transaction, {{"type", "METHOD"}}) == "METHOD/ METHOD/pets ");
        CHECK(listed(transaction, {{"type", "METHOD"}, {"path", "/"}}) == "METHOD/ ");
        CHECK(listed(transaction, {{"path", "/nope"}}).empty());
        CHECK(listed(transaction, {{"path", std::string("/\0", 2)}}).empty());
    });
}

TEST_CASE("documentation versions are listed without their parts, and found with them") {
    TestDatabase test;
    const json::Value version =
        json::Object{{"version", "1"}, {"parts", json::Array{json::Object{{"id", "x"}}}}};
    test.write([&](Transaction& transaction) {
        transaction.insert(Table::RestApis, {"", "a"}, named("a"));
        transaction.insert(Table::DocumentationVersions, {"a", "1"}, version);
    });
    test.read([&](Transaction& transaction) {
        CHECK(transaction.list(Table::DocumentationVersions, "a", {}).items[0] ==
              json::Value(json::Object{{"version", "1"}}));
        CHECK(*transaction.find(Table::DocumentationVersions, {"a", "1"}) == version);
    });
}

}  // namespace
}  // namespace turnpike::store
