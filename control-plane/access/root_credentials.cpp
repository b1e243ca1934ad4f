#include "control-plane/access/root_credentials.hpp"

#include "common/base/random.hpp"
#include "common/crypto/private_file.hpp"

namespace turnpike::access {
namespace {

constexpr std::size_t kFileBytesMax = 65'536;
constexpr std::size_t kIdCharacters = 16;
constexpr std::size_t kSecretCharacters = 40;

AccessKey proposed_root(const RootSettings& settings) {
    AccessKey key;
    key.principal.access_key_id = new_access_key_id();
    key.principal.id = settings.account_id;
    key.principal.name = "root";
    key.principal.arn = "arn:" + settings.partition + ":iam::" + settings.account_id + ":root";
    key.principal.account_id = settings.account_id;
    key.principal.is_root = true;
    key.secret = new_access_key_secret();
    return key;
}

bool holds_key(const std::filesystem::path& path, const std::string& id) {
    const auto held = crypto::read_file(path, kFileBytesMax, false);
    return held && held->find(id) != std::string::npos;
}

/// Other credentials in the file, of an installation whose database is gone, move to "<name>.old".
Result<void> keep_other_content(const std::filesystem::path& path, const std::string& id) {
    const auto held = crypto::read_file(path, kFileBytesMax, false);
    if (!held && held.error().kind == Error::Kind::NotFound) return {};
    if (!held) return held.error();
    if (held->empty() || held->find(id) != std::string::npos) return {};
    return crypto::replace_file(path.string() + ".old", *held, crypto::kOwnerOnly);
}

}  // namespace

std::string new_access_key_id() {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string id = "AKIA";
    for (const char c : secure_random_bytes(kIdCharacters)) {
        id += kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
    }
    return id;
}

std::string new_access_key_secret() { return random_secret(kSecretCharacters); }

Result<std::string> ensure_root(PrincipalSource& source, const RootSettings& settings) {
    const auto root = source.ensure_root(proposed_root(settings));
    if (!root) return root.error();
    const std::string& id = root->principal.access_key_id;
    if (auto kept = keep_other_content(settings.credentials_file, id); !kept) return kept.error();
    if (holds_key(settings.credentials_file, id)) return id;
    const std::string content =
        "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + root->secret + "\n";
    if (auto written = crypto::replace_file(settings.credentials_file, content, crypto::kOwnerOnly);
        !written) {
        return written.error();
    }
    return id;
}

}  // namespace turnpike::access
