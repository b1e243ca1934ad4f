#include "control-plane/service/tls_policy.hpp"

#include <string>

namespace turnpike::service {

Result<void> check_tls_settings(const TlsSettings& settings) {
    const std::string policy = settings.policy.empty() ? "TLS_1_0" : std::string(settings.policy);
    const auto refuse = [&policy](std::string_view why) {
        return invalid("The security policy " + policy + " " + std::string(why));
    };
    if (is_edge_policy(policy) && !settings.is_edge) {
        return refuse("is only supported for EDGE endpoints.");
    }
    const bool has_mode = !settings.access_mode.empty();
    if (is_legacy_policy(policy) && has_mode) {
        return refuse("does not support an endpointAccessMode.");
    }
    if (!is_legacy_policy(policy) && !has_mode && !settings.is_private) {
        return refuse("requires an endpointAccessMode.");
    }
    return {};
}

}  // namespace turnpike::service
