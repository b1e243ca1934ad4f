#include <set>

#include "common/json/value.hpp"
#include "control-plane/publish/metering_export.hpp"
#include "control-plane/publish/metering_post.hpp"
#include "control-plane/publish/metering_sender.hpp"
#include "control-plane/publish/usage_ledger.hpp"
#include "tests/integration/store/fixture.hpp"

using namespace turnpike;
using namespace turnpike::publish;
using namespace std::chrono_literals;

namespace {

/// Plan "gold" is for sale, "free" is not; keys k1 (of customer "acme") and k2.
struct World {
    World() {
        test.write([](service::Transaction& transaction) {
            transaction.insert(service::Table::UsagePlans, {"", "gold"}, sold("au"));
            transaction.insert(service::Table::UsagePlans, {"", "free"}, store::named("free"));
            transaction.insert(service::Table::ApiKeys, {"", "k1"},
                               json::Object{{"name", "k1"}, {"customerId", "acme"}});
            transaction.insert(service::Table::ApiKeys, {"", "k2"}, store::named("k2"));
        });
    }
    static json::Value sold(const char* product) {
        return json::Object{{"name", "gold"}, {"productCode", product}};
    }
    void count(const char* plan, const char* key, int hour, std::int64_t used,
               const char* date = "2026-11-22") {
        CHECK(usage.apply(0, "b" + std::to_string(++batches),
                          {{plan, key, *parse_day(date), hour, used}}));
    }
    /// As of 2026-11-22, `hour`:30.
    Result<void> turn_at(int hour) {
        return sender.turn(WallTime(*parse_day("2026-11-22")) + std::chrono::hours(hour) + 30min);
    }
    /// "k1 10 5" of each record that was accepted, "k1 10 5 +" of a correction.
    std::vector<std::string> accepted_lines() {
        std::vector<std::string> lines;
        for (const json::Value& record : accepted) {
            lines.push_back(std::string(record.text("keyId")) + " " +
                            std::string(record.text("hour")).substr(11, 2) + " " +
                            std::to_string(*record.integer("requests")) +
                            (record.flag("correction") ? " +" : ""));
        }
        return lines;
    }
    Result<int> post(std::string_view text) {
        posts.push_back(json::parse(text).value());
        if (answers_left > 0 && --answers_left == 0) return unavailable("cut");
        if (posts.back().array("records").size() > records_max) return 413;
        if (status >= 200 && status < 300) {
            for (const json::Value& record : posts.back().array("records"))
                accepted.push_back(record);
        }
        return status;
    }

