#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "common/base/text.hpp"
#include "common/model/api_key.hpp"

namespace turnpike::worker {

/// Null: no key, enabled or disabled, has this value.
using KeyRecord = std::shared_ptr<const model::ApiKey>;
/// Records by hexadecimal HMAC of the value; what a restarted worker knew before.
using KnownKeys = std::unordered_map<std::string, KeyRecord, StringHash, std::equal_to<>>;

}  // namespace turnpike::worker
