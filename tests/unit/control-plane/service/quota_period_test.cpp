#include "control-plane/service/quota_period.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::service;

namespace {

WallTime at(std::string_view day, int hour = 0, int minute = 0) {
    return WallTime(*parse_day(day)) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

std::string window_text(QuotaPeriod period, WallTime time) {
    const QuotaWindow window = quota_window(period, time);
    return to_iso8601(window.start) + " " + to_iso8601(window.end);
}

json::Value plan_with(std::int64_t limit, std::int64_t offset, const char* period,
                      std::optional<WallTime> since = std::nullopt) {
    json::Value plan = json::Object{
        {"quota", json::Object{{"limit", limit}, {"offset", offset}, {"period", period}}}};
    if (since) plan["quotaSince"] = epoch_seconds(*since);
    return plan;
}

std::int64_t allowed(const json::Value& plan, WallTime time) {
    const Quota quota = *quota_of(plan);
    return quota_allowance(quota, quota_window(quota.period, time));
}

}  // namespace

TEST_CASE("windows of hours and days") {
    CHECK(window_text(QuotaPeriod::Hour, at("2026-11-21", 16, 59)) ==
          "2026-11-21T16:00:00Z 2026-11-21T17:00:00Z");
    CHECK(window_text(QuotaPeriod::Hour, at("2026-12-31", 23)) ==
          "2026-12-31T23:00:00Z 2027-01-01T00:00:00Z");
    CHECK(window_text(QuotaPeriod::Day, at("2026-11-21", 23, 59)) ==
          "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z");
}

TEST_CASE("weeks start on Sunday") {
    const std::string week = "2026-11-15T00:00:00Z 2026-11-22T00:00:00Z";
    CHECK(window_text(QuotaPeriod::Week, at("2026-11-15")) == week);
    CHECK(window_text(QuotaPeriod::Week, at("2026-11-18", 12)) == week);
    CHECK(window_text(QuotaPeriod::Week, at("2026-11-21", 23, 59)) == week);
    CHECK(window_text(QuotaPeriod::Week, at("2026-11-22")) ==
          "2026-11-22T00:00:00Z 2026-11-29T00:00:00Z");
    CHECK(window_text(QuotaPeriod::Week, at("2027-01-01")) ==
          "2026-12-27T00:00:00Z 2027-01-03T00:00:00Z");
}

TEST_CASE("months have their own lengths") {
    CHECK(window_text(QuotaPeriod::Month, at("2024-02-29", 5)) ==
          "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z");
    CHECK(window_text(QuotaPeriod::Month, at("2026-12-31", 23, 59)) ==
          "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z");
}

TEST_CASE("the offset counts in the window in which the quota began only") {
    const json::Value plan = plan_with(100, 3, "MONTH", at("2026-11-21", 16));
    CHECK(allowed(plan, at("2026-11-01")) == 97);
    CHECK(allowed(plan, at("2026-11-30", 23)) == 97);
    CHECK(allowed(plan, at("2026-12-01")) == 100);
    CHECK(allowed(plan, at("2026-10-31", 23)) == 100);
    CHECK(allowed(plan_with(2, 6, "WEEK", at("2026-11-21")), at("2026-11-21")) == 0);
}

TEST_CASE("a plan without a quota has none") {
    CHECK_FALSE(quota_of(json::Object{}));
    CHECK(quota_of(plan_with(7, 0, "HOUR"))->period == QuotaPeriod::Hour);
}

TEST_CASE("a quota is dated when it comes, and again when its period changes") {
    const auto dated = [](const json::Value& before, json::Value plan, const char* day) {
        date_quota(before, at(day), plan);
        return plan;
    };
    const json::Value first = dated({}, plan_with(10, 1, "WEEK"), "2026-11-01");
    CHECK(first.integer("quotaSince") == epoch_seconds(at("2026-11-01")));
    json::Value raised = first;
    raised["quota"]["limit"] = 20;
    CHECK(dated(first, raised, "2026-11-09").integer("quotaSince") == first.integer("quotaSince"));
    json::Value monthly = first;
    monthly["quota"]["period"] = "MONTH";
    CHECK(dated(first, monthly, "2026-11-09").integer("quotaSince") ==
          epoch_seconds(at("2026-11-09")));
    json::Value none = first;
    none.as_object().erase("quota");
    CHECK(dated(first, none, "2026-11-09").find("quotaSince") == nullptr);
}
