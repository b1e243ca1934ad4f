#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/redis/asio_loop.hpp"
#include "common/redis/director.hpp"

namespace turnpike::redis {

/// The thread of a Client, and what other threads have given it: all that came in one turn goes out
/// in one write to each server. Thread: any, for what is public.
class ClientLoop {
public:
    explicit ClientLoop(Options options);
    ~ClientLoop();
    ClientLoop(const ClientLoop&) = delete;
    ClientLoop& operator=(const ClientLoop&) = delete;

    const Options& options() const { return options_; }
    /// The callback is called exactly once, also when this object goes.
    void enqueue(Command command, Milliseconds timeout, Client::Callback callback);
    bool is_connected() const { return director_ && director_->is_connected(); }
    bool is_slot_connected(std::uint16_t slot) const {
        return director_ && director_->is_slot_connected(slot);
    }
    bool is_cluster() const { return is_cluster_; }
    std::uint16_t server_of(std::uint16_t slot) const {
        return director_ ? director_->server_of(slot) : std::uint16_t{0};
    }

private:
    void flush();
    void stop();

    const Options options_;
    bool is_cluster_ = false;
    std::string why_not_;  // the URL is no good

    AsioLoop loop_;
    NameLookup names_{loop_};
    std::unique_ptr<TrustedAuthorities> trusted_;  // null: no TLS
    std::unique_ptr<Director> director_;           // null: why_not_
    bool is_stopped_ = false;

    std::atomic<std::size_t> waiting_ = 0;
    std::mutex mutex_;
    std::vector<Request> arrived_;
    bool is_flush_posted_ = false;

    std::thread thread_;
};

}  // namespace turnpike::redis
