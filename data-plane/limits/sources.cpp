#include "data-plane/limits/sources.hpp"

#include <algorithm>

namespace turnpike::limits {
namespace {

using State = Want::State;

/// While a shard is being filled.
constexpr Milliseconds kFillRetry{100};
/// How long a share of a quota counts of which nothing is known.
constexpr Seconds kBlindWindow{3600};

std::int64_t microseconds(SteadyTime time) {
    return std::chrono::duration_cast<Microseconds>(time.time_since_epoch()).count();
}

}  // namespace

QuotaTerms terms_of(const model::UsagePlan& plan, const model::ApiKey& key) {
    QuotaTerms terms;
    terms.period = plan.quota->period;
    terms.limit = plan.quota->limit;
    terms.offset = plan.quota->offset;
    terms.since_s = plan.quota->quota_since_s;
    for (const model::ApiKey::Extension& extension : key.extensions) {
        if (extension.plan_id != plan.id) continue;
        terms.extended_window_s = extension.window_start_s;
        terms.extension = extension.requests;
    }
    return terms;
}

void BucketSource::commit(const Want& want) {
    if (want.state == State::Reserved) lease.stock().use_reserved();
    if (want.state == State::ByPolicy) lease.owe(1);
}

void BucketSource::release(const Want& want) {
    // What was granted is lost: the bucket has been filling up since, as after any token that is
    // spent. To have it again as well would be more than the burst.
    if (want.state == State::Reserved) lease.stock().release_reserved();
}

void BucketSource::use(const BucketLimit& limit_now, Policy policy_now) {
    policy = policy_now;
    if (limit == limit_now) return;
    limit = limit_now;
    lease.limit_changed();
}

State BucketSource::decide_alone(std::int64_t lessees, SteadyTime now) {
    if (policy == Policy::Closed) return State::Refused;
    if (policy == Policy::Open) return State::ByPolicy;
    const auto shares = static_cast<double>(std::max<std::int64_t>(lessees, 1));
    const BucketLimit share{limit.rate / shares, std::max(limit.burst / shares, 1.0)};
    if (local_.is_new() && lease.known().calls > 0) {
        local_.begin_with(std::clamp(lease.known().level / shares, 0.0, share.burst),
                          microseconds(now));
    }
    return local_.take(share, microseconds(now)) ? State::ByPolicy : State::Refused;
}

void BucketSource::answered(const BucketAnswer& answer, SteadyTime now) {
    lease.answered(limit, answer);
    local_ = {};
    for (std::int64_t surplus = line.answered(answer.granted, Grants::ByPlace); surplus > 0;
         --surplus) {
        if (!lease.forgive_one()) break;
    }
    // Those who came meanwhile.
    const bool is_empty = lease.standing(now) == Standing::Refused;
    while (!line.empty() && (is_empty || lease.stock().has(now))) {
        line.settle_first(is_empty ? State::Refused : reserve());
    }
}

State BucketSource::reserve() {
    lease.stock().reserve();
    return State::Reserved;
}

void QuotaSource::commit(const Want& want) {
    if (want.state == State::Reserved) lease.use_reserved();
    if (want.state == State::ByPolicy) lease.owe(1);
}

void QuotaSource::release(const Want& want) {
    if (want.state == State::Reserved) lease.release_reserved();
    if (want.state == State::Granted) lease.keep_granted();
}

void QuotaSource::use(const model::UsagePlan& plan, const model::ApiKey& key, Policy policy_now) {
    policy = policy_now;
    const model::Quota& quota = *plan.quota;
    const bool is_same = terms.limit == quota.limit && terms.offset == quota.offset &&
                         terms.since_s == quota.quota_since_s && terms.period == quota.period;
    if (is_same && key.extensions.empty() && terms.extension == 0) return;
    QuotaTerms now_valid = terms_of(plan, key);
    if (terms == now_valid) return;
    terms = std::move(now_valid);
    lease.terms_changed();
    local_until_ = {};
}

State QuotaSource::decide_alone(std::int64_t lessees, SteadyTime now) {
    if (policy == Policy::Closed) return State::Refused;
    if (policy == Policy::Open) return State::ByPolicy;
    if (now >= local_until_) {
        const bool is_known = lease.last() && now < lease.window_end();
        const std::int64_t left = is_known ? lease.last()->left : terms.limit;
        local_left_ = left / std::max<std::int64_t>(lessees, 1);
        local_until_ = is_known ? lease.window_end() : now + kBlindWindow;
    }
    if (local_left_ <= 0) return State::Refused;
    --local_left_;
    return State::ByPolicy;
}

void QuotaSource::answered(const QuotaAnswer& answer, SteadyTime now) {
    lease.answered(answer, now);
    if (!answer.is_filled) {
        line.lost(now + kFillRetry);
        return;
    }
    local_until_ = {};
    for (std::int64_t surplus = line.answered(answer.granted, Grants::InOrder); surplus > 0;
         --surplus) {
        if (!lease.forgive_one()) lease.keep_granted();
    }
    const bool is_empty = lease.standing(now) == Standing::Refused;
    while (!line.empty() && (is_empty || lease.standing(now) == Standing::Available)) {
        line.settle_first(is_empty ? State::Refused : reserve());
    }
}

State QuotaSource::reserve() {
    if (lease.take_paid()) return State::Granted;
    lease.reserve();
    return State::Reserved;
}

}  // namespace turnpike::limits
