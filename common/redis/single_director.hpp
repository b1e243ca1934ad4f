#pragma once

#include "common/redis/director.hpp"

namespace turnpike::redis {

/// One server, which the URL names.
class SingleDirector final : public Director {
public:
    SingleDirector(const Surroundings& surroundings, const Address& address,
                   const Options& options);

    void start() override { link_->open(); }
    void submit(Request request) override { link_->submit(std::move(request)); }
    void push() override { link_->push(); }
    void stop(const Error& error) override;

private:
    void on_link_ready(ServerLink&) override { set_connected(true); }
    void on_link_lost(ServerLink&, const Error&) override { set_connected(false); }
    void on_link_reply(ServerLink&, Request request, Result<Reply> reply) override {
        request.answer(std::move(reply));
    }

    std::shared_ptr<ServerLink> link_;
};

}  // namespace turnpike::redis
