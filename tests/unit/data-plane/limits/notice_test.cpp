#include "data-plane/limits/notice.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace turnpike;
using namespace turnpike::limits;

namespace {

constexpr BucketLimit kLimit{2, 10};
constexpr BucketLimit kNone{-1, -1};
const SteadyTime kStart{Seconds(100)};
constexpr std::int64_t kDay = 1'794'960'000;

/// Asked at kStart, for one request.
BucketLease answered(const BucketAnswer& answer, const BucketLimit& limit = kLimit) {
    BucketLease lease(SteadyTime{});
    lease.stock().note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(limit, answer);
    return lease;
}

BucketAnswer granted(double level, std::int64_t added = 0) {
    BucketAnswer answer;
    answer.granted = 1;
    answer.added = added;
    answer.known = {1, level, 0};
    return answer;
}

BucketAnswer refused_for(Microseconds retry) {
    BucketAnswer answer;
    answer.retry = retry;
    answer.known = {1, 0.4, 0};
    return answer;
}

/// Of the request that asked at kStart.
RequestTimes asking(Milliseconds later = Milliseconds(2)) { return {kStart, kStart + later}; }
/// Of one that asked nobody.
RequestTimes at(Milliseconds later) { return {SteadyTime::max(), kStart + later}; }

LimitView throttle(const BucketLease& lease, const RequestTimes& times) {
    return view_of(Level::Client, kLimit, lease, times);
}

QuotaTerms daily(std::int64_t limit) {
    QuotaTerms terms;
    terms.period = "DAY";
    terms.limit = limit;
    return terms;
}

QuotaAnswer quota_answer(std::int64_t granted, std::int64_t left, std::int64_t allowance,
                         std::int64_t added = 0) {
    QuotaAnswer answer;
    answer.is_filled = true;
    answer.granted = granted;
    answer.added = added;
    answer.left = left;
    answer.used = allowance - left;
    answer.allowance = allowance;
    answer.window_s = kDay;
    answer.rest = Milliseconds(60'500);
    return answer;
}

QuotaLease quota(const QuotaAnswer& answer) {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer, kStart);
    return lease;
}

Verdict refused(Level level) { return {level, kLimit, false}; }

}  // namespace

TEST_CASE("a request that asked Redis is told what was left then, whole tokens only") {
    const LimitView view = throttle(answered(granted(6.9, 2)), asking());
    CHECK(view.limit == 10);
    CHECK(view.remaining == 8);
    CHECK(view.window_s == 5);
    CHECK(view.reset == Seconds(1));
    CHECK_FALSE(view.retry);
}

TEST_CASE("a request that asked nobody is told what is in hand, since others may have the rest") {
    const BucketLease lease = answered(granted(6.9, 2));
    const LimitView view = throttle(lease, at(Milliseconds(20)));
    CHECK(view.remaining == 2);
    CHECK(view.likely > 8);
    CHECK(throttle(lease, at(Stock::kLease)).remaining == 0);
    CHECK(throttle(BucketLease(SteadyTime{}), at(Milliseconds(0))).remaining == 0);
    CHECK(throttle(BucketLease(SteadyTime{}), at(Milliseconds(0))).likely == 10);
}

TEST_CASE("never less than none and never more than the burst are told") {
    CHECK(throttle(answered(granted(-7)), asking()).remaining == 0);
    CHECK(throttle(answered(granted(11, 3)), asking()).remaining == 10);
    CHECK(throttle(answered(granted(11, 3)), asking()).reset == Microseconds(0));
}

TEST_CASE("what was known under another limit does not count") {
    BucketLease lease = answered(granted(6, 2));
    lease.limit_changed();
    CHECK(throttle(lease, asking()).remaining == 2);
}

TEST_CASE("windows are rounded up, and have a second at least") {
    const auto window = [](const BucketLimit& limit) {
        return view_of(Level::Account, limit, BucketLease(SteadyTime{}), at(Milliseconds(0)))
            .window_s;
    };
    CHECK(window({10'000, 5'000}) == 1);
    CHECK(window({3, 10}) == 4);
    CHECK(window({0.5, 1}) == 2);
    CHECK(window({1e-300, 1}) == 1'000'000'000'000);
}

