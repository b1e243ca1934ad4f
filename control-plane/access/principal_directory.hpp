#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/clock.hpp"
#include "control-plane/access/principal.hpp"
#include "control-plane/access/principal_source.hpp"

namespace turnpike::access {

/// All access keys in memory, followed by a thread of its own: a change in the database is seen
/// here within `refresh` and the time of two queries, so a revoked key dies within 5 s. While the
/// database is away the last known keys go on. Thread: any.
class PrincipalDirectory final : public AccessKeyDirectory {
public:
    /// Called on the directory's thread with a line for the log when loading begins to fail and
    /// when it works again.
    using Reporter = std::function<void(const std::string&)>;

    explicit PrincipalDirectory(PrincipalSource& source, Reporter report = {},
                                Milliseconds refresh = Milliseconds{1000});
    ~PrincipalDirectory() override;
    PrincipalDirectory(const PrincipalDirectory&) = delete;
    PrincipalDirectory& operator=(const PrincipalDirectory&) = delete;

    Result<std::shared_ptr<const AccessKey>> find(std::string_view access_key_id) const override;

    /// Loads now if something changed; for the process that made the change. Errors: Unavailable,
    /// or what PrincipalSource::load says.
    Result<void> refresh();

private:
    struct Table;
    void follow(Milliseconds interval);

    PrincipalSource& source_;
    Reporter report_;
    std::mutex loading_;
    mutable std::mutex mutex_;
    std::condition_variable stop_requested_;
    std::shared_ptr<const Table> table_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace turnpike::access
