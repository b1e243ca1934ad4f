#include "control-plane/publish/explanations.hpp"

#include "tests/integration/publish/fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

/// Requests that the test records as a worker would.
struct Recorded {
    void put(const std::string& id, int time, const std::string& document) {
        const auto replies =
            client.pipeline({{"ZADD", names.explained_ids(), std::to_string(time), id},
                             {"HSET", names.explained_documents(), id, document}},
                            5s);
        REQUIRE(replies);
        for (const auto& reply : *replies) REQUIRE(reply);
    }
    void put(const std::string& id, int time, const std::string& api, const std::string& stage) {
        put(id, time,
            R"({"requestId":")" + id + R"(","apiId":")" + api + R"(","stage":")" + stage +
                R"(","path":"/x","status":200,"log":["long"]})");
    }
    /// "r2 r1": ids of a list that must succeed.
    std::string listed(const json::Value& input = json::Object{}) {
        const auto answer = explanations.list(input);
        REQUIRE_MESSAGE(answer, answer.error().message << answer.error().detail);
        std::string ids;
        for (const json::Value& item : answer->array("items")) {
            ids += (ids.empty() ? "" : " ") + std::string(item.text("requestId"));
        }
        return ids;
    }

    RedisServer redis;
    redis::Client client{redis_options(redis.url())};
    snapshot::PublishedNames names{"test"};
    publish::Explanations explanations{client, names};
};

}  // namespace

TEST_CASE_FIXTURE(Recorded, "a request that was recorded is found by its id") {
    put("r1", 1, "a1", "prod");
    const auto found = explanations.find("r1");
    REQUIRE(found);
    CHECK(found->text("apiId") == "a1");
    CHECK(found->array("log").size() == 1);
    for (const char* unknown : {"r2", ""}) {
        const auto none = explanations.find(unknown);
        REQUIRE_FALSE(none);
        CHECK(none.error().kind == Error::Kind::NotFound);
        CHECK(none.error().message.find("not sampled") != std::string::npos);
        CHECK(none.error().message.find("no longer kept") != std::string::npos);
    }
    CHECK(explanations.find(std::string(100'000, 'r')).error().kind == Error::Kind::NotFound);
}

TEST_CASE_FIXTURE(Recorded, "a list has the newest first, and as many as were asked for") {
    CHECK(listed().empty());
    for (int i = 1; i <= 130; ++i) put("r" + std::to_string(i), i, "a1", "prod");
    CHECK(listed(json::Object{{"limit", 3}}) == "r130 r129 r128");
    CHECK(explanations.list(json::Object{})->array("items").size() == 25);
    const auto most = explanations.list(json::Object{{"limit", 100}});
    REQUIRE(most);
    REQUIRE(most->array("items").size() == 100);
    CHECK(most->array("items")[99].text("requestId") == "r31");
    CHECK(most->array("items")[0] == json::Value(json::Object{{"requestId", "r130"},
                                                              {"apiId", "a1"},
                                                              {"stage", "prod"},
                                                              {"path", "/x"},
                                                              {"status", 200}}));
    for (const int wrong : {0, -1, 101}) {
        CHECK(explanations.list(json::Object{{"limit", wrong}}).error().kind ==
              Error::Kind::Invalid);
    }
}

TEST_CASE_FIXTURE(Recorded,
                  "a list can be of one API or stage, however far back its requests are") {
    put("old", 1, "a1", "prod");
    put("dev", 2, "a1", "dev");
    for (int i = 10; i < 200; ++i) put("r" + std::to_string(i), i, "a2", "prod");
    CHECK(listed(json::Object{{"restApiId", "a1"}}) == "dev old");
    CHECK(listed(json::Object{{"restApiId", "a1"}, {"stageName", "prod"}}) == "old");
    CHECK(listed(json::Object{{"stageName", "dev"}}) == "dev");
    CHECK(listed(json::Object{{"restApiId", "a3"}}).empty());
}

TEST_CASE_FIXTURE(Recorded, "what cannot be read is as if it were not there") {
    put("good", 1, "a1", "prod");
    put("cut", 2, R"({"requestId":"cut","apiId":"a1")");
    put("list", 3, "[]");
    put("empty", 4, "");
    put("long", 5, R"({"apiId":")" + std::string(std::size_t{1} << 20U, 'x') + R"("})");
    REQUIRE(client.call({"ZADD", names.explained_ids(), "6", "no-document"}, 1s));
    REQUIRE(client.call({"ZADD", names.explained_ids(), "7", std::string(10'000, 'i')}, 1s));
    CHECK(listed() == "good");
    for (const char* id : {"cut", "list", "empty", "long", "no-document"}) {
        CAPTURE(id);
        const auto none = explanations.find(id);
        REQUIRE_FALSE(none);
        CHECK(none.error().kind == Error::Kind::NotFound);
    }
}

TEST_CASE_FIXTURE(Recorded, "long documents come in several answers, and none is left out") {
    const std::string padding(std::size_t{900} << 10U, 'x');
    for (int i = 1; i <= 9; ++i) {
        put("r" + std::to_string(i), i, R"({"apiId":"a1","padding":")" + padding + R"("})");
    }
    CHECK(listed() == "r9 r8 r7 r6 r5 r4 r3 r2 r1");
}

TEST_CASE_FIXTURE(Recorded, "while Redis is away nothing is told") {
    put("r1", 1, "a1", "prod");
    redis.kill();
    for (const auto& answer : {explanations.find("r1"), explanations.list(json::Object{})}) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == Error::Kind::Unavailable);
    }
    redis.start();
    CHECK(eventually([this] { return explanations.list(json::Object{}).has_value(); }));
}

TEST_CASE_FIXTURE(Recorded, "a Redis that does not answer is waited for once, not for each read") {
    put("r1", 1, "a1", "prod");
    redis.pause();
    const auto answer = explanations.list(json::Object{});
    redis.resume();
    REQUIRE_FALSE(answer);
    const Error::Kind kind = answer.error().kind;
    CHECK((kind == Error::Kind::Timeout || kind == Error::Kind::Unavailable));
}
