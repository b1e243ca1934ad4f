#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/access/canonical_request.hpp"
#include "control-plane/access/refusal.hpp"

namespace turnpike::access {

/// What a request claims about its signature; nothing of it is proven yet. Owns its texts.
struct SignatureClaim {
    enum class Form : std::uint8_t { Header, Query };
    Form form = Form::Header;

    std::string access_key_id;
    std::string date;
    std::string region;
    std::string service;
    std::string terminator;

    std::string date_time;  ///< "20150830T123600Z"
    WallTime signed_at;
    std::optional<Seconds> lifetime;  ///< X-Amz-Expires.
    std::vector<std::string> signed_headers;
    std::string signature;
    std::optional<std::string> session_token;

    std::string scope() const { return date + '/' + region + '/' + service + '/' + terminator; }
};

/// Reads the claim from the head, in the order of checks of the service up to the access key: no
/// signature, both forms, broken parameters, dates, headers that must be signed. Needs no body.
std::variant<SignatureClaim, Refusal> read_claim(const RequestHead& head,
                                                 const CanonicalRules& rules = {});

/// Credential scope: any region, this service. Source: the same order, after the access key.
std::optional<Refusal> check_scope(const SignatureClaim& claim, std::string_view service);
/// Five minutes both ways; with X-Amz-Expires its end instead.
std::optional<Refusal> check_time(const SignatureClaim& claim, WallTime now);

/// What should have been signed.
struct Expected {
    std::string payload_hash;
    std::string canonical;
    std::string to_sign;
    std::string signature;
};
Expected expected_signature(const RequestHead& head, std::string_view body,
                            const SignatureClaim& claim, const crypto::Digest& key,
                            const CanonicalRules& rules = {});

/// Compares in constant time; a payload hash that the client declares must be the true one. `echo`
/// adds the canonical request and the string to sign to the message, as the service does.
std::optional<Refusal> compare(const RequestHead& head, const SignatureClaim& claim,
                               const Expected& expected, bool echo);

}  // namespace turnpike::access
