#pragma once

#include <array>
#include <string_view>

#include "common/base/result.hpp"

/// The named sets of TLS versions and cipher suites that APIs and domain names can ask for.
/// Source: the contract's SecurityPolicy.
namespace turnpike::service {

inline constexpr std::array<std::string_view, 12> kSecurityPolicies{
    "TLS_1_0",
    "TLS_1_2",
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS13_2025_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS12_2018_EDGE",
};

/// Those without the prefix are the two old ones, which have no endpoint access mode.
inline bool is_legacy_policy(std::string_view name) { return name.starts_with("TLS_"); }
inline bool is_edge_policy(std::string_view name) { return name.ends_with("_EDGE"); }

struct TlsSettings {
    std::string_view policy;       ///< Empty: the default, which is one of the old ones.
    std::string_view access_mode;  ///< Empty, BASIC or STRICT.
    bool is_edge = false;
    bool is_private = false;  ///< Can do without an access mode.
};
/// Whether an API or a domain name can have these together. Errors: Invalid.
Result<void> check_tls_settings(const TlsSettings& settings);

}  // namespace turnpike::service