TEST_CASE("a quota tells what is left of its window, when it ends, and how long it is") {
    const QuotaTerms terms = daily(1000);
    const LimitView view = view_of(terms, quota(quota_answer(1, 876, 1005)), kNone, asking());
    CHECK(view.limit == 1005);
    CHECK(view.remaining == 876);
    CHECK(view.window_s == 86'400);
    CHECK(view.reset == Milliseconds(60'498));
    CHECK_FALSE(view.retry);
}

TEST_CASE("of a quota nobody is promised what others may have used since") {
    const QuotaTerms terms = daily(100'000);
    const QuotaLease lease = quota(quota_answer(1, 50'000, 100'000, 6));
    const auto remaining = [&](const BucketLimit& bound, Milliseconds later) {
        return view_of(terms, lease, bound, at(later)).remaining;
    };
    CHECK(remaining(kNone, Milliseconds(10)) == 6);
    CHECK(remaining({100, 200}, Milliseconds(900)) == 50'006 - 200 - 100);
    CHECK(remaining({100'000, 50'000}, Milliseconds(900)) == 6);
    QuotaLease changed = lease;
    changed.terms_changed();
    CHECK(view_of(terms, changed, {100, 200}, at(Milliseconds(900))).remaining == 0);
    // Its window is over.
    CHECK(view_of(terms, lease, {100, 200}, at(Milliseconds(60'500))).remaining == 0);
    CHECK_FALSE(view_of(terms, lease, {100, 200}, at(Milliseconds(60'500))).reset);
}

TEST_CASE("the limit of which the fewest are left is told, and all of them as policies") {
    const QuotaTerms terms = daily(1000);
    std::vector<LimitView> views{throttle(answered(granted(6)), asking()),
                                 view_of(terms, quota(quota_answer(1, 5, 1000)), kNone, asking())};
    const Notice notice = notice_of(views, {});
    CHECK(notice.limit == 1000);
    CHECK(notice.remaining == 5);
    CHECK(notice.reset_s == 61);
    CHECK_FALSE(notice.retry_s);
    REQUIRE(notice.policy_count == 2);
    CHECK(notice.policies[0].limit == 10);
    CHECK(notice.policies[0].window_s == 5);
    CHECK(notice.policies[1].limit == 1000);
    views[1].likely = views[0].likely;
    CHECK(notice_of(views, {}).limit == 10);  // the first of equals
}

TEST_CASE("a refusal tells of the limit that refused, and when to try again, rounded up") {
    const QuotaTerms terms = daily(1000);
    const auto told = [&](Microseconds retry) {
        const std::vector<LimitView> views{
            throttle(answered(refused_for(retry)), asking(Milliseconds(0))),
            view_of(terms, quota(quota_answer(1, 5, 1000)), kNone, asking())};
        return notice_of(views, refused(Level::Client));
    };
    const Notice notice = told(Milliseconds(1001));
    CHECK(notice.limit == 10);
    CHECK(notice.remaining == 0);
    CHECK(notice.reset_s == 5);
    CHECK(notice.retry_s == 2);
    CHECK(told(Milliseconds(1000)).retry_s == 1);
    CHECK(told(Microseconds(1)).retry_s == 1);
}

TEST_CASE("a refused request is told to wait for all that it needs") {
    const QuotaTerms terms = daily(10);
    const std::vector<LimitView> views{
        throttle(answered(refused_for(Milliseconds(500))), asking()),
        view_of(terms, quota(quota_answer(0, 0, 10)), kNone, asking())};
    CHECK(notice_of(views, refused(Level::Client)).retry_s == 61);
    const Notice quota_refused = notice_of(views, refused(Level::Quota));
    CHECK(quota_refused.limit == 10);
    CHECK(quota_refused.remaining == 0);
    CHECK(quota_refused.reset_s == 61);
    CHECK(quota_refused.retry_s == 61);
}

TEST_CASE("a bucket that is empty without a date gives its time for one token") {
    const std::vector<LimitView> views{
        view_of(Level::Client, {0.1, 2}, BucketLease(SteadyTime{}), at(Milliseconds(0)))};
    CHECK(notice_of(views, refused(Level::Client)).retry_s == 10);
}

TEST_CASE("nobody is told to come back to what admits nothing") {
    for (const BucketLimit& limit : {BucketLimit{0, 10}, BucketLimit{10, 0}}) {
        const std::vector<LimitView> views{
            view_of(Level::Client, limit, BucketLease(SteadyTime{}), at(Milliseconds(0)))};
        const Notice notice = notice_of(views, refused(Level::Client));
        CHECK(notice.limit == 0);
        CHECK(notice.remaining == 0);
        CHECK_FALSE(notice.reset_s);
        CHECK_FALSE(notice.retry_s);
    }
}

TEST_CASE("what was decided without Redis promises nothing") {
    const std::vector<LimitView> views{throttle(answered(granted(6)), asking())};
    const Notice admitted = notice_of(views, {Level::None, {}, true});
    CHECK(admitted.policy_count == 0);
    CHECK_FALSE(admitted.retry_s);
    const Notice refusal = notice_of(views, {Level::Client, kLimit, true});
    CHECK(refusal.policy_count == 0);
    CHECK(refusal.retry_s == 1);
    CHECK(notice_of({}, refused(Level::Concurrency)).retry_s == 1);
    CHECK(notice_of({}, {}).policy_count == 0);
}
