#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/crypto/certificate.hpp"

namespace turnpike::crypto {

struct LocalAuthorityFiles {
    std::filesystem::path authority_pem;  ///< Public, for clients: .turnpike/ca.pem.
    std::filesystem::path authority_key;  ///< Certificate and key, 0600.
    std::filesystem::path server;         ///< Chain and key of the listener, 0600.

    /// ca.pem (or `authority_pem`, if it is not empty), ca-key.pem and server.pem under `home`.
    static LocalAuthorityFiles under(const std::filesystem::path& home,
                                     const std::filesystem::path& authority_pem = {});
};

/// The names that a local listener answers to: localhost, *.execute-api.{domain},
/// *.execute-api.{region}.{domain}, 127.0.0.1 and ::1.
std::vector<std::string> local_names(std::string_view domain, std::string_view region);

/// The listener's certificate, followed by its authority's, with the key. Makes what is missing and
/// replaces what has expired, expires soon, is damaged, or lacks a name: the authority (10 years)
/// one year before its end, the certificate (90 days) a month before. Processes that start at once
/// agree.
Result<Identity> ensure_local_identity(const LocalAuthorityFiles& files,
                                       const std::vector<std::string>& names, WallTime now);

}  // namespace turnpike::crypto
