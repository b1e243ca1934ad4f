#include "control-plane/access/principal_directory.hpp"

#include <unordered_map>
#include <utility>

#include "common/base/text.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::access {

/// Immutable once made.
struct PrincipalDirectory::Table {
    std::int64_t revision = 0;
    std::unordered_map<std::string, std::shared_ptr<const AccessKey>, StringHash, std::equal_to<>>
        keys;
};

PrincipalDirectory::PrincipalDirectory(PrincipalSource& source, Reporter report,
                                       Milliseconds refresh)
    : source_(source), report_(std::move(report)) {
    thread_ = std::thread([this, refresh] { follow(refresh); });
}

PrincipalDirectory::~PrincipalDirectory() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stop_requested_.notify_all();
    thread_.join();
}

Result<std::shared_ptr<const AccessKey>> PrincipalDirectory::find(
    std::string_view access_key_id) const {
    std::shared_ptr<const Table> table;
    {
        const std::lock_guard lock(mutex_);
        table = table_;
    }
    if (!table) return unavailable("access keys were not loaded yet");
    const auto found = table->keys.find(access_key_id);
    return found == table->keys.end() ? nullptr : found->second;
}

Result<void> PrincipalDirectory::refresh() {
    const std::lock_guard loading(loading_);
    std::shared_ptr<const Table> held;
    {
        const std::lock_guard lock(mutex_);
        held = table_;
    }
    try {
        if (held && source_.revision() == held->revision) return {};
        auto loaded = source_.load();
        if (!loaded) return loaded.error();
        auto table = std::make_shared<Table>();
        table->revision = loaded->revision;
        for (AccessKey& key : loaded->keys) {
            std::string id = key.principal.access_key_id;
            table->keys.emplace(std::move(id), std::make_shared<const AccessKey>(std::move(key)));
        }
        const std::lock_guard lock(mutex_);
        table_ = std::move(table);
        return {};
    } catch (const service::StoreUnavailable& away) {
        return unavailable(away.what());
    }
}

void PrincipalDirectory::follow(Milliseconds interval) {
    bool was_failing = false;
    while (true) {
        const Result<void> refreshed = refresh();
        if (report_ && !refreshed && !was_failing) {
            report_("access keys cannot be refreshed: " + refreshed.error().detail);
        }
        if (report_ && refreshed && was_failing) report_("access keys are refreshed again");
        was_failing = !refreshed;
        std::unique_lock lock(mutex_);
        if (stop_requested_.wait_for(lock, interval, [this] { return stopping_; })) return;
    }
}

}  // namespace turnpike::access
