#include "data-plane/listening.hpp"

#include <utility>

#include "common/telemetry/log.hpp"

namespace turnpike {

Result<Listening> Listening::open(const config::WorkerSettings& settings, Reactors reactors,
                                  const std::shared_ptr<const tls::ServerContext>& tls) {
    Listening listening;
    if (auto opened = listening.add_all(settings, reactors, tls); !opened) {
        // Those that are open belong to a reactor that runs.
        listening.close(reactors.front()->reactor());
        return std::move(opened).error();
    }
    return listening;
}

Result<void> Listening::add_all(const config::WorkerSettings& settings, Reactors reactors,
                                const std::shared_ptr<const tls::ServerContext>& tls) {
    for (const config::ListenAddress& address : settings.https_listen) {
        if (auto added = add(address, reactors, tls); !added) return added;
    }
    for (const config::ListenAddress& address : settings.http_listen) {
        if (auto added = add(address, reactors, nullptr); !added) return added;
    }
    return {};
}

Result<void> Listening::add(const config::ListenAddress& address, Reactors reactors,
                            const std::shared_ptr<const tls::ServerContext>& tls) {
    auto parsed = net::SocketAddress::parse(address.text());
    if (!parsed) return std::move(parsed).error();
    auto group = net::ListenerGroup::open(*parsed, reactors.size());
    if (!group) return std::move(group).error();
    for (std::size_t i = 0; i < reactors.size(); ++i) {
        auto share = (*group)->share(i, reactors.size());
        if (!share) return std::move(share).error();
        // Shared: posted work must be copyable.
        auto listeners = std::make_shared<std::vector<net::Listener>>(*std::move(share));
        reactors[i]->reactor().post([server = &reactors[i]->server(), listeners, tls] {
            for (net::Listener& listener : *listeners) server->listen(std::move(listener), tls);
        });
    }
    const std::shared_ptr<net::ListenerGroup> shared = *std::move(group);
    worker::Reactor& first = reactors.front()->reactor();
    first.post([shared, &first] { shared->serve(first); });
    telemetry::log_info("listening", {{"address", shared->address().text()},
                                      {"tls", tls != nullptr},
                                      {"shared", shared->was_handed_over()}});
    groups_.push_back(shared);
    return {};
}

void Listening::use_tls(Reactors reactors, const std::shared_ptr<const tls::ServerContext>& tls) {
    for (const auto& reactor : reactors) {
        reactor->reactor().post([server = &reactor->server(), tls] { server->use_tls(tls); });
    }
}

void Listening::close(worker::Reactor& first) {
    first.post([groups = groups_] {
        for (const auto& group : groups) group->close();
    });
}

}  // namespace turnpike
