#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/crypto/hmac.hpp"
#include "control-plane/access/canonical_request.hpp"
#include "control-plane/access/principal.hpp"
#include "control-plane/access/refusal.hpp"
#include "control-plane/access/signing_key_cache.hpp"

namespace turnpike::access {

/// Verifies Signature Version 4 on every call. Thread: any.
class Authenticator {
public:
    struct Options {
        std::string service = "apigateway";
        CanonicalRules rules;
        bool echo_canonical_request = true;
    };

    /// `session_tokens` is the key of AccessKey::session_token_mac (label "session-token").
    Authenticator(const AccessKeyDirectory& keys, crypto::HmacKey session_tokens, Options options);

    using Outcome = std::variant<Principal, Refusal>;

    /// Everything that the head alone can tell: refuses most bad calls before their body is read.
    /// Returns: nothing if the call may go on. Errors: Unavailable (keys were never loaded).
    Result<std::optional<Refusal>> precheck(const RequestHead& head, WallTime now) const;

    /// The whole verification. Errors: Unavailable (keys were never loaded).
    Result<Outcome> authenticate(const RequestHead& head, std::string_view body,
                                 WallTime now) const;

private:
    struct Candidate;
    Result<std::variant<Candidate, Refusal>> identify(const RequestHead& head, WallTime now) const;
    std::optional<Refusal> check_token(const AccessKey& key,
                                       const std::optional<std::string>& token, WallTime now) const;

    const AccessKeyDirectory& keys_;
    crypto::HmacKey session_tokens_;
    Options options_;
    mutable SigningKeyCache signing_keys_;
};

}  // namespace turnpike::access
