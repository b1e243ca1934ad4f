#pragma once

#include <optional>

#include "common/base/clock.hpp"
#include "control-plane/service/store.hpp"
#include "control-plane/store/pool.hpp"
#include "control-plane/store/transaction.hpp"

namespace turnpike::store {

struct OperationLimits {
    Milliseconds begin_deadline{1400};
    Milliseconds lock_wait_max{10'000};
};

/// A session with an open transaction, begun before `deadline`. An idle session that turns out to
/// be lost is replaced: nothing can have been executed on it. Throws: service::StoreUnavailable.
Pool::Lease begin(Pool& pool, SteadyTime deadline, const std::string& begin_statement);

/// Operations in transactions. Thread: any.
class DocumentStore final : public service::Store {
public:
    DocumentStore(Pool& pool, const ValueKeys& keys, OperationLimits limits)
        : pool_(pool), keys_(keys), limits_(limits) {}

    Result<json::Value> run(service::Access access, const Work& work) override;

private:
    std::optional<Result<json::Value>> run_alone(const Work& work, SteadyTime begin_by);
    Result<json::Value> run_once(service::Access access, const Work& work, SteadyTime begin_by);

    Pool& pool_;
    const ValueKeys keys_;
    const OperationLimits limits_;
};

}  // namespace turnpike::store