    store::TestDatabase test;
    UsageLedger& usage = test.database.usage_ledger();
    MeteringLedger& ledger = test.database.metering_ledger();
    MeteringSender::Options options{};
    std::vector<std::string> reports;
    std::vector<json::Value> posts;
    std::vector<json::Value> accepted;
    int status = 200;
    int answers_left = 0;
    std::size_t records_max = 500;
    int batches = 0;
    MeteringSender sender{ledger, [this](std::string_view text) { return post(text); }, options,
                          [] { return true; },
                          [this](const std::string& text, bool) { reports.push_back(text); }};
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(World, "an hour is posted when it is final, once, and only what is for sale") {
    count("gold", "k1", 10, 2);
    count("gold", "k1", 10, 3);
    count("gold", "k2", 10, 7);
    count("gold", "k1", 11, 1);
    count("free", "k1", 10, 100);
    CHECK(turn_at(11));
    CHECK(posts.empty());
    CHECK(turn_at(12));
    CHECK(accepted_lines() == Lines{"k1 10 5", "k2 10 7"});
    CHECK(turn_at(12));
    CHECK(posts.size() == 1);
    CHECK(turn_at(13));
    CHECK(accepted_lines() == Lines{"k1 10 5", "k2 10 7", "k1 11 1"});
    const json::Value& record = accepted[0];
    CHECK(record.text("planId") == "gold");
    CHECK(record.text("productCode") == "au");
    CHECK(record.text("customerId") == "acme");
    CHECK(record.text("hour") == "2026-11-22T10:00:00Z");
    CHECK(record.text("id").size() == 64);
    CHECK(accepted[1].text("customerId").empty());
    CHECK(sender.pending_records() == 0);
}

TEST_CASE_FIXTURE(World, "what is counted late is a record of its own") {
    count("gold", "k1", 10, 2);
    CHECK(turn_at(12));
    count("gold", "k1", 10, 5);
    CHECK(turn_at(12));
    count("gold", "k1", 10, 1);
    CHECK(turn_at(12));
    CHECK(accepted_lines() == Lines{"k1 10 2", "k1 10 5 +", "k1 10 1 +"});
    std::set<std::string> ids;
    for (const json::Value& record : accepted) ids.emplace(record.text("id"));
    CHECK(ids.size() == 3);
}

TEST_CASE_FIXTURE(World, "what is not accepted is posted again, the same") {
    count("gold", "k1", 10, 2);
    for (const int refused : {500, 404, 302, 199, 100}) {
        status = refused;
        const auto done = turn_at(12);
        REQUIRE_FALSE(done);
        CHECK(done.error().detail.find(std::to_string(refused)) != std::string::npos);
        CHECK(sender.pending_records() == 1);
    }
    answers_left = 1;
    CHECK_FALSE(turn_at(12));
    status = 204;
    CHECK(turn_at(20));
    for (const json::Value& post : posts) CHECK(post == posts[0]);
    CHECK(sender.pending_records() == 0);
    CHECK(turn_at(20));
    CHECK(posts.size() == 7);
}

TEST_CASE_FIXTURE(World, "killed before it noted that a post was accepted, it posts the same ids") {
    count("gold", "k1", 10, 2);
    const WallTime end = WallTime(*parse_day("2026-11-22")) + 11h;
    CHECK(ledger.make_records(end, 10) == 1);
    const auto before = ledger.pending(10);  // posted, and then the power went
    CHECK(ledger.make_records(end, 10) == 0);
    CHECK(turn_at(12));
    REQUIRE(accepted.size() == 1);
    CHECK(accepted[0].text("id") == before[0].id);
}

TEST_CASE_FIXTURE(World, "many records go in several posts, smaller ones if they are too long") {
    test.write([](service::Transaction& transaction) {
        for (int i = 0; i < 1'200; ++i) {
            const std::string key = "m" + std::to_string(i);
            transaction.insert(service::Table::ApiKeys, {"", key}, store::named(key));
        }
    });
    std::vector<service::UsageCount> counts;
    for (int i = 0; i < 1'200; ++i) {
        counts.push_back({"gold", "m" + std::to_string(i), *parse_day("2026-11-22"), 10, i + 1});
    }
    CHECK(usage.apply(0, "many", counts));
    status = 500;
    CHECK_FALSE(turn_at(12));
    CHECK(posts.back().array("records").size() == 500);
    CHECK(sender.pending_records() == 1'200);
    status = 200;
    posts.clear();
    accepted.clear();
    SUBCASE("at most 500 each") {
        CHECK(turn_at(12));
        CHECK(posts.size() == 3);
        CHECK(accepted.size() == 1'200);
    }
    SUBCASE("as many as are taken") {
        records_max = 200;
        CHECK(turn_at(12));
        CHECK(posts.back().array("records").size() <= 200);
        CHECK(ledger.pending_count() == 0);
    }
    SUBCASE("one that is too long by itself waits") {
        records_max = 0;
        CHECK_FALSE(turn_at(12));
        CHECK(posts.back().array("records").size() == 1);
        CHECK(ledger.pending_count() == 1'200);
    }
}

TEST_CASE_FIXTURE(World, "another product or customer within an hour is a record of its own") {
    count("gold", "k1", 10, 2);
    test.write([](service::Transaction& transaction) {
        transaction.update(service::Table::UsagePlans, {"", "gold"}, sold("ag"));
    });
    count("gold", "k1", 10, 3);
    CHECK(turn_at(12));
    REQUIRE(accepted.size() == 2);
    CHECK(accepted[0].text("id") != accepted[1].text("id"));
    CHECK(accepted[0].text("productCode") != accepted[1].text("productCode"));
}

TEST_CASE_FIXTURE(World, "what was sold is posted though its plan and key are gone") {
    count("gold", "k1", 10, 2);
    test.write([](service::Transaction& transaction) {
        transaction.erase(service::Table::UsagePlans, {"", "gold"});
        transaction.erase(service::Table::ApiKeys, {"", "k1"});
    });
    CHECK(turn_at(12));
    CHECK(accepted_lines() == Lines{"k1 10 2"});
}

TEST_CASE_FIXTURE(World, "without an endpoint nothing is posted; old hours are forgotten") {
    const auto rows = [this](const std::string& table) {
        return test.server.query("SELECT count(*) FROM " + table);
    };
    count("gold", "k1", 10, 2, "2025-09-01");
    count("gold", "k1", 10, 2);
    MeteringSender::Options silent;
    silent.is_posting = false;
    MeteringSender other(
        ledger, [](std::string_view) -> Result<int> { return 200; }, silent, [] { return true; },
        [](const std::string&, bool) {});
    const WallTime now = WallTime(*parse_day("2026-11-22")) + 12h;
    SUBCASE("without an endpoint") {
        CHECK(other.turn(now));
        CHECK(rows("metering_records") == "0");
    }
    SUBCASE("with one, once it is accepted") {
        status = 500;
        CHECK_FALSE(sender.turn(now));
        CHECK(rows("usage_hours") == "2");
        status = 200;
        CHECK(sender.turn(now));
        CHECK(sender.turn(now));
        CHECK(rows("metering_records") == "1");
    }
    CHECK(rows("usage_hours") == "1");
    CHECK(rows("usage_months") == "1");
}

TEST_CASE_FIXTURE(World, "a month is exported by plan, product, key and customer, in pages") {
    count("gold", "k1", 10, 2);
    count("gold", "k1", 11, 3);
    count("gold", "k1", 0, 4, "2026-11-01");
    count("gold", "k1", 23, 50, "2026-10-31");
    count("gold", "k2", 10, 7);
    count("free", "k2", 10, 9);
    json::Value input = json::Object{{"month", "2026-11"}};
    const auto whole = monthly_usage(ledger, input);
    REQUIRE(whole);
    CHECK(whole->text("contentType") == "application/json");
    CHECK(whole->find("position") == nullptr);
    CHECK(whole->text("body") ==
          R"({"month":"2026-11","items":[)"
          R"({"planId":"gold","productCode":"au","keyId":"k1","customerId":"acme","requests":9},)"
          R"({"planId":"gold","productCode":"au","keyId":"k2","customerId":"","requests":7}]})");
    input["limit"] = 1;
    input["format"] = "csv";
    const auto first = monthly_usage(ledger, input);
    REQUIRE(first);
    CHECK(first->text("body") ==
          "planId,productCode,keyId,customerId,month,requests\r\n"
          "gold,au,k1,acme,2026-11,9\r\n");
    input["position"] = first->text("position");
    const auto second = monthly_usage(ledger, input);
    REQUIRE(second);
    CHECK(second->text("body").ends_with("\r\ngold,au,k2,,2026-11,7\r\n"));
    CHECK(second->find("position") == nullptr);
    CHECK(monthly_usage(ledger, json::Object{{"month", "2026-09"}})->text("body") ==
          R"({"month":"2026-09","items":[]})");
}

TEST_CASE_FIXTURE(World, "CSV quotes what needs it") {
    test.write([](service::Transaction& transaction) {
        transaction.update(service::Table::ApiKeys, {"", "k2"},
                           json::Object{{"name", "k2"}, {"customerId", "a \"b\", c\nd"}});
    });
    count("gold", "k2", 10, 7);
    const auto answer =
        monthly_usage(ledger, json::Object{{"month", "2026-11"}, {"format", "csv"}});
    REQUIRE(answer);
    CHECK(answer->text("body").ends_with("gold,au,k2,\"a \"\"b\"\", c\nd\",2026-11,7\r\n"));
}

TEST_CASE_FIXTURE(World, "an export of something else is refused") {
    for (const char* month : {"", "2026", "2026-13", "2026-11-01", "x", "2026-1"}) {
        CAPTURE(month);
        CHECK(monthly_usage(ledger, json::Object{{"month", month}}).error().kind ==
              Error::Kind::Invalid);
    }
    const auto refused = [this](const char* name, const json::Value& value) {
        json::Value input = json::Object{{"month", "2026-11"}};
        input[name] = value;
        const auto answer = monthly_usage(ledger, input);
        return !answer && answer.error().kind == Error::Kind::Invalid;
    };
    CHECK(refused("format", "xml"));
    CHECK(refused("limit", 0));
    CHECK(refused("limit", 10'001));
    for (const std::string position : {"x", "00", "5b5d", "5b312c322c332c345d", "5b2261225d"}) {
        CAPTURE(position);
        CHECK(refused("position", position));
    }
    CHECK(refused("position", std::string(100'000, '0')));
}

TEST_CASE("a post that nobody answers, or whose token cannot be read, fails") {
    MeteringPost::Options options;
    options.url = "http://127.0.0.1:1/";
    const auto never = [] { return false; };
    const auto refused = MeteringPost(options, never).post("{}");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::Unavailable);
    const tests::TemporaryFolder folder;
    options.token_file = folder.path() / "token";
    CHECK(MeteringPost(options, never).post("{}").error().kind == Error::Kind::Invalid);
    options.token_file.clear();
    options.url = "file:///etc/hostname";
    CHECK_FALSE(MeteringPost(options, never).post("{}"));
}

TEST_CASE_FIXTURE(World, "an hour that was forgotten and is counted again has other ids") {
    const WallTime now = WallTime(*parse_day("2026-11-22")) + 12h;
    count("gold", "k1", 10, 2, "2025-09-01");
    CHECK(sender.turn(now));
    CHECK(sender.turn(now));
    CHECK(test.server.query("SELECT count(*) FROM usage_hours") == "0");
    count("gold", "k1", 10, 3, "2025-09-01");
    CHECK(sender.turn(now));
    REQUIRE(accepted.size() == 2);
    CHECK(accepted[0].text("id") != accepted[1].text("id"));
}
