#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/text.hpp"
#include "common/limits/state.hpp"
#include "common/model/api_key.hpp"
#include "common/model/usage_plan.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "data-plane/limits/script_calls.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::limits {

/// What is left of one key's plan. Unset: there is no such limit, or nothing is known.
struct KeyUsage {
    bool is_degraded = false;  ///< Redis did not tell; what is there was known before.
    std::optional<BucketState> throttle;
    std::optional<QuotaState> quota;
    Milliseconds quota_reset{0};  ///< Until the quota's window ends.
};

/// Tells key holders what is left, as Redis counts it, and takes nothing of it. One reactor asks
/// for a key at most once a second, and nobody waits longer than 50 ms. Thread: its reactor's. Must
/// outlive those who wait.
class KeyUsages {
public:
    KeyUsages(worker::Reactor& reactor, redis::Client& redis, snapshot::PublishedNames names);
    ~KeyUsages();
    KeyUsages(const KeyUsages&) = delete;
    KeyUsages& operator=(const KeyUsages&) = delete;

    /// Plan and key outlive the answer.
    worker::MaybeTask<KeyUsage> look(const model::UsagePlan& plan, const model::ApiKey& key);

private:
    struct Entry;
    class Waiting;
    /// Returns: null if there are too many.
    std::shared_ptr<Entry> entry_of(const std::string& name);
    void ask(const std::shared_ptr<Entry>& entry, const model::UsagePlan& plan,
             const model::ApiKey& key);
    void ask_one(const std::shared_ptr<Entry>& entry, std::optional<StoredState> Entry::*state,
                 std::vector<std::string> keys);
    worker::Task<KeyUsage> wait(std::shared_ptr<Entry> entry, const model::UsagePlan& plan,
                                const model::ApiKey& key);
    KeyUsage usage_of(const Entry& entry, const model::UsagePlan& plan,
                      const model::ApiKey& key) const;

    worker::Reactor& reactor_;
    snapshot::PublishedNames names_;
    ScriptCalls calls_;
    std::unordered_map<std::string, std::shared_ptr<Entry>, StringHash, std::equal_to<>> entries_;
    SteadyTime swept_{};
};

}  // namespace turnpike::limits
