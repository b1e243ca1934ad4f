#include "common/crypto/local_authority.hpp"

#include <algorithm>

#include "common/base/random.hpp"
#include "common/crypto/private_file.hpp"

namespace turnpike::crypto {
namespace {

namespace fs = std::filesystem;

using Days = std::chrono::days;

constexpr std::size_t kFileBytesMax = 65'536;
constexpr Days kAuthorityLifetime{3650};
constexpr Days kAuthorityRenewal{365};
constexpr Days kServerLifetime{90};
constexpr Days kServerRenewal{30};
// Clients whose clocks are behind must accept a certificate that was just made.
constexpr std::chrono::hours kBackdating{1};
constexpr std::string_view kKeyStart = "-----BEGIN PRIVATE KEY-----";

/// A file with certificates first, then the key. Returns: nothing if it is missing or damaged.
std::optional<Identity> read_identity(const fs::path& path) {
    const auto text = read_file(path, kFileBytesMax, true);
    if (!text) return std::nullopt;
    const std::size_t key = text->find(kKeyStart);
    if (key == std::string::npos) return std::nullopt;
    Identity identity{text->substr(0, key), text->substr(key)};
    if (!is_pair(identity)) return std::nullopt;
    return identity;
}

Result<void> write_identity(const fs::path& path, const Identity& identity) {
    return replace_file(path, identity.certificate_pem + identity.key_pem, kOwnerOnly);
}

bool is_current(std::string_view pem, WallTime now, Days renewal) {
    const auto info = inspect_certificate(pem);
    return info && info->validity.not_before <= now && now < info->validity.not_after - renewal;
}

bool has_names(std::string_view pem, const std::vector<std::string>& names) {
    const auto info = inspect_certificate(pem);
    return info && std::all_of(names.begin(), names.end(), [&info](const std::string& name) {
               return std::find(info->names.begin(), info->names.end(), name) != info->names.end();
           });
}

Result<Identity> ensure_authority(const LocalAuthorityFiles& files, WallTime now) {
    if (auto held = read_identity(files.authority_key);
        held && is_current(held->certificate_pem, now, kAuthorityRenewal)) {
        return std::move(*held);
    }
    // The name is unique, so that a client that trusts several of them picks the right one.
    auto made = make_authority("Turnpike local authority " + random_id(8),
                               {now - kBackdating, now + kAuthorityLifetime});
    if (!made) return made;
    if (auto written = write_identity(files.authority_key, *made); !written) return written.error();
    return made;
}

Result<void> ensure_public_copy(const fs::path& path, const std::string& pem) {
    const auto held = read_file(path, kFileBytesMax, false);
    if (held && *held == pem) return {};
    return replace_file(path, pem, kPublic);
}

bool is_usable(const Identity& held, const Identity& authority,
               const std::vector<std::string>& names, WallTime now) {
    return is_current(held.certificate_pem, now, kServerRenewal) &&
           has_names(held.certificate_pem, names) &&
           is_signed_by(held.certificate_pem, authority.certificate_pem);
}

}  // namespace

LocalAuthorityFiles LocalAuthorityFiles::under(const fs::path& home,
                                               const fs::path& authority_pem) {
    return {authority_pem.empty() ? home / "ca.pem" : authority_pem, home / "ca-key.pem",
            home / "server.pem"};
}

std::vector<std::string> local_names(std::string_view domain, std::string_view region) {
    const std::string suffix(domain);
    std::vector<std::string> names{"localhost", "*.execute-api." + suffix,
                                   "*.execute-api." + std::string(region) + "." + suffix};
    if (suffix != "localhost") names.push_back(suffix);
    names.insert(names.end(), {"127.0.0.1", "::1"});
    return names;
}

Result<Identity> ensure_local_identity(const LocalAuthorityFiles& files,
                                       const std::vector<std::string>& names, WallTime now) {
    const auto lock = FileLock::acquire(files.authority_key.string() + ".lock");
    if (!lock) return lock.error();
    const auto authority = ensure_authority(files, now);
    if (!authority) return authority.error();
    if (auto copied = ensure_public_copy(files.authority_pem, authority->certificate_pem);
        !copied) {
        return copied.error();
    }
    auto held = read_identity(files.server);
    if (held && is_usable(*held, *authority, names, now)) return std::move(*held);
    auto made = make_leaf(*authority, names, {now - kBackdating, now + kServerLifetime});
    if (!made) return made;
    made->certificate_pem += authority->certificate_pem;
    if (auto written = write_identity(files.server, *made); !written) return written.error();
    return made;
}

}  // namespace turnpike::crypto
