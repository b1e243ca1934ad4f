#include "common/limits/state.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::limits;

namespace {

constexpr std::int64_t kNow = 1'795'005'000'000'000;  // 2026-11-18, 12:30
constexpr std::int64_t kDay = 1'794'960'000;

StoredState state(std::vector<std::pair<std::string, std::string>> fields) {
    return {kNow, true, std::move(fields)};
}
std::string text(std::int64_t number) { return std::to_string(number); }
std::string held(std::int64_t tokens, std::int64_t for_us) {
    return text(tokens) + " " + text(kNow + for_us);
}

}  // namespace

TEST_CASE("a bucket that is not there is full") {
    const BucketState full = bucket_state({10, 20}, state({}));
    CHECK(full.tokens == 20);
    CHECK(full.held == 0);
    CHECK(bucket_state({0, 0}, state({})).tokens == 0);
}

TEST_CASE("a bucket refills up to its burst, less what is held") {
    const BucketLimit limit{10, 20};
    const std::string earlier = text(kNow - 500'000);
    CHECK(bucket_state(limit, state({{"level", "3.2"}, {"at", earlier}})).tokens == 8);
    CHECK(bucket_state(limit, state({{"level", "19"}, {"at", earlier}})).tokens == 20);
    CHECK(bucket_state(limit, state({{"level", "-30"}, {"at", earlier}})).tokens == 0);
    const BucketState shared = bucket_state(
        limit,
        state({{"level", "17"}, {"at", earlier}, {"h:a", held(4, 1)}, {"h:b", "0 0 7 1 2"}}));
    CHECK(shared.tokens == 16);
    CHECK(shared.held == 4);
}

TEST_CASE("what was held too long is spent, and filled only since") {
    const BucketState after = bucket_state(
        {10, 20},
        state({{"level", "16"}, {"at", text(kNow - 1'000'000)}, {"h:a", held(4, -200'000)}}));
    CHECK(after.held == 0);
    CHECK(after.tokens == 18);
}

TEST_CASE("fields that say nothing do not count") {
    for (const char* wrong : {"", "x", "4", "x 5", "5 x", "-5 99999999999999999"}) {
        CAPTURE(wrong);
        CHECK(bucket_state({10, 20}, state({{"h:a", wrong}})).held == 0);
    }
    CHECK(bucket_state({10, 20}, state({{"level", "nan"}})).tokens >= 0);
    CHECK(bucket_state({10, 20}, state({{"level", "1e300"}, {"at", text(kNow)}})).tokens == 20);
}

TEST_CASE("of a quota counts what is of the current window") {
    QuotaTerms terms;
    terms.period = "DAY";
    terms.limit = 100;
    const auto used = [&](std::int64_t window, const std::string& units) {
        return quota_state(terms, state({{"w", text(window)},
                                         {"used", units},
                                         {"h:a", held(3, 1)},
                                         {"h:b", held(2, -1)},
                                         {"o:a", "0 1 1"}}));
    };
    const auto now = used(kDay, "40");
    REQUIRE(now);
    CHECK(now->used == 42);
    CHECK(now->held == 3);
    CHECK(now->allowance == 100);
    CHECK(now->remaining() == 58);
    CHECK(epoch_seconds(now->window.start) == kDay);
    CHECK(epoch_seconds(now->window.end) == kDay + 86'400);
    CHECK(used(kDay - 86'400, "40")->used == 0);
    CHECK(used(kDay, "200")->remaining() == 0);
    CHECK(used(kDay, "-5")->used == 2);
    terms.period = "YEAR";
    CHECK_FALSE(used(kDay, "40"));
}

TEST_CASE("a window allows the limit, less the first one's offset, plus what was granted") {
    QuotaTerms terms;
    terms.period = "DAY";
    terms.limit = 10;
    terms.offset = 4;
    const QuotaWindow window = quota_window(QuotaPeriod::Day, WallTime(Seconds(kDay)));
    CHECK(allowance_of(terms, window) == 10);
    terms.since_s = kDay + 1;
    CHECK(allowance_of(terms, window) == 6);
    terms.extended_window_s = kDay;
    terms.extension = 5;
    CHECK(allowance_of(terms, window) == 11);
    terms.extension = -20;
    CHECK(allowance_of(terms, window) == 0);
}

TEST_CASE("a reply is read only if it has the script's form") {
    using Words = std::vector<std::string_view>;
    const auto read = [](const Words& words) { return stored_state(words); };
    const auto good = read({"17", "0", "w", "5"});
    REQUIRE(good);
    CHECK(good->now_us == 17);
    CHECK_FALSE(good->is_filled);
    CHECK(good->fields.size() == 1);
    CHECK(read({"17", "1"})->fields.empty());
    for (const Words& wrong :
         {Words{}, Words{"17"}, Words{"x", "1"}, Words{"17", "2"}, Words{"17", "1", "w"}}) {
        CHECK_FALSE(read(wrong));
    }
}
