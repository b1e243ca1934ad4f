#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::crypto {

/// Labels of the keys that are derived from the master key. Control plane and workers must agree.
inline constexpr std::string_view kSealLabel = "seal";
inline constexpr std::string_view kApiKeyLookupLabel = "api-key-lookup";
inline constexpr std::string_view kSessionTokenLabel = "session-token";
inline constexpr std::string_view kTlsTicketsLabel = "tls-tickets";
inline constexpr std::string_view kCacheIdLabel = "cache-id";
inline constexpr std::string_view kCacheEncryptionLabel = "cache-encryption";

/// The installation's root secret: 32 bytes, kept as 64 hexadecimal digits in a file that only its
/// owner may read. Never used itself, only what is derived from it.
class MasterKey {
public:
    /// Errors: NotFound, Invalid (not a key, or readable for every user), Internal.
    static Result<MasterKey> load(const std::filesystem::path& path);
    /// As load; makes the file if there is none. Processes that start at once agree on one key.
    static Result<MasterKey> load_or_create(const std::filesystem::path& path);
    /// 64 hexadecimal digits. Errors: Invalid.
    static Result<MasterKey> from_hex(std::string_view text);

    MasterKey(const MasterKey&) = default;
    MasterKey& operator=(const MasterKey&) = default;
    ~MasterKey();

    /// 32 bytes for one purpose; the same label gives the same key in every process.
    std::string derive(std::string_view label) const;

private:
    explicit MasterKey(std::string_view bytes) : bytes_(bytes) {}
    std::string bytes_;
};

}  // namespace turnpike::crypto
