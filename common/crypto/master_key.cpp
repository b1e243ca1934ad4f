#include "common/crypto/master_key.hpp"

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/hmac.hpp"
#include "common/crypto/private_file.hpp"

namespace turnpike::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kFileBytesMax = 256;

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return trim(text);
}

}  // namespace

MasterKey::~MasterKey() { wipe(bytes_); }

Result<MasterKey> MasterKey::from_hex(std::string_view text) {
    auto bytes = turnpike::from_hex(without_line_end(text));
    if (!bytes || bytes->size() != kKeyBytes) {
        return invalid("a master key is 64 hexadecimal digits");
    }
    MasterKey key{std::string_view(*bytes)};
    wipe(*bytes);
    return key;
}

Result<MasterKey> MasterKey::load(const std::filesystem::path& path) {
    auto text = read_file(path, kFileBytesMax, true);
    if (!text) return text.error();
    auto key = from_hex(*text);
    wipe(*text);
    if (!key) return invalid(path.string() + ": " + key.error().message);
    return key;
}

Result<MasterKey> MasterKey::load_or_create(const std::filesystem::path& path) {
    auto loaded = load(path);
    if (loaded || loaded.error().kind != Error::Kind::NotFound) return loaded;
    std::string text = to_hex(secure_random_bytes(kKeyBytes)) + '\n';
    const auto created = create_file(path, text, kOwnerOnly);
    wipe(text);
    if (!created) return created.error();
    // Read back: another process may have been first.
    return load(path);
}

std::string MasterKey::derive(std::string_view label) const {
    return hkdf_sha256(bytes_, "turnpike", label, kKeyBytes);
}

}  // namespace turnpike::crypto
