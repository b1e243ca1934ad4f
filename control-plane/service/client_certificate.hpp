#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

/// Certificates that stages present to HTTP back ends.
namespace turnpike::service {

/// Held by whoever changes a client certificate, or makes a stage name one. Taken after the locks
/// of REST APIs.
void lock_client_certificates(Transaction& transaction);

Error client_certificate_not_found();

}  // namespace turnpike::service
