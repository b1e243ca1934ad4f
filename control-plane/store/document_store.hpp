#pragma once

#include <optional>

#include "common/base/clock.hpp"
#include "control-plane/service/store.hpp"
#include "control-plane/store/pool.hpp"
#include "control-plane/store/transaction.hpp"
#include "control-plane/store/write_turns.hpp"

namespace turnpike::store {

struct OperationLimits {
    Milliseconds begin_deadline{1400};
    Milliseconds lock_wait_max{10'000};
    std::size_t changes_at_once = 1;
    Milliseconds change_patience{10};  ///< Then a change does not wait for others any more.
};

/// A session with an open transaction, begun before `deadline`. An idle session that turns out to
/// be lost is replaced: nothing can have been executed on it. Throws: service::StoreUnavailable.
Pool::Lease begin(Pool& pool, SteadyTime deadline, const std::string& begin_statement);

/// Operations in transactions. Thread: any.
class DocumentStore final : public service::Store {
public:
    DocumentStore(Pool& pool, const ValueKeys& keys, OperationLimits limits)
        : pool_(pool),
          keys_(keys),
          limits_(limits),
          turns_(limits.changes_at_once, limits.change_patience) {}

    Result<json::Value> run(service::Access access, const Work& work) override;

private:
    std::optional<Result<json::Value>> run_alone(const Work& work, SteadyTime begin_by);
    Result<json::Value> run_once(service::Access access, const Work& work, SteadyTime begin_by);

    Pool& pool_;
    const ValueKeys keys_;
    const OperationLimits limits_;
    WriteTurns turns_;
};

}  // namespace turnpike::store
