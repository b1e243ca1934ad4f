#include "control-plane/access/authenticator.hpp"

#include <utility>

#include "control-plane/access/sigv4.hpp"

namespace turnpike::access {
namespace {

Refusal unrecognized() {
    return {Refusal::Kind::UnrecognizedClient,
            "The security token included in the request is invalid."};
}

std::string cache_name(const SignatureClaim& claim) {
    return claim.access_key_id + '/' + claim.date + '/' + claim.region + '/' + claim.service;
}

}  // namespace

/// A claim that is right in everything but its signature, which is not yet looked at.
struct Authenticator::Candidate {
    SignatureClaim claim;
    std::shared_ptr<const AccessKey> key;
};

Authenticator::Authenticator(const AccessKeyDirectory& keys, crypto::HmacKey session_tokens,
                             Options options)
    : keys_(keys), session_tokens_(session_tokens), options_(std::move(options)) {}

Result<std::optional<Refusal>> Authenticator::precheck(const RequestHead& head,
                                                       WallTime now) const {
    auto identified = identify(head, now);
    if (!identified) return identified.error();
    std::optional<Refusal> refusal;
    if (auto* found = std::get_if<Refusal>(&*identified)) refusal = std::move(*found);
    return refusal;
}

Result<Authenticator::Outcome> Authenticator::authenticate(const RequestHead& head,
                                                           std::string_view body,
                                                           WallTime now) const {
    auto identified = identify(head, now);
    if (!identified) return identified.error();
    if (auto* refusal = std::get_if<Refusal>(&*identified)) return Outcome(std::move(*refusal));
    const auto& [claim, key] = std::get<Candidate>(*identified);

    const std::string name = cache_name(claim);
    const auto cached = signing_keys_.find(name, key->secret);
    const crypto::Digest derived =
        cached ? *cached : signing_key(key->secret, claim.date, claim.region, claim.service);
    const Expected expected = expected_signature(head, body, claim, derived, options_.rules);
    if (auto refusal = compare(head, claim, expected, options_.echo_canonical_request)) {
        return Outcome(*std::move(refusal));
    }
    if (!cached) signing_keys_.store(name, key->secret, derived);
    return Outcome(key->principal);
}

Result<std::variant<Authenticator::Candidate, Refusal>> Authenticator::identify(
    const RequestHead& head, WallTime now) const {
    using Found = std::variant<Candidate, Refusal>;
    auto read = read_claim(head, options_.rules);
    if (auto* refusal = std::get_if<Refusal>(&read)) return Found(std::move(*refusal));
    auto& claim = std::get<SignatureClaim>(read);

    auto key = keys_.find(claim.access_key_id);
    if (!key) return key.error();
    if (*key == nullptr || !(*key)->is_active) return Found(unrecognized());
    if (auto refusal = check_token(**key, claim.session_token, now)) {
        return Found(*std::move(refusal));
    }
    if (auto refusal = check_scope(claim, options_.service)) return Found(*std::move(refusal));
    if (auto refusal = check_time(claim, now)) return Found(*std::move(refusal));
    return Found(Candidate{std::move(claim), *std::move(key)});
}

std::optional<Refusal> Authenticator::check_token(const AccessKey& key,
                                                  const std::optional<std::string>& token,
                                                  WallTime now) const {
    if (key.session_token_mac.has_value() != token.has_value()) return unrecognized();
    if (token) {
        const crypto::Digest mac = session_tokens_.digest(*token);
        if (!crypto::constant_time_equal(crypto::view(mac), *key.session_token_mac)) {
            return unrecognized();
        }
    }
    if (key.expires_at && *key.expires_at <= now) {
        return Refusal{Refusal::Kind::ExpiredToken,
                       "The security token included in the request is expired"};
    }
    return std::nullopt;
}

}  // namespace turnpike::access
