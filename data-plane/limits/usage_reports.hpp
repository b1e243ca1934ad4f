#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/snapshot/published.hpp"
#include "data-plane/limits/script_calls.hpp"

namespace turnpike::limits {

/// Admitted requests of one key in one plan that Redis does not know of yet.
struct UsageCount {
    std::string name;  ///< "<plan id>/<key id>"
    unsigned shard = 0;
    std::int64_t requests = 0;
    bool is_listed = false;  ///< It must stay where it is.
};

/// What one reactor counted, on its way to Redis. A report is numbered and repeated until Redis
/// has it, so that it counts once. Thread: the reactor's.
class UsageReports {
public:
    UsageReports(ScriptCalls& calls, const snapshot::PublishedNames& names, std::string lessee)
        : calls_(calls), names_(names), lessee_(std::move(lessee)) {}

    void count(UsageCount& count, std::int64_t requests = 1) {
        count.requests += requests;
        if (!count.is_listed && requests > 0) list(count);
    }
    /// Sends what is due; to be called now and then.
    void send();
    /// Redis has everything.
    bool is_clear() const;

private:
    struct Shard {
        std::vector<UsageCount*> listed;
        std::vector<std::string> report;  ///< Names and requests, in turn; until Redis has them.
        std::int64_t number = 0;          ///< Of the report.
        bool is_under_way = false;
    };
    void list(UsageCount& count);
    static void fill(Shard& shard);
    void send(unsigned number);

    ScriptCalls& calls_;
    const snapshot::PublishedNames& names_;
    std::string lessee_;
    std::array<Shard, snapshot::kUsageShards> shards_;
};

}  // namespace turnpike::limits
