#include "common/limits/stock.hpp"

#include <algorithm>

namespace turnpike::limits {

void Stock::measure(SteadyTime now) {
    const std::chrono::duration<double> passed = now - measured_since_;
    demand_ = static_cast<double>(seen_) / passed.count();
    seen_ = 0;
    measured_since_ = now;
}

std::int64_t Stock::target() const {
    if (!comes_again_) return 0;
    return std::clamp(static_cast<std::int64_t>(demand_ * kSecondsAhead), kUnitsMin, kUnitsMax);
}

std::int64_t Stock::give_back() {
    const std::int64_t given = units_;
    drop_all();
    return given;
}

void Stock::drop_expired(SteadyTime now) {
    if (now >= expires_) drop_all();
}

void Stock::add(std::int64_t units, SteadyTime expires) {
    units_ += units;
    full_ = units > 0 || units_ >= target() ? units_ : 0;
    expires_ = expires;
}

void Stock::keep_at_most(std::int64_t held) {
    units_ = std::clamp<std::int64_t>(held - reserved_, 0, units_);
}

}  // namespace turnpike::limits
