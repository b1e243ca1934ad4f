#include "tests/simulation/quota_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace turnpike::test {

Window window_of(const std::string& period, std::int64_t now_us) {
    using namespace std::chrono;
    const std::int64_t now_s = now_us / 1'000'000;
    const sys_days day = floor<days>(sys_seconds(seconds(now_s)));
    const auto at = [](sys_days date) { return sys_seconds(date).time_since_epoch().count(); };
    if (period == "HOUR") return {now_s - now_s % 3600, now_s - now_s % 3600 + 3600};
    if (period == "DAY") return {at(day), at(day + days(1))};
    if (period == "WEEK") {
        const sys_days first = day - (weekday(day) - Sunday);
        return {at(first), at(first + days(7))};
    }
    const year_month_day date(day);
    const year_month month = date.year() / date.month();
    return {at(sys_days(month / 1)), at(sys_days((month + months(1)) / 1))};
}

std::int64_t QuotaKeeper::held() const {
    std::int64_t units = 0;
    for (const auto& [lessee, lease] : leases_) units += lease.units;
    return units;
}

std::int64_t QuotaKeeper::forgotten(std::int64_t now_us) const {
    std::int64_t units = 0;
    for (const Lease& lease : forgotten_) {
        if (lease.expires_us > now_us) units += lease.units;
    }
    return units;
}

void QuotaKeeper::enter_window(std::int64_t window_s) {
    if (window_s_ == window_s) return;
    window_s_ = window_s;
    used_ = 0;
    calls_ = 0;
    for (const auto& [lessee, lease] : std::exchange(leases_, {})) forgotten_.push_back(lease);
    before_.clear();
    for (const auto& [lessee, past] : std::exchange(past_, {})) {
        before_[lessee] = {past.paid, past.asked, 0};
    }
}

void QuotaKeeper::end_expired(const std::string& asking, std::int64_t now_us) {
    std::erase_if(leases_, [&](const auto& item) {
        if (item.first == asking || item.second.expires_us > now_us) return false;
        used_ += item.second.units;
        return true;
    });
}

limits::QuotaAnswer QuotaKeeper::answer(const limits::QuotaTerms& terms, const std::string& lessee,
                                        const limits::QuotaQuestion& question, Microseconds lease,
                                        std::int64_t now_us) {
    const Window window = window_of(terms.period, now_us);
    const bool is_same_window = window_s_ == window.first_s;
    std::int64_t allowance = terms.limit;
    if (terms.since_s >= window.first_s && terms.since_s < window.end_s) allowance -= terms.offset;
    if (terms.extended_window_s == window.first_s) allowance += terms.extension;
    allowance = std::max<std::int64_t>(allowance, 0);

    const bool is_of_window = is_same_window && question.known_window_s == window.first_s;
    const std::int64_t kept = is_of_window ? question.held : 0;
    const std::int64_t returned = is_of_window ? question.returned : 0;
    Past past = past_.contains(lessee) ? past_[lessee] : Past{};
    if (const auto then = before_.find(lessee); then != before_.end()) {
        past.asked = std::max(past.asked, then->second.asked);
        past.paid = std::max(past.paid, then->second.paid);
    }
    if (question.number <= past.asked) return {};
    if (window_s_ != window.first_s) past.granted = 0;
    enter_window(window.first_s);
    end_expired(lessee, now_us);
    const std::int64_t recorded = leases_.contains(lessee) ? leases_[lessee].units : 0;
    leases_.erase(lessee);
    const std::int64_t others = held();
    if (question.known_window_s == window.first_s && question.known_calls > calls_) {
        used_ = std::max(used_, question.known_used);
        calls_ = question.known_calls;
    }
    used_ += std::max<std::int64_t>(recorded - kept - returned, 0);
    if (question.owed > 0 && question.debt > past.paid) used_ += question.owed;
    if (question.unsure_from > 0 && past.asked >= question.unsure_from) {
        used_ = std::max<std::int64_t>(used_ - past.granted, 0);
    }
    if (is_of_window && past.asked == question.number - 1) {
        used_ = std::max<std::int64_t>(used_ - question.refund, 0);
    }
    limits::QuotaAnswer answer;
    answer.is_filled = true;
    answer.kept = std::max<std::int64_t>(std::min(kept, allowance - used_ - others), 0);
    answer.left = std::max<std::int64_t>(allowance - used_ - others - kept, 0);
    answer.granted = std::min(question.waiting, answer.left);
    answer.left -= answer.granted;
    used_ += answer.granted;
    const std::int64_t room = (terms.limit < 16'000 ? 0 : terms.limit / 1000) - others - kept;
    answer.added = std::max<std::int64_t>(
        std::min({question.wanted - kept, answer.left / 64, (room + 1) / 2}), 0);
    answer.left -= answer.added;
    past_[lessee] = {std::max(past.paid, question.debt), question.number,
                     answer.granted + answer.added};
    if (kept + answer.added > 0) leases_[lessee] = {kept + answer.added, now_us + lease.count()};
    answer.used = used_;
    answer.allowance = allowance;
    answer.window_s = window.first_s;
    answer.rest = Milliseconds((window.end_s * 1'000'000 - now_us) / 1000);
    answer.held_by_others = others;
    answer.calls = ++calls_;
    return answer;
}

}  // namespace turnpike::test
