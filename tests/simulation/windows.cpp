#include "tests/simulation/windows.hpp"

#include <algorithm>

namespace turnpike::test {
namespace {

constexpr std::int64_t kOrigin = 1'000'000;

/// The largest of values to which ranges are added.
class RangeMaximum {
public:
    explicit RangeMaximum(const std::vector<double>& values) : size_(values.size()) {
        while (leaves_ < size_) leaves_ *= 2;
        most_.assign(2 * leaves_, -1e300);
        added_.assign(2 * leaves_, 0);
        std::copy(values.begin(), values.end(),
                  most_.begin() + static_cast<std::ptrdiff_t>(leaves_));
        for (std::size_t i = leaves_ - 1; i > 0; --i) {
            most_[i] = std::max(most_[2 * i], most_[2 * i + 1]);
        }
    }
    /// `amount` more for those from `first` up to `end`.
    void add(std::size_t first, std::size_t end, double amount) {
        add(1, 0, leaves_, {first, end}, amount);
    }
    double most() const { return most_[1]; }

private:
    struct Range {
        std::size_t first;
        std::size_t end;
    };
    void add(std::size_t node, std::size_t first, std::size_t end, Range range, double amount) {
        if (first >= range.end || end <= range.first) return;
        if (range.first <= first && end <= range.end) {
            most_[node] += amount;
            added_[node] += amount;
            return;
        }
        const std::size_t middle = (first + end) / 2;
        add(2 * node, first, middle, range, amount);
        add(2 * node + 1, middle, end, range, amount);
        most_[node] = std::max(most_[2 * node], most_[2 * node + 1]) + added_[node];
    }
    std::size_t size_;
    std::size_t leaves_ = 1;
    std::vector<double> most_;
    std::vector<double> added_;
};

}  // namespace

double most_over(std::vector<Admitted> admitted, const limits::BucketLimit& limit) {
    if (admitted.empty()) return 0;
    std::vector<std::int64_t> starts;
    for (const Admitted& one : admitted) starts.push_back(one.from_us);
    std::sort(starts.begin(), starts.end());
    const auto filled = [&limit](std::int64_t time_us) {
        return limit.rate * static_cast<double>(time_us - kOrigin) / 1e6;
    };
    std::vector<double> values;
    // A window counts from when its first request is admitted: before, it has no end yet.
    constexpr double kNotYet = 1e9;
    for (const std::int64_t start : starts) values.push_back(filled(start) - kNotYet);
    RangeMaximum windows(values);
    std::sort(admitted.begin(), admitted.end(),
              [](const Admitted& a, const Admitted& b) { return a.to_us < b.to_us; });
    std::vector<bool> begun(starts.size(), false);
    double worst = -limit.burst;
    for (const Admitted& one : admitted) {
        const auto last = std::upper_bound(starts.begin(), starts.end(), one.from_us);
        const auto end = static_cast<std::size_t>(last - starts.begin());
        windows.add(0, end, 1);
        if (!begun[end - 1]) windows.add(end - 1, end, kNotYet);
        begun[end - 1] = true;
        worst = std::max(worst, windows.most() - filled(one.to_us) - limit.burst);
    }
    return worst;
}

}  // namespace turnpike::test
