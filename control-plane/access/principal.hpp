#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace turnpike::access {

/// Who calls, once the signature is proven.
struct Principal {
    std::string access_key_id;
    std::string id;  ///< Unique, never used again.
    std::string name;
    std::string arn;
    std::string account_id;
    bool is_root = false;  ///< May do everything.
};

/// A key of a principal with what is needed to check a signature.
struct AccessKey {
    Principal principal;
    std::string secret;
    bool is_active = true;
    std::optional<std::string> session_token_mac;  ///< HMAC; set for temporary keys.
    std::optional<WallTime> expires_at;
};

/// Finds access keys without waiting. Thread: any.
class AccessKeyDirectory {
public:
    virtual ~AccessKeyDirectory() = default;
    /// Returns: null if there is no such key. Errors: Unavailable (nothing loaded yet).
    virtual Result<std::shared_ptr<const AccessKey>> find(std::string_view access_key_id) const = 0;
};

}  // namespace turnpike::access
