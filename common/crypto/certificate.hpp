#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace turnpike::crypto {

/// A certificate with its private key (PKCS #8), both as PEM. Keys that are made here are EC P-256
/// unless the maker says otherwise.
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

/// A client certificate that is its own issuer, with an RSA key of 2048 bits: whoever is to accept
/// it is given the certificate itself. Takes tenths of a second of processor time.
Result<Identity> make_client_identity(std::string_view common_name, const Validity& validity);

/// The first certificate of the text. Errors: Invalid.
Result<CertificateInfo> inspect_certificate(std::string_view pem);

/// Whether a host of that name may use the certificate: by the name itself, or by a wildcard for
/// its first label (RFC 6125 section 6.4.3). A host name may be a wildcard; only the same one fits.
bool covers(const CertificateInfo& info, std::string_view host);

/// The certificates of the text, one PEM block each, in their order. Other text is left out.
std::vector<std::string> certificates_in(std::string_view pem);

/// Whether `pem` is signed by `authority_pem`. Dates are not looked at.
bool is_signed_by(std::string_view pem, std::string_view authority_pem);

/// Whether the private key belongs to the certificate.
bool is_pair(const Identity& identity);

}  // namespace turnpike::crypto
