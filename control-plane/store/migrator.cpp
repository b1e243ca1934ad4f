#include "control-plane/store/migrator.hpp"

#include <string>

#include "common/crypto/digest.hpp"
#include "control-plane/store/advisory_lock.hpp"

namespace turnpike::store {
namespace {

// A migration may rewrite a large table, and others wait for the one that does it.
constexpr Milliseconds kDeadline{600'000};

std::string label(const Migration& migration) {
    return std::to_string(migration.number) + " (" + std::string(migration.name) + ")";
}

Result<void> check_applied(const Rows& applied, std::span<const Migration> known) {
    for (const auto& row : applied.values) {
        const std::size_t number = std::stoul(row[0]);
        if (number > known.size()) {
            return invalid("the database has migration " + row[0] + " (" + row[1] +
                           "), made by a newer version of this program");
        }
        const Migration& migration = known[number - 1];
        if (crypto::sha256_hex(migration.sql) != row[2]) {
            return invalid("migration " + label(migration) +
                           " is not the one that was applied to the database");
        }
    }
    return {};
}

void apply(Session& session, const Migration& migration) {
    session.script("BEGIN", kDeadline);
    session.script(std::string(migration.sql), kDeadline);
    session.execute("INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                    {std::to_string(migration.number), std::string(migration.name),
                     crypto::sha256_hex(migration.sql)});
    session.script("COMMIT", kDeadline);
}

}  // namespace

Result<void> migrate(const Session::Options& options, Watchdog& watchdog,
                     std::span<const Migration> known) {
    Session::Options patient = options;
    patient.statement_deadline = kDeadline;
    patient.statement_timeout = Milliseconds{0};
    patient.lock_timeout = Milliseconds{0};
    Session session(patient, watchdog);
    // Let go when the session ends.
    session.execute("SELECT pg_advisory_lock" + std::string(advisory_lock::kMigrations));
    session.script(
        "CREATE TABLE IF NOT EXISTS schema_migrations ("
        "number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
        "applied_at timestamptz NOT NULL DEFAULT now())",
        kDeadline);
    const Rows applied =
        session.execute("SELECT number, name, checksum FROM schema_migrations ORDER BY number");
    if (auto checked = check_applied(applied, known); !checked) return checked;
    for (const Migration& migration : known.subspan(applied.values.size())) {
        try {
            apply(session, migration);
        } catch (const SqlError& error) {
            return invalid("migration " + label(migration) + " failed: " + error.what());
        }
    }
    return {};
}

}  // namespace turnpike::store
