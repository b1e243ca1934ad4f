#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control-plane/api/contract.hpp"
#include "control-plane/api/errors.hpp"

namespace turnpike::api {

/// The operation that a request addresses. Lifetime: of the contract's tables.
struct Match {
    const Operation* operation = nullptr;
    std::vector<std::string> path_values;  ///< Percent-decoded, in the order of the path.
};

/// Finds operations by method, path and fixed query. v1, v2 and Turnpike's additions share one
/// host; the connections API belongs to workers. Immutable. Thread: any.
class Router {
public:
    Router();

    /// `path` and `query` are raw: the path is split first and decoded afterwards, so that an
    /// encoded "/" stays inside its value. One slash at the end is ignored.
    /// Returns: the operation, or why there is none (unknown, or invalid percent-encoding).
    std::variant<Match, Failure> find(std::string_view method, std::string_view path,
                                      std::string_view query) const;

private:
    struct Route {
        const Operation* operation;
        std::vector<std::string_view> segments;  ///< "{}" for a parameter
    };
    const Route* look_up(std::string_view method, const std::vector<std::string_view>& segments,
                         std::string_view query) const;

    std::vector<std::vector<Route>> by_length_;  ///< by number of segments
};

}  // namespace turnpike::api
