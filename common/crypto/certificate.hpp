#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace turnpike::crypto {

/// A certificate with its private key (EC P-256, PKCS #8), both as PEM.
struct Identity {
    std::string certificate_pem;
    std::string key_pem;
};

struct Validity {
    WallTime not_before;
    WallTime not_after;
};

/// What a certificate says of itself.
struct CertificateInfo {
    std::string subject;
    std::string issuer;
    std::string serial;  ///< Hexadecimal.
    Validity validity;
    std::vector<std::string>
        names;  ///< Subject alternative names: DNS names and addresses as text.
    bool is_authority = false;
};

/// A self-signed authority that may sign leaf certificates and nothing else.
Result<Identity> make_authority(std::string_view common_name, const Validity& validity);

/// A server certificate. `names`: DNS names (with wildcards) and IP addresses; the first is the
/// common name as well. Errors: Invalid (bad name, or the authority cannot be read).
Result<Identity> make_leaf(const Identity& authority, const std::vector<std::string>& names,
                           const Validity& validity);

/// The first certificate of the text. Errors: Invalid.
Result<CertificateInfo> inspect_certificate(std::string_view pem);

/// Whether `pem` is signed by `authority_pem`. Dates are not looked at.
bool is_signed_by(std::string_view pem, std::string_view authority_pem);

/// Whether the private key belongs to the certificate.
bool is_pair(const Identity& identity);

}  // namespace turnpike::crypto
