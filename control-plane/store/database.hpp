#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/crypto/master_key.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::access {
class PrincipalSource;
}
namespace turnpike::publish {
class MeteringLedger;
class PublicationSource;
class UsageLedger;
}  // namespace turnpike::publish

namespace turnpike::store {

struct DatabaseOptions {
    std::string url;  ///< postgresql://... or libpq's "host=... dbname=...".
    std::size_t connections_max = 16;
    /// More wait for a moment, so that reads find a processor.
    std::size_t changes_at_once = std::max(std::thread::hardware_concurrency() / 2, 1U);
    /// From the start of an operation to its first answer from the database, waiting for a
    /// connection included.
    Milliseconds begin_deadline{1400};
    /// For each later statement.
    Milliseconds statement_deadline{1500};
    /// For another operation that holds the same lock; it answers, so this is no outage.
    Milliseconds lock_wait_max{10'000};
    /// A connection unused for this long is closed.
    Milliseconds idle_max{60'000};
};

/// PostgreSQL: the pool of connections, the schema, and what the other folders see of it.
/// Construction does not connect. Thread: any, except migrate().
class Database {
public:
    Database(const DatabaseOptions& options, const crypto::MasterKey& master_key);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Brings the schema up to date, under a lock: processes that start at once apply each
    /// migration once. Errors: Invalid (a migration was edited after it was applied, or the schema
    /// is newer than this program). Throws: service::StoreUnavailable.
    Result<void> migrate();

    /// One round trip. Errors: Unavailable.
    Result<void> ping();

    /// What is committed and not published yet. Throws: service::StoreUnavailable.
    std::int64_t outbox_count();

    service::Store& store();
    access::PrincipalSource& principals();
    publish::PublicationSource& publication();
    publish::UsageLedger& usage_ledger();
    publish::MeteringLedger& metering_ledger();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace turnpike::store
