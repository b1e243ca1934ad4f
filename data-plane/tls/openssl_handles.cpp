#include "data-plane/tls/openssl_handles.hpp"

#include <openssl/err.h>

namespace turnpike::tls {

std::string take_openssl_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return {};
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code);
}

}  // namespace turnpike::tls
