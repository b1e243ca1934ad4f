#include "common/limits/state.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "common/redis/client.hpp"
#include "data-plane/limits/questions.hpp"
#include "tests/support/redis_server.hpp"

using namespace turnpike;
using namespace turnpike::limits;
using namespace std::chrono_literals;

/// What is read of a bucket or a quota is what its script in Redis keeps.
namespace {

struct Redis {
    redis::Reply run(std::string_view script, const std::vector<std::string>& keys,
                     const std::vector<std::string>& arguments) {
        redis::Command command{"EVAL", std::string(script), std::to_string(keys.size())};
        command.insert(command.end(), keys.begin(), keys.end());
        command.insert(command.end(), arguments.begin(), arguments.end());
        auto reply = client.call(std::move(command), 2s);
        if (!reply) FAIL(reply.error().detail);
        return *std::move(reply);
    }
    BucketAnswer ask(const std::string& lessee, const BucketLimit& limit,
                     const BucketQuestion& question) {
        const auto reply =
            run(bucket_script().text(), {"bucket"}, arguments_of(lessee, limit, question));
        return bucket_answer(reply).value();
    }
    QuotaAnswer ask(const std::string& lessee, const QuotaTerms& terms,
                    const QuotaQuestion& question) {
        const auto reply =
            run(quota_script().text(), {"quota", "since"}, arguments_of(lessee, terms, question));
        return quota_answer(reply).value();
    }
    StoredState read(const std::vector<std::string>& keys) {
        const redis::Reply reply = run(kStateScript, keys, {});
        std::vector<std::string_view> words;
        for (const redis::Reply& word : reply.elements) words.emplace_back(word.text);
        return stored_state(words).value();
    }

    tests::RedisServer server;
    redis::Client client{redis::Options{.url = server.url()}};
};

}  // namespace

TEST_CASE("of a bucket are read the tokens that are left, and those that are held") {
    Redis redis;
    const BucketLimit limit{0.001, 1000};
    CHECK(bucket_state(limit, redis.read({"bucket"})).tokens == 1000);
    for (const char* lessee : {"one", "two"}) {
        BucketQuestion question;
        question.waiting = 3;
        question.wanted = 10;
        question.number = 1;
        const BucketAnswer answer = redis.ask(lessee, limit, question);
        REQUIRE(answer.granted == 3);
        REQUIRE(answer.added > 0);
        const BucketState state = bucket_state(limit, redis.read({"bucket"}));
        CHECK(state.tokens == static_cast<std::int64_t>(std::floor(answer.known.level)));
        CHECK(state.held == answer.held_by_all);
    }
    const StoredState twice = redis.read({"bucket"});
    CHECK(bucket_state(limit, twice).held == bucket_state(limit, redis.read({"bucket"})).held);
}

TEST_CASE("of a quota are read what is used, what is held, and its window") {
    Redis redis;
    CHECK_FALSE(redis.read({"quota", "since"}).is_filled);
    redis.run("return redis.call('SET', KEYS[1], '1')", {"since"}, {});
    for (const char* period : {"HOUR", "DAY", "WEEK", "MONTH"}) {
        CAPTURE(period);
        redis.run("return redis.call('DEL', KEYS[1])", {"quota"}, {});
        QuotaTerms terms;
        terms.period = period;
        terms.limit = 100'000;
        QuotaQuestion question;
        question.waiting = 5;
        question.wanted = 10;
        question.number = 1;
        const QuotaAnswer answer = redis.ask("one", terms, question);
        REQUIRE(answer.granted == 5);
        REQUIRE(answer.added == 10);
        const StoredState stored = redis.read({"quota", "since"});
        CHECK(stored.is_filled);
        const auto state = quota_state(terms, stored);
        REQUIRE(state);
        CHECK(state->used == answer.used);
        CHECK(state->held == 10);
        CHECK(state->allowance == answer.allowance);
        CHECK(epoch_seconds(state->window.start) == answer.window_s);
        const auto rest = state->window.end - WallTime(Microseconds(stored.now_us));
        CHECK(std::chrono::floor<Milliseconds>(rest) <= answer.rest);
    }
}
