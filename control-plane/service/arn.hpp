#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "control-plane/service/operation.hpp"
#include "control-plane/service/transaction.hpp"

namespace turnpike::service {

/// "arn:partition:service:region:account:resource": six parts, the resource not empty. Whether it
/// names anything is not asked.
bool looks_like_arn(std::string_view text);

/// "/restapis/a1b2c3d4e5" of a management ARN, in any partition, region and account; empty if the
/// text is none. Lifetime: the text's.
std::string_view management_path(std::string_view arn);

/// A resource that a management ARN names and that can have tags.
struct TaggableResource {
    Table table;
    Key key;
    Error missing;  ///< The answer when there is no such row.
};

/// Any partition, region and account are taken: the path alone says what is meant.
/// Errors: Invalid if it is no management ARN, or of a kind that has no tags; NotFound for kinds of
/// which this installation holds nothing.
Result<TaggableResource> taggable_resource(const Call& call, std::string_view arn);

}  // namespace turnpike::service
