#include "data-plane/limits/notice.hpp"

#include <algorithm>
#include <cmath>

#include "common/limits/window.hpp"

namespace turnpike::limits {
namespace {

/// Longer than anybody counts; numbers beyond have more digits than a header field may have.
constexpr double kSecondsMax = 1e12;
constexpr double kRequestsMax = 1e15 - 1;
/// When nothing is known but that it is refused.
constexpr std::int64_t kRetryBlindly = 1;
/// A request may wait so long for Redis, and counts as of when it came.
constexpr double kWaitSeconds = 0.1;

std::int64_t whole(double number, double most) {
    return static_cast<std::int64_t>(std::floor(std::clamp(number, 0.0, most)));
}

Microseconds microseconds_of(double seconds) {
    return Microseconds(
        static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 0.0, kSecondsMax) * 1e6)));
}

double seconds_between(SteadyTime from, SteadyTime to) {
    return std::chrono::duration<double>(to - from).count();
}

std::optional<Microseconds> until(SteadyTime time, SteadyTime now) {
    if (time <= now) return std::nullopt;
    return std::chrono::ceil<Microseconds>(time - now);
}

std::int64_t seconds_up(Microseconds time) {
    return std::max<std::int64_t>(std::chrono::ceil<Seconds>(time).count(), 0);
}

bool is_known(SteadyTime since) { return since != SteadyTime{}; }

std::int64_t window_seconds(const QuotaTerms& terms, std::int64_t start_s) {
    const auto period = parse_quota_period(terms.period);
    if (!period) return 1;
    const QuotaWindow window = quota_window(*period, WallTime(Seconds(start_s)));
    return epoch_seconds(window.end) - epoch_seconds(window.start);
}

/// What is left of a quota beyond what this lessee holds, if nobody but the throttle's could take
/// of it since it was known.
std::int64_t left_at_least(const QuotaLease& lease, const BucketLimit& admitted_by_all,
                           const RequestTimes& times) {
    const std::int64_t left = lease.last()->left;
    if (lease.known_since() >= times.begun) return left;
    if (admitted_by_all.rate < 0) return 0;
    const double passed = seconds_between(lease.known_since(), times.now) + kWaitSeconds;
    const double others = admitted_by_all.burst + admitted_by_all.rate * passed;
    return whole(static_cast<double>(left) - others, kRequestsMax);
}

}  // namespace

LimitView view_of(Level level, const BucketLimit& limit, const BucketLease& lease,
                  const RequestTimes& times) {
    LimitView view;
    view.level = level;
    view.is_never = limit.blocks();
    if (view.is_never) return view;
    view.limit = whole(limit.burst, kRequestsMax);
    view.window_s =
        std::max<std::int64_t>(seconds_up(microseconds_of(limit.burst / limit.rate)), 1);
    const auto in_hand =
        static_cast<double>(lease.stock().has(times.now) ? lease.stock().units() : 0);
    const double level_known = std::max(lease.known().level, 0.0);
    view.likely = limit.burst;
    double sure = in_hand;
    if (is_known(lease.known_since())) {
        const double passed = seconds_between(lease.known_since(), times.now);
        view.likely = std::min(in_hand + level_known + limit.rate * passed, limit.burst);
        if (lease.known_since() >= times.begun) sure += std::floor(level_known);
    }
    view.remaining = whole(std::min(sure, limit.burst), kRequestsMax);
    view.reset = microseconds_of((limit.burst - static_cast<double>(view.remaining)) / limit.rate);
    view.retry = until(lease.refused_until(), times.now);
    return view;
}

LimitView view_of(const QuotaTerms& terms, const QuotaLease& lease,
                  const BucketLimit& admitted_by_all, const RequestTimes& times) {
    LimitView view;
    view.level = Level::Quota;
    view.limit = terms.limit;
    view.likely = static_cast<double>(terms.limit);
    const bool is_current = is_known(lease.known_since()) && times.now < lease.window_end();
    view.window_s = window_seconds(terms, is_current ? lease.last()->window_s : 0);
    if (!is_current) return view;
    view.limit = lease.last()->allowance;
    view.remaining = std::clamp<std::int64_t>(
        lease.in_hand(times.now) + left_at_least(lease, admitted_by_all, times), 0, view.limit);
    view.likely = static_cast<double>(lease.in_hand(times.now) + lease.last()->left);
    view.reset = until(lease.window_end(), times.now);
    if (lease.standing(times.now) == Standing::Refused) view.retry = view.reset;
    return view;
}

namespace {

const LimitView* chosen(std::span<const LimitView> views, const Verdict& verdict) {
    const LimitView* found = nullptr;
    for (const LimitView& view : views) {
        if (view.level == verdict.refused_by) return &view;
        if (found == nullptr || view.likely < found->likely) found = &view;
    }
    return found;
}

/// The request needs all of them, so the last that comes counts. Unset: it never comes.
std::optional<std::int64_t> retry_of(std::span<const LimitView> views, const LimitView& refused) {
    if (refused.is_never) return std::nullopt;
    std::int64_t seconds = kRetryBlindly;
    for (const LimitView& view : views) {
        if (view.is_never) return std::nullopt;
        if (view.retry) seconds = std::max(seconds, seconds_up(*view.retry));
    }
    // The bucket is not asked while others know that it is empty.
    if (!refused.retry && refused.level != Level::Quota && refused.limit > 0) {
        seconds = std::max(seconds, (refused.window_s + refused.limit - 1) / refused.limit);
    }
    return seconds;
}

}  // namespace

Notice notice_of(std::span<const LimitView> views, const Verdict& verdict) {
    Notice notice;
    const LimitView* view = chosen(views, verdict);
    if (!verdict.is_admitted()) notice.retry_s = kRetryBlindly;
    if (view == nullptr || verdict.refused_by == Level::Concurrency || verdict.is_by_policy) {
        return notice;
    }
    for (const LimitView& one : views) {
        notice.policies[notice.policy_count++] = {one.limit, one.window_s};
    }
    notice.limit = view->limit;
    notice.remaining =
        verdict.is_admitted() ? std::clamp<std::int64_t>(view->remaining, 0, view->limit) : 0;
    if (view->reset) notice.reset_s = seconds_up(*view->reset);
    if (!verdict.is_admitted()) notice.retry_s = retry_of(views, *view);
    return notice;
}

}  // namespace turnpike::limits
