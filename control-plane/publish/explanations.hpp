#pragma once

#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"

namespace turnpike::publish {

/// What workers recorded of single requests, read from Redis; behind GET /_turnpike/v1/explain.
/// What cannot be read, or is longer than a worker writes, is as if it were not there.
/// Thread: any.
class Explanations {
public:
    Explanations(redis::Client& redis, snapshot::PublishedNames names);

    /// The whole explanation. Errors: NotFound; Unavailable or Timeout if Redis is away.
    Result<json::Value> find(const std::string& request_id) const;
    /// {"items": [summaries]}, newest first. `input` may have "limit" (1 to 100, else 25), and
    /// "restApiId" and "stageName", which restrict. Errors: Invalid; Unavailable or Timeout if
    /// Redis is away.
    Result<json::Value> list(const json::Value& input) const;

private:
    /// Of all that are kept, newest first.
    Result<std::vector<std::string>> ids(SteadyTime deadline) const;
    /// Documents of the ids from `first` on, of at least one and of as many as one answer may hold;
    /// empty: there is none.
    Result<std::vector<std::string>> documents(const std::vector<std::string>& ids,
                                               std::size_t first, SteadyTime deadline) const;
    Result<redis::Reply> call(redis::Command command, SteadyTime deadline) const;

    redis::Client& redis_;
    snapshot::PublishedNames names_;
};

}  // namespace turnpike::publish
