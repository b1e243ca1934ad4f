#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/service/transaction.hpp"

namespace turnpike::service {

/// The database cannot be reached, or did not answer in time; nothing of the operation was kept.
/// The one exception that rules let pass: the API edge answers it with 503.
class StoreUnavailable : public std::runtime_error {
public:
    explicit StoreUnavailable(const std::string& detail) : std::runtime_error(detail) {}
};

/// The database was lost while it was to commit: all of the operation was kept, or nothing. Only a
/// look at the database tells, so nobody may run the operation again unasked.
class OutcomeUnknown : public StoreUnavailable {
public:
    explicit OutcomeUnknown(const std::string& detail) : StoreUnavailable(detail) {}
};

/// Runs operations, each in one transaction of its own on a pooled connection. Thread: any.
class Store {
public:
    virtual ~Store() = default;

    using Work = std::function<Result<json::Value>(Transaction&)>;

    /// Commits if `work` returns a value, rolls back if it returns an Error or throws. `work` may
    /// run again from its start when the database asks for a retry (serialisation failure,
    /// deadlock) or a read takes more statements than expected, so it must have no effects but
    /// those on its Transaction. Throws: StoreUnavailable within 2 s when the database is away, and
    /// OutcomeUnknown when it went away in answering the commit.
    virtual Result<json::Value> run(Access access, const Work& work) = 0;
};

}  // namespace turnpike::service
