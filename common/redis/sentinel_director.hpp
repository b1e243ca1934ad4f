#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/redis/director.hpp"
#include "common/redis/sentinel_answer.hpp"

namespace turnpike::redis {

/// The master that sentinels name. All sentinels of the URL are asked twice a second; the answer of
/// the greatest configuration epoch counts, so a sentinel that was cut off cannot lead back to a
/// former master. A server that says that it is no master is left alone until it is one.
class SentinelDirector final : public Director {
public:
    SentinelDirector(const Surroundings& surroundings, Target target, const Options& options);

    void start() override;
    void submit(Request request) override;
    void push() override;
    void stop(const Error& error) override;

private:
    struct Sentinel {
        std::shared_ptr<ServerLink> link;
        std::optional<MasterChoice> choice;  ///< While it is connected.
        bool has_failed = false;
    };

    void on_link_ready(ServerLink& link) override;
    void on_link_lost(ServerLink& link, const Error& error) override;
    void on_link_reply(ServerLink& link, Request request, Result<Reply> reply) override;

    void poll();
    void ask(std::size_t index);
    void heard(std::size_t index, const Reply& address, const Result<Reply>& facts);
    /// Follows the best of what the sentinels say.
    void decide();
    void follow(const Endpoint& endpoint);
    void give_up_waiting();
    std::size_t index_of(const ServerLink& link) const;

    const Surroundings surroundings_;
    const Target target_;
    const Options options_;
    std::vector<Sentinel> sentinels_;
    const std::unique_ptr<Loop::Timer> poll_timer_;
    std::optional<Endpoint> endpoint_;
    std::shared_ptr<ServerLink> master_;  // null until a sentinel has named one
    std::vector<Request> waiting_;        // for that
    std::string why_lost_ = "none has answered in time";
    std::string why_no_master_;  // empty while it is worth waiting
    bool is_stopped_ = false;
};

}  // namespace turnpike::redis
