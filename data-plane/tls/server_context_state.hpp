#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data-plane/tls/openssl_handles.hpp"
#include "data-plane/tls/server_context.hpp"
#include "data-plane/tls/ticket_keys.hpp"

namespace turnpike::tls {

/// The inside of a ServerContext, for the sources of this folder.
struct ServerContext::State {
    State(std::string ticket_key, WallTime (*now)()) : tickets(std::move(ticket_key)), clock(now) {}

    /// The context of the certificate for a host; null if there is none.
    SSL_CTX* find(std::string_view host) const;

    TicketKeys tickets;
    WallTime (*clock)();
    std::vector<SslContextPtr> contexts;  // the first is the default; its tickets serve all
    std::unordered_map<std::string, SSL_CTX*> by_name;  // lower case, "*.example.com" too
};

}  // namespace turnpike::tls
