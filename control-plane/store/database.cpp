#include "control-plane/store/database.hpp"

#include <utility>

#include "control-plane/store/document_store.hpp"
#include "control-plane/store/metering_ledger.hpp"
#include "control-plane/store/migrator.hpp"
#include "control-plane/store/pool.hpp"
#include "control-plane/store/principals.hpp"
#include "control-plane/store/publication.hpp"
#include "control-plane/store/usage_ledger.hpp"
#include "control-plane/store/watchdog.hpp"

namespace turnpike::store {
namespace {

Session::Options session_options(const DatabaseOptions& options) {
    Session::Options session;
    session.url = options.url;
    session.statement_deadline = options.statement_deadline;
    session.statement_timeout = options.statement_deadline - Milliseconds{100};
    // Longer than PostgreSQL's deadlock_timeout of 1 s: a deadlock is found and not waited out.
    session.lock_timeout = options.statement_deadline - Milliseconds{300};
    return session;
}

}  // namespace

struct Database::Parts {
    Parts(const DatabaseOptions& options, const crypto::MasterKey& master_key)
        : session(session_options(options)),
          begin_deadline(options.begin_deadline),
          pool(session, options.connections_max, options.idle_max, watchdog),
          store(pool,
                {crypto::Sealer(master_key.derive(crypto::kSealLabel)),
                 crypto::HmacKey(master_key.derive(crypto::kApiKeyLookupLabel))},
                {options.begin_deadline, options.lock_wait_max, options.changes_at_once}),
          principals(pool, crypto::Sealer(master_key.derive(crypto::kSealLabel)),
                     options.begin_deadline),
          publication(session, watchdog),
          usage_ledger(pool, options.begin_deadline),
          metering_ledger(pool, options.begin_deadline) {}

    Session::Options session;
    Milliseconds begin_deadline;
    Watchdog watchdog;
    Pool pool;
    DocumentStore store;
    Principals principals;
    Publication publication;
    UsageLedger usage_ledger;
    MeteringLedger metering_ledger;
};

Database::Database(const DatabaseOptions& options, const crypto::MasterKey& master_key)
    : parts_(std::make_unique<Parts>(options, master_key)) {}

Database::~Database() = default;

Result<void> Database::migrate() {
    return store::migrate(parts_->session, parts_->watchdog, migrations());
}

Result<void> Database::ping() {
    try {
        Pool::Lease lease = begin(parts_->pool, steady_now() + parts_->begin_deadline, "BEGIN");
        lease.roll_back();
        return {};
    } catch (const service::StoreUnavailable& away) {
        return unavailable(away.what());
    }
}

std::int64_t Database::outbox_count() {
    Pool::Lease lease =
        begin(parts_->pool, steady_now() + parts_->begin_deadline, "BEGIN READ ONLY");
    const Rows rows = lease.session().execute("SELECT count(*) FROM outbox");
    lease.roll_back();
    return std::stoll(rows.value());
}

service::Store& Database::store() { return parts_->store; }
access::PrincipalSource& Database::principals() { return parts_->principals; }
publish::PublicationSource& Database::publication() { return parts_->publication; }
publish::UsageLedger& Database::usage_ledger() { return parts_->usage_ledger; }
publish::MeteringLedger& Database::metering_ledger() { return parts_->metering_ledger; }

}  // namespace turnpike::store
