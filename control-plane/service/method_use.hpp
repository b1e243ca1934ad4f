#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "control-plane/service/transaction.hpp"

namespace turnpike::service {

/// A method that refers to something that shall be deleted.
struct MethodUse {
    std::string path;  ///< of its resource: "/pets"
    std::string verb;

    /// "GET//pets", as refusals write it.
    std::string verb_first() const { return verb + "/" + path; }
    /// "/pets/GET".
    std::string path_first() const { return path + "/" + verb; }
};

/// The newest method of the API whose document `uses` says yes to. Requires: the API's lock.
std::optional<MethodUse> find_method_use(Transaction& transaction, std::string_view api_id,
                                         const std::function<bool(const json::Value&)>& uses);
/// The same for a top-level text member: authorizerId, requestValidatorId.
std::optional<MethodUse> find_method_use(Transaction& transaction, std::string_view api_id,
                                         std::string_view member, std::string_view value);

}  // namespace turnpike::service
