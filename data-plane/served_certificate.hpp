#pragma once

#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "common/config/settings.hpp"
#include "data-plane/tls/server_context.hpp"

namespace turnpike {

/// The certificate that callers of this worker see: the one of the settings, or one of the local
/// authority, which is made when it is missing and renewed when its end is near. Thread: main.
class ServedCertificate {
public:
    /// Errors: what makes the files unusable.
    static Result<ServedCertificate> load(const config::WorkerSettings& settings,
                                          std::string ticket_key);

    /// Looks at the files again. Returns: whether context() is a new one. Errors: as of load();
    /// context() stays.
    Result<bool> reload();

    /// Never null. Session tickets of one context are good for all later ones.
    const std::shared_ptr<const tls::ServerContext>& context() const { return context_; }

private:
    ServedCertificate(const config::WorkerSettings& settings, std::string ticket_key)
        : settings_(&settings), ticket_key_(std::move(ticket_key)) {}

    const config::WorkerSettings* settings_;
    std::string ticket_key_;
    std::string chain_pem_;  // of context_, to see whether anything changed
    std::shared_ptr<const tls::ServerContext> context_;
};

}  // namespace turnpike
