#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/limits/bucket.hpp"
#include "common/limits/quota.hpp"
#include "common/redis/client.hpp"
#include "data-plane/limits/script_calls.hpp"

/// Questions as the arguments of scripts, and what scripts answer. Source: common/limits/scripts.
namespace turnpike::limits {

const Script& bucket_script();
const Script& quota_script();
/// How many workers gave word of themselves within ten seconds. KEYS: workers.
const Script& census_script();

std::vector<std::string> arguments_of(const std::string& lessee, const BucketLimit& limit,
                                      const BucketQuestion& question);
std::vector<std::string> arguments_of(const std::string& lessee, const QuotaTerms& terms,
                                      const QuotaQuestion& question);

/// Returns: nothing if the reply is not of the script's form.
std::optional<BucketAnswer> bucket_answer(const redis::Reply& reply);
std::optional<QuotaAnswer> quota_answer(const redis::Reply& reply);

}  // namespace turnpike::limits
