#include "data-plane/limits/usage_reports.hpp"

#include <algorithm>

#include "common/limits/scripts.hpp"

namespace turnpike::limits {
namespace {

constexpr std::size_t kCountsPerReport = 1000;

const Script& report_script() {
    static const Script script(scripts::kClock, scripts::kReport);
    return script;
}

}  // namespace

void UsageReports::list(UsageCount& count) {
    count.is_listed = true;
    shards_[count.shard].listed.push_back(&count);
}

void UsageReports::fill(Shard& shard) {
    if (!shard.report.empty() || shard.listed.empty()) return;
    const std::size_t taken = std::min(shard.listed.size(), kCountsPerReport);
    for (std::size_t i = 0; i < taken; ++i) {
        UsageCount& count = *shard.listed[i];
        shard.report.push_back(count.name);
        shard.report.push_back(std::to_string(count.requests));
        count.requests = 0;
        count.is_listed = false;
    }
    shard.listed.erase(shard.listed.begin(),
                       shard.listed.begin() + static_cast<std::ptrdiff_t>(taken));
    ++shard.number;
}

void UsageReports::send() {
    for (unsigned number = 0; number < shards_.size(); ++number) send(number);
}

void UsageReports::send(unsigned number) {
    Shard& shard = shards_[number];
    if (shard.is_under_way) return;
    fill(shard);
    if (shard.report.empty()) return;
    shard.is_under_way = true;
    std::vector<std::string> arguments{lessee_, std::to_string(shard.number)};
    arguments.insert(arguments.end(), shard.report.begin(), shard.report.end());
    calls_.call(report_script(), {names_.usage_counts(number), names_.usage_seen(number)},
                std::move(arguments), [this, number](const Result<redis::Reply>& reply) {
                    shards_[number].is_under_way = false;
                    if (!reply) return;
                    shards_[number].report.clear();
                    // The rest of a long list; what was counted meanwhile has its own time.
                    if (shards_[number].listed.size() >= kCountsPerReport) send(number);
                });
}

bool UsageReports::is_clear() const {
    return std::all_of(shards_.begin(), shards_.end(), [](const Shard& shard) {
        return shard.report.empty() && shard.listed.empty();
    });
}

}  // namespace turnpike::limits
