#include "control-plane/store/document_store.hpp"

#include <algorithm>
#include <utility>

#include "control-plane/store/refused.hpp"

namespace turnpike::store {

using service::Access;

namespace {

constexpr int kAttemptsMax = 8;
// Leaves time for a new connection when an idle one does not answer.
constexpr Milliseconds kIdleBeginDeadline{600};

bool is_worth_a_retry(const SqlError& error) {
    return error.state() == sql_state::kSerializationFailure;
}

/// What an operation is told of an answer that no retry helps with.
Error to_error(const SqlError& error) {
    const std::string& state = error.state();
    if (state == sql_state::kInvalidCharacter || state == sql_state::kUntranslatableCharacter) {
        return invalid("A value contains characters that cannot be stored");
    }
    if (state == sql_state::kProgramLimitExceeded) return invalid("A value is too long");
    const bool is_race = is_worth_a_retry(error) || state == sql_state::kLockNotAvailable ||
                         state == sql_state::kForeignKeyViolation;
    if (!is_race) return internal_error(std::string("database: ") + error.what());
    Error race = conflict(
        "Unable to complete operation due to concurrent modification. Please try again later.");
    race.retryable = true;
    race.detail = error.what();
    return race;
}

Milliseconds remaining(SteadyTime deadline) {
    return std::max(std::chrono::ceil<Milliseconds>(deadline - steady_now()), Milliseconds{1});
}

/// Once the server was told to commit, only its answer tells whether it did.
void commit(Session& session) {
    try {
        session.script("COMMIT");
    } catch (const service::StoreUnavailable& lost) {
        throw service::OutcomeUnknown(lost.what());
    }
}

}  // namespace

Pool::Lease begin(Pool& pool, SteadyTime deadline, const std::string& begin_statement) {
    bool fresh = false;
    while (true) {
        Pool::Lease lease = pool.acquire(deadline, fresh);
        const Milliseconds left = remaining(deadline);
        try {
            lease.session().script(begin_statement,
                                   lease.is_fresh() ? left : std::min(left, kIdleBeginDeadline));
            return lease;
        } catch (const service::StoreUnavailable&) {
            if (lease.is_fresh() || steady_now() >= deadline) throw;
            fresh = true;
        }
    }
}

Result<json::Value> DocumentStore::run(Access access, const Work& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            const SteadyTime begin_by = steady_now() + limits_.begin_deadline;
            if (access == Access::ReadRow && attempt == 1) {
                if (auto answer = run_alone(work, begin_by)) return *std::move(answer);
            }
            return run_once(access, work, begin_by);
        } catch (const Refused& refused) {
            return refused.error();
        } catch (const SqlError& error) {
            if (!is_worth_a_retry(error) || attempt == kAttemptsMax) return to_error(error);
        }
    }
}

/// Without BEGIN and ROLLBACK: a statement is a transaction of its own. Returns: nothing if it took
/// more than one, or the session had been lost.
std::optional<Result<json::Value>> DocumentStore::run_alone(const Work& work, SteadyTime begin_by) {
    Pool::Lease lease = pool_.acquire(begin_by);
    try {
        Transaction transaction(lease.session(), keys_, limits_.lock_wait_max,
                                Transaction::Statements::One);
        return work(transaction);
    } catch (const Transaction::SecondStatement&) {
        return std::nullopt;
    } catch (const service::StoreUnavailable&) {
        if (lease.is_fresh() || steady_now() >= begin_by) throw;
        return std::nullopt;
    }
}

Result<json::Value> DocumentStore::run_once(Access access, const Work& work, SteadyTime begin_by) {
    const bool is_write = access == Access::Write;
    WriteTurns::Turn turn = is_write ? turns_.take() : WriteTurns::Turn();
    Pool::Lease lease = begin(pool_, begin_by,
                              is_write ? "BEGIN ISOLATION LEVEL READ COMMITTED"
                                       : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    Session& session = lease.session();
    try {
        Transaction transaction(session, keys_, limits_.lock_wait_max);
        Result<json::Value> answer = work(transaction);
        turn.end();  // the next one works while this one is written to disk
        if (answer && is_write) {
            commit(session);
        } else {
            lease.roll_back();
        }
        return answer;
    } catch (const service::StoreUnavailable&) {
        throw;
    } catch (...) {
        lease.roll_back();
        throw;
    }
}

}  // namespace turnpike::store
