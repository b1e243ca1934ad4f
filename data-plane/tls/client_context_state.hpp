#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "data-plane/tls/client_context.hpp"
#include "data-plane/tls/openssl_handles.hpp"

namespace turnpike::tls {

/// The inside of a ClientContext, for the sources of this folder.
struct ClientContext::State {
    /// The session to offer; null if there is none, or the certificate that it stands for has
    /// expired: resumption does not look at certificates again.
    SSL_SESSION* find(const std::string& key) const;
    void keep(const std::string& key, SessionPtr session);

    SslContextPtr context;
    std::size_t sessions_max = 0;
    WallTime (*clock)() = wall_now;
    struct Kept {
        SessionPtr session;
        std::list<std::string>::iterator age;
    };
    std::unordered_map<std::string, Kept> sessions;
    std::list<std::string> oldest_first;
};

/// Where a connection's key into the sessions is attached to its SSL object.
int session_key_index();

}  // namespace turnpike::tls
