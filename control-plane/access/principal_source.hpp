#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "control-plane/access/principal.hpp"

namespace turnpike::access {

/// The stored principals and access keys. Every call may throw service::StoreUnavailable. Thread:
/// any.
class PrincipalSource {
public:
    virtual ~PrincipalSource() = default;

    /// Changes with every change of a principal or key; cheap.
    virtual std::int64_t revision() = 0;

    struct Snapshot {
        std::int64_t revision = 0;
        std::vector<AccessKey> keys;
    };
    /// Everything at one moment, secrets opened. Errors: Internal (a secret does not open: other
    /// master key), LimitExceeded (more keys than are kept in memory).
    virtual Result<Snapshot> load() = 0;

    /// The root principal's key; made with `proposal` if there is no root yet. Processes that start
    /// at once get the same key.
    virtual Result<AccessKey> ensure_root(const AccessKey& proposal) = 0;

    /// Adds a key, and its principal if that is new. Errors: Conflict (the key id is taken).
    virtual Result<void> add(const AccessKey& key) = 0;
    /// Errors: NotFound.
    virtual Result<void> set_active(std::string_view access_key_id, bool is_active) = 0;
    /// Errors: NotFound.
    virtual Result<void> remove(std::string_view access_key_id) = 0;
};

}  // namespace turnpike::access
