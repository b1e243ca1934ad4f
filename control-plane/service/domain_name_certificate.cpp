#include "control-plane/service/domain_name_certificate.hpp"

#include <algorithm>
#include <array>

#include "common/crypto/certificate.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kBodyBytesMax = 32U * 1024;
constexpr std::size_t kChainBytesMax = 64U * 1024;
constexpr std::size_t kKeyBytesMax = 16U * 1024;

Error refused(std::string_view reason) {
    return invalid("Invalid certificate specified: " + std::string(reason));
}

Result<void> check_sizes(const json::Value& input) {
    const bool is_long = input.text("certificateBody").size() > kBodyBytesMax ||
                         input.text("certificateChain").size() > kChainBytesMax ||
                         input.text("certificatePrivateKey").size() > kKeyBytesMax;
    if (is_long) return refused("it is too long");
    return {};
}

/// Each certificate is signed by the one after it.
Result<void> check_chain(const std::string& leaf, std::string_view chain) {
    std::string signed_one = leaf;
    const std::vector<std::string> authorities = crypto::certificates_in(chain);
    if (authorities.empty() && !chain.empty()) return refused("the chain is not in PEM form");
    for (const std::string& authority : authorities) {
        if (!crypto::is_signed_by(signed_one, authority)) {
            return refused("the chain does not start with the issuer, or is not in order");
        }
        signed_one = authority;
    }
    return {};
}

Result<void> check_leaf(const crypto::Identity& identity, std::string_view domain_name,
                        WallTime now) {
    const auto info = crypto::inspect_certificate(identity.certificate_pem);
    if (!info) return refused("the body is not in PEM form");
    if (!crypto::is_pair(identity)) return refused("the private key does not belong to it");
    if (now < info->validity.not_before) return refused("it is not valid yet");
    if (now >= info->validity.not_after) return refused("it has expired");
    if (!crypto::covers(*info, domain_name)) {
        return refused("it is not for the name " + std::string(domain_name));
    }
    return {};
}

}  // namespace

bool brings_certificate(const json::Value& input) {
    constexpr std::array<std::string_view, 3> kMembers{"certificateBody", "certificateChain",
                                                       "certificatePrivateKey"};
    return std::any_of(kMembers.begin(), kMembers.end(),
                       [&input](std::string_view member) { return !input.text(member).empty(); });
}

Result<json::Value> inline_certificate(const Call& call, std::string_view domain_name) {
    const json::Value& input = call.input;
    const crypto::Identity identity{std::string(input.text("certificateBody")),
                                    std::string(input.text("certificatePrivateKey"))};
    const std::string_view chain = input.text("certificateChain");
    if (identity.certificate_pem.empty() || identity.key_pem.empty()) {
        return refused("certificateBody and certificatePrivateKey belong together");
    }
    if (auto checked = check_sizes(input); !checked) return checked.error();
    if (auto checked = check_leaf(identity, domain_name, call.now); !checked) {
        return checked.error();
    }
    if (auto checked = check_chain(identity.certificate_pem, chain); !checked) {
        return checked.error();
    }
    json::Value kept = json::Object{{"body", identity.certificate_pem}};
    if (!chain.empty()) kept["chain"] = chain;
    return kept;
}

std::string domain_secret(const Key& key) { return "domain-name/" + key.id; }

}  // namespace turnpike::service
