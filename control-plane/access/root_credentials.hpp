#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "control-plane/access/principal_source.hpp"

namespace turnpike::access {

struct RootSettings {
    std::string partition = "aws";
    std::string account_id = "000000000000";
    std::filesystem::path credentials_file;
};

/// Makes the root principal on first start, and sees to it that the credentials file holds its key
/// (AWS shared-credentials format, profile "default", mode 0600). A file that is lost is written
/// again from the stored secret; one with other credentials is kept as "<name>.old". Throws:
/// service::StoreUnavailable. Returns: the key's id.
Result<std::string> ensure_root(PrincipalSource& source, const RootSettings& settings);

/// "AKIA" and 16 characters of [A-Z2-7].
std::string new_access_key_id();
/// 40 characters of [A-Za-z0-9].
std::string new_access_key_secret();

}  // namespace turnpike::access
