#pragma once

#include <openssl/bio.h>

#include "data-plane/worker/reactor.hpp"

namespace turnpike::tls {

/// A BIO that reads and writes `socket`, asks the kernel only when the socket may be ready, and
/// notes short transfers, so that TLS costs no more system calls than plain bytes.
/// Lifetime: the socket outlives the BIO, which does not own it.
BIO* make_socket_bio(worker::Socket& socket);

}  // namespace turnpike::tls
