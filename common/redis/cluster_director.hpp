#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/redis/director.hpp"
#include "common/redis/limits.hpp"
#include "common/redis/slot_map.hpp"

namespace turnpike::redis {

/// The masters of a cluster: each command goes to the owner of its key's slot, over one connection
/// to each master that has had something to do. MOVED, ASK and TRYAGAIN mean that a command was not
/// executed, so it is sent again, within bounds; one that was not answered at all is not. The slot
/// map is read again after MOVED, after a loss, and now and then.
class ClusterDirector final : public Director {
public:
    ClusterDirector(const Surroundings& surroundings, Target target, const Options& options);

    void start() override;
    void submit(Request request) override;
    void push() override;
    void stop(const Error& error) override;
    bool is_slot_connected(std::uint16_t slot) const override;
    std::uint16_t server_of(std::uint16_t slot) const override {
        return told_owners_[slot].load(std::memory_order_relaxed);
    }

private:
    void on_link_ready(ServerLink& link) override;
    void on_link_lost(ServerLink& link, const Error& error) override;
    void on_link_reply(ServerLink& link, Request request, Result<Reply> reply) override;

    // --- the slot map ---
    void refresh_after(Milliseconds delay);
    /// Asks one server after the other until one tells; for the first map, all at once.
    void refresh();
    void ask_next();
    void heard(const Endpoint& asked, const Result<Reply>& reply);
    void install(SlotMap map);
    void give_up_waiting(const std::string& reason);

    // --- commands ---
    /// What was not sent, or was refused for the moment.
    void resubmit(Request request);
    /// Returns: the server for it, or null with the reason in `problem`.
    const Endpoint* choose(Request& request, std::string& problem);
    const Endpoint* choose_any() const;
    void redirect(const Redirection& redirection, Request request);
    void try_again(Request request);
    void answer_scan(Request request, Result<Reply> reply);

    void update_connected();
    void tell_owner(std::uint16_t slot);
    ServerLink& link_to(const Endpoint& endpoint);
    Endpoint endpoint_of(const ServerLink& link) const;

    const Surroundings surroundings_;
    const Target target_;
    const Options options_;
    std::map<Endpoint, std::shared_ptr<ServerLink>> links_;
    SlotMap map_;
    std::uint32_t map_version_ = 0;  // 0: none yet
    std::vector<Endpoint> to_ask_;   // in this reading of the map, last first
    bool is_refreshing_ = false;
    std::uint64_t reading_ = 0;
    std::size_t asked_ = 0;  // in this reading, and not answered
    SteadyTime refresh_at_ = SteadyTime::max();
    SteadyTime last_refresh_{};
    std::size_t map_reads_ = 0;
    std::string why_not_read_ = "none was reached";
    const std::unique_ptr<Loop::Timer> refresh_timer_;
    std::vector<Request> waiting_;  // for the first map
    std::string why_no_map_;        // empty while it is worth waiting
    std::vector<Request> delayed_;  // TRYAGAIN
    const std::unique_ptr<Loop::Timer> delay_timer_;
    bool is_stopped_ = false;
    const std::shared_ptr<char> alive_ = std::make_shared<char>();  // for what comes late

    // For other threads: the master of each slot, by its place in the map, and which may be asked.
    static constexpr std::uint16_t kNobody = 0xFFFF;
    std::array<std::atomic<std::uint16_t>, kSlots> told_owners_;
    std::array<std::atomic<bool>, limits::kMastersMax> told_connected_{};
};

}  // namespace turnpike::redis
