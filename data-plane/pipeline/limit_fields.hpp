#pragma once

#include "data-plane/limits/notice.hpp"
#include "data-plane/pipeline/arena.hpp"
#include "data-plane/pipeline/response_fields.hpp"

namespace turnpike::pipeline {

/// A notice as the fields of draft-ietf-httpapi-ratelimit-headers-06, and Retry-After (RFC 9110) of
/// a refusal. Lifetime: the arena's.
const ResponseFields* limit_fields(const limits::Notice& notice, Arena& arena);

/// Puts them into an answer, in place of others of these names.
void add_limit_fields(const ResponseFields& own, ResponseFields& fields);

}  // namespace turnpike::pipeline
