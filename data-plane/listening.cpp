#include "data-plane/listening.hpp"

#include <utility>

#include "common/crypto/local_authority.hpp"
#include "common/crypto/private_file.hpp"
#include "common/telemetry/log.hpp"

namespace turnpike {
namespace {

constexpr std::size_t kPemBytesMax = 1U << 20U;

Result<tls::Certificate> read_certificate(const config::WorkerSettings& settings) {
    auto chain = crypto::read_file(settings.tls_certificate_file, kPemBytesMax, false);
    if (!chain) return std::move(chain).error();
    auto key = crypto::read_file(settings.tls_key_file, kPemBytesMax, true);
    if (!key) return std::move(key).error();
    return tls::Certificate{*std::move(chain), *std::move(key)};
}

Result<tls::Certificate> local_certificate(const config::WorkerSettings& settings) {
    auto identity = crypto::ensure_local_identity(
        crypto::LocalAuthorityFiles::under(settings.home, settings.ca_file),
        crypto::local_names(settings.domain, settings.region), wall_now());
    if (!identity) return std::move(identity).error();
    return tls::Certificate{std::move(identity->certificate_pem), std::move(identity->key_pem)};
}

}  // namespace

Result<std::shared_ptr<const tls::ServerContext>> Listening::make_tls(
    const config::WorkerSettings& settings, std::string ticket_key) {
    auto certificate = settings.tls_certificate_file.empty() ? local_certificate(settings)
                                                             : read_certificate(settings);
    if (!certificate) return std::move(certificate).error();
    tls::ServerContext::Options options;
    options.certificates.push_back(*std::move(certificate));
    options.ticket_key = std::move(ticket_key);
    return tls::ServerContext::create(std::move(options));
}

Result<Listening> Listening::open(const config::WorkerSettings& settings, Reactors reactors,
                                  std::shared_ptr<const tls::ServerContext> tls) {
    Listening listening;
    for (const config::ListenAddress& address : settings.https_listen) {
        if (auto added = listening.add(address, reactors, tls); !added) return added.error();
    }
    for (const config::ListenAddress& address : settings.http_listen) {
        if (auto added = listening.add(address, reactors, nullptr); !added) return added.error();
    }
    return listening;
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

void Listening::close(worker::Reactor& first) {
    first.post([groups = groups_] {
        for (const auto& group : groups) group->close();
    });
}

}  // namespace turnpike
