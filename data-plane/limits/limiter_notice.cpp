#include "data-plane/limits/limiter.hpp"

namespace turnpike::limits {

Notice Limiter::notice(const Admission& admission, const Verdict& verdict, SteadyTime begun) {
    const Need need = need_of(admission);
    const RequestTimes times{begun, reactor_.now()};
    std::array<LimitView, kLimitsOfRequest> views;
    std::size_t count = 0;
    BucketLimit admitted_by_all{-1, -1};
    for (std::size_t i = 0; i < need.bucket_count; ++i) {
        const auto& [level, source] = need.buckets[i];
        views[count++] = view_of(level, source->limit, source->lease, times);
        const bool has_all = level == Level::Client || level == Level::Account;
        // Without Redis other workers may go by a policy that bounds nothing.
        if (has_all && admitted_by_all.rate < 0 && !is_degraded()) admitted_by_all = source->limit;
    }
    if (need.quota) {
        views[count++] = view_of(need.quota->terms, need.quota->lease, admitted_by_all, times);
    }
    return notice_of({views.data(), count}, verdict);
}

}  // namespace turnpike::limits
