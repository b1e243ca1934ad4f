#include "common/limits/scripts.hpp"

#include <doctest/doctest.h>

#include <random>

#include "common/redis/client.hpp"
#include "control-plane/publish/usage_shards.hpp"
#include "data-plane/limits/questions.hpp"
#include "tests/simulation/quota_keeper.hpp"
#include "tests/support/redis_server.hpp"

using namespace turnpike;
using namespace turnpike::limits;
using namespace std::chrono_literals;

namespace {

/// The last argument is the time.
const std::string kGivenClock = "local now = tonumber(table.remove(ARGV))\n";
constexpr Microseconds kLease = Stock::kLease;

struct Redis {
    redis::Reply run(std::string_view script, const std::vector<std::string>& keys,
                     std::vector<std::string> arguments, std::int64_t now_us) {
        redis::Command command{"EVAL", kGivenClock + std::string(script),
                               std::to_string(keys.size())};
        command.insert(command.end(), keys.begin(), keys.end());
        command.insert(command.end(), arguments.begin(), arguments.end());
        command.push_back(std::to_string(now_us));
        auto reply = client.call(std::move(command), 2s);
        if (!reply) FAIL(reply.error().detail);
        return *std::move(reply);
    }

    tests::RedisServer server;
    redis::Client client{redis::Options{.url = server.url()}};
};

struct Draw {
    explicit Draw(unsigned seed) : engine(seed) {}
    std::int64_t upto(std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(0, most)(engine);
    }
    bool one_in(std::int64_t many) { return upto(many - 1) == 0; }
    std::mt19937 engine;
};

BucketQuestion some_bucket_question(Draw& draw, int step, std::int64_t now,
                                    const BucketKnowledge& known) {
    BucketQuestion question;
    question.waiting = draw.upto(30);
    question.held = draw.upto(20);
    question.wanted = draw.upto(40);
    question.share = draw.one_in(2) ? 8 : 64;
    question.returned = draw.one_in(4) ? draw.upto(5) : 0;
    question.owed = draw.one_in(8) ? draw.upto(9) : 0;
    question.debt = draw.upto(step);
    question.number = draw.one_in(9) ? draw.upto(step) : step + 1;
    question.unsure_from = draw.one_in(4) ? draw.upto(step + 1) : 0;
    question.known = known;
    question.sent_us = draw.one_in(2) ? now - draw.upto(60'000) + 2'000 : 0;
    question.ages_us =
        ages_of(question.waiting, [&draw](std::int64_t) { return draw.upto(70'000); });
    return question;
}

/// `window_s`: the one that has the time. `used`: by the last answer.
QuotaQuestion some_quota_question(Draw& draw, int step, std::int64_t window_s, std::int64_t used) {
    QuotaQuestion question;
    question.waiting = draw.upto(30);
    question.held = draw.upto(6);
    question.wanted = draw.upto(12);
    question.returned = draw.one_in(3) ? draw.upto(4) : 0;
    question.debt = draw.upto(step);
    question.owed = draw.one_in(5) ? draw.upto(6) : 0;
    question.number = draw.one_in(9) ? draw.upto(step) : step + 1;
    question.refund = draw.one_in(5) ? draw.upto(3) : 0;
    question.unsure_from = draw.one_in(4) ? draw.upto(step + 1) : 0;
    if (draw.one_in(3)) {
        question.known_window_s = window_s;
        question.known_used = used;
        question.known_calls = draw.upto(2 * step);
    }
    return question;
}

}  // namespace

TEST_CASE("the script of buckets does what Bucket does") {
    Redis redis;
    for (unsigned seed = 0; seed < 20; ++seed) {
        Draw draw(seed);
        const BucketLimit limit{static_cast<double>(draw.upto(2000)) / 7 + 0.5,
                                static_cast<double>(draw.upto(800) + 1)};
        const std::string key = "bucket" + std::to_string(seed);
        Bucket bucket;
        std::int64_t now = 1'700'000'000'000'000;
        BucketKnowledge known;
        for (int step = 0; step < 150; ++step) {
            CAPTURE(seed);
            CAPTURE(step);
            now += draw.one_in(10) ? draw.upto(15'000'000) : draw.upto(20'000);
            if (draw.one_in(30)) now -= draw.upto(3'000'000);
            const std::string lessee = "lessee" + std::to_string(draw.upto(3));
            const BucketQuestion question =
                some_bucket_question(draw, step, now, draw.one_in(3) ? known : BucketKnowledge{});
            const auto answer = bucket_answer(
                redis.run(scripts::kBucket, {key}, arguments_of(lessee, limit, question), now));
            const BucketAnswer expected = bucket.answer(limit, lessee, question, kLease, now);
            REQUIRE(answer);
            REQUIRE(answer->granted == expected.granted);
            REQUIRE(answer->added == expected.added);
            REQUIRE(answer->held_by_all == expected.held_by_all);
            REQUIRE(answer->known.level == doctest::Approx(expected.known.level));
            REQUIRE(answer->retry == expected.retry);
            REQUIRE(answer->known.at_us == expected.known.at_us);
            if (expected.known.calls == 0) continue;  // it was overtaken
            known = answer->known;
            // A bucket that ran over for as long as anybody waits, and held by nobody, is
            // forgotten.
            const bool is_full = expected.held_by_all == 0 &&
                                 expected.known.level >= limit.burst + limit.rate * 50'000 / 1e6;
            REQUIRE((redis.client.call({"EXISTS", key}, 2s)->integer == 0) == is_full);
            if (is_full) bucket = {};
        }
    }
}

TEST_CASE(
    "what ran over and was had by one is not had by another who knows the bucket from before") {
    Redis redis;
    const BucketLimit limit{10'000, 2};
    const std::int64_t begin = 1'700'000'000'000'000;
    const auto ask = [&](const char* lessee, std::int64_t waiting, const BucketKnowledge& known,
                         std::int64_t at) {
        BucketQuestion question;
        question.waiting = waiting;
        question.known = known;
        question.ages_us = ages_of(waiting, [&](std::int64_t) { return at - begin; });
        return bucket_answer(
            redis.run(scripts::kBucket, {"bucket"}, arguments_of(lessee, limit, question), at));
    };
    const auto first = ask("a", 1, {}, begin);
    REQUIRE(first);
    const auto second = ask("b", 100, {}, begin + 20'000);
    REQUIRE(second);
    CHECK(second->granted == 100);
    const auto third = ask("a", 200, first->known, begin + 20'000);
    REQUIRE(third);
    // The burst, and what came in 20 ms.
    CHECK(first->granted + second->granted + third->granted == 202);
}

TEST_CASE("the script of quotas does what the model does, in every kind of window") {
    Redis redis;
    REQUIRE(redis.client.call({"SET", "{q}since", "1"}, 2s));
    const std::array<std::string, 4> periods{"HOUR", "DAY", "WEEK", "MONTH"};
    for (unsigned seed = 0; seed < 20; ++seed) {
        Draw draw(seed);
        QuotaTerms terms;
        terms.period = periods[seed % 4];
        terms.limit = draw.upto(draw.one_in(2) ? 3000 : 30'000);
        terms.offset = draw.upto(20);
        terms.since_s = 2'000'000'000;
        const std::string key = "{q}" + std::to_string(seed);
        test::QuotaKeeper keeper;
        // To come, since Redis forgets at once what has ended.
        std::int64_t now = 2'000'000'000'000'000 + draw.upto(40'000'000) * 1'000'000;
        std::int64_t used = 0;
        for (int step = 0; step < 150; ++step) {
            CAPTURE(seed);
            CAPTURE(step);
            now += draw.one_in(12) ? draw.upto(20 * 86'400) * 1'000'000 : draw.upto(3'000'000);
            if (draw.one_in(9)) {
                terms.extended_window_s = test::window_of(terms.period, now).first_s;
                terms.extension = draw.upto(200) - 100;
            }
            const QuotaQuestion question =
                some_quota_question(draw, step, test::window_of(terms.period, now).first_s, used);
            const std::string lessee = "lessee" + std::to_string(draw.upto(3));
            const auto answer = quota_answer(redis.run(scripts::kQuota, {key, "{q}since"},
                                                       arguments_of(lessee, terms, question), now));
            const QuotaAnswer expected = keeper.answer(terms, lessee, question, kLease, now);
            REQUIRE(answer);
            REQUIRE(answer->is_filled == expected.is_filled);
            REQUIRE(answer->granted == expected.granted);
            REQUIRE(answer->added == expected.added);
            REQUIRE(answer->kept == expected.kept);
            REQUIRE(answer->left == expected.left);
            REQUIRE(answer->used == expected.used);
            REQUIRE(answer->allowance == expected.allowance);
            REQUIRE(answer->window_s == expected.window_s);
            REQUIRE(answer->rest == expected.rest);
            REQUIRE(answer->held_by_others == expected.held_by_others);
            REQUIRE(answer->calls == expected.calls);
            used = answer->used;
        }
    }
}

TEST_CASE("putting back what a quota has used does what the model does") {
    Redis redis;
    const snapshot::PublishedNames names("put-back");
    publish::UsageShards shards(redis.client, names, 100, 2s);
    const unsigned shard = snapshot::usage_shard("p", "k");
    const std::string key = names.usage_quota(shard, "p", "k");
    REQUIRE(redis.client.call({"SET", names.usage_since(shard), "1"}, 2s));
    QuotaTerms terms;
    terms.period = "MONTH";
    terms.limit = 30'000;
    for (unsigned seed = 0; seed < 20; ++seed) {
        Draw draw(seed);
        REQUIRE(redis.client.call({"DEL", key}, 2s));
        test::QuotaKeeper keeper;
        const WallTime moment = wall_now();
        std::int64_t now = epoch_milliseconds(moment) * 1000;
        const std::int64_t window_s = test::window_of(terms.period, now).first_s;
        std::int64_t used = 0;
        for (int step = 0; step < 150; ++step) {
            CAPTURE(seed);
            CAPTURE(step);
            now += draw.upto(3'000'000);
            if (draw.one_in(4)) {
                const std::int64_t at_least = draw.upto(used + 40);
                REQUIRE(shards.put_back({{{"p", "k"}, service::QuotaPeriod::Month, at_least}},
                                        moment, publish::UsageShards::Shards::All));
                keeper.raise_to(window_s, at_least);
            }
            const QuotaQuestion question = some_quota_question(draw, step, window_s, used);
            const std::string lessee = "lessee" + std::to_string(draw.upto(3));
            const auto answer =
                quota_answer(redis.run(scripts::kQuota, {key, names.usage_since(shard)},
                                       arguments_of(lessee, terms, question), now));
            const QuotaAnswer expected = keeper.answer(terms, lessee, question, kLease, now);
            REQUIRE(answer);
            REQUIRE(answer->is_filled == expected.is_filled);
            REQUIRE(answer->used == expected.used);
            REQUIRE(answer->left == expected.left);
            REQUIRE(answer->added == expected.added);
            REQUIRE(answer->held_by_others == expected.held_by_others);
            used = answer->used;
        }
    }
}

TEST_CASE(
    "all lessees together hold a thousandth of a quota at most, and whoever comes gets some") {
    Redis redis;
    REQUIRE(redis.client.call({"SET", "{q}since", "1"}, 2s));
    QuotaTerms terms;
    terms.period = "DAY";
    terms.limit = 1'000'000;
    std::int64_t held = 0;
    for (int lessee = 0; lessee < 40; ++lessee) {
        QuotaQuestion question;
        question.wanted = 4096;
        question.number = 1;
        const auto answer = quota_answer(redis.run(
            scripts::kQuota, {"{q}k", "{q}since"},
            arguments_of(std::to_string(lessee), terms, question), 2'000'000'000'000'000));
        REQUIRE(answer);
        const bool has_room = held < 1000;
        CHECK((answer->added > 0) == has_room);
        held += answer->added;
    }
    CHECK(held == 1000);
}

TEST_CASE("a shard without its since tells so, and nothing else") {
    Redis redis;
    const auto answer =
        quota_answer(redis.run(scripts::kQuota, {"{q}k", "{q}since"},
                               arguments_of("a", QuotaTerms{}, QuotaQuestion{}), 1));
    REQUIRE(answer);
    CHECK_FALSE(answer->is_filled);
    CHECK(redis.client.call({"EXISTS", "{q}k"}, 2s)->integer == 0);
}

TEST_CASE("a report counts once, in the hour of Redis's clock") {
    Redis redis;
    const std::int64_t now = 500'000LL * 3600 * 1'000'000;
    const auto report = [&](const char* lessee, const char* number, const char* count) {
        return redis
            .run(scripts::kReport, {"{u}counts", "{u}seen"}, {lessee, number, "p/k", count}, now)
            .integer;
    };
    const auto counted = [&] {
        return redis.client.call({"HGET", "{u}counts", "p/k/500000"}, 2s)->text;
    };
    CHECK(report("a", "1", "3") == 1);
    CHECK(report("a", "1", "3") == 0);
    CHECK(report("b", "1", "2") == 1);
    CHECK(report("a", "2", "1") == 1);
    CHECK(counted() == "6");
}

TEST_CASE("replies of another form are no answers") {
    redis::Reply reply;
    CHECK_FALSE(bucket_answer(reply));
    CHECK_FALSE(quota_answer(reply));
    reply.elements.resize(7);
    CHECK_FALSE(bucket_answer(reply));
    CHECK_FALSE(quota_answer(reply));
}
