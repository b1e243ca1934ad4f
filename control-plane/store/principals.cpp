#include "control-plane/store/principals.hpp"

#include <string>
#include <utility>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/service/store.hpp"
#include "control-plane/store/advisory_lock.hpp"
#include "control-plane/store/document_store.hpp"
#include "control-plane/store/storable.hpp"

namespace turnpike::store {
namespace {

using access::AccessKey;

// All of them are kept in memory by every control plane.
constexpr std::size_t kKeysMax = 100'000;

// The columns that read_key() takes, in its order.
constexpr std::string_view kKeyColumns =
    "k.id, encode(k.sealed_secret, 'hex'), k.is_active, encode(k.session_token_mac, 'hex'),"
    "extract(epoch FROM k.expires_at)::bigint, p.id, p.name, p.arn, p.account_id, p.is_root";

std::string secret_context(std::string_view id) { return "access-key:" + std::string(id); }

}  // namespace

template <typename Work>
auto Principals::in_transaction(const Work& work) {
    Pool::Lease lease = begin(pool_, steady_now() + begin_deadline_, "BEGIN");
    try {
        auto answer = work(lease.session());
        lease.session().script("COMMIT");
        return answer;
    } catch (const SqlError& error) {
        // None is expected: the schema is not what this program made, or is being changed.
        lease.roll_back();
        throw service::StoreUnavailable(error.what());
    }
}

std::int64_t Principals::revision() {
    return in_transaction([](Session& session) {
        const Rows rows = session.execute("SELECT revision FROM principal_revision");
        return parse_integer(rows.value()).value_or(0);
    });
}

Result<access::PrincipalSource::Snapshot> Principals::load() {
    // One statement, so that keys and revision are of one moment.
    Rows rows = in_transaction([](Session& session) {
        return session.execute("SELECT r.revision, " + std::string(kKeyColumns) +
                               " FROM principal_revision r LEFT JOIN access_keys k ON true "
                               "LEFT JOIN principals p ON p.id = k.principal_id LIMIT " +
                               std::to_string(kKeysMax + 1));
    });
    if (rows.values.size() > kKeysMax) return limit_exceeded("too many access keys");
    Snapshot snapshot;
    snapshot.revision = parse_integer(rows.value()).value_or(0);
    for (auto& row : rows.values) {
        row.erase(row.begin());
        if (row.front().empty()) continue;
        auto key = read_key(std::move(row));
        if (!key) return key.error();
        snapshot.keys.push_back(std::move(*key));
    }
    return snapshot;
}

Result<AccessKey> Principals::read_key(std::vector<std::string> row) const {
    AccessKey key;
    auto secret = sealer_.open(from_bytea_hex(row[1]), secret_context(row[0]));
    if (!secret) return secret.error();
    key.secret = std::move(*secret);
    key.is_active = row[2] == "t";
    if (!row[3].empty()) key.session_token_mac = from_bytea_hex(row[3]);
    if (const auto expiry = parse_integer(row[4])) key.expires_at = WallTime{Seconds{*expiry}};
    key.principal = {.access_key_id = std::move(row[0]),
                     .id = std::move(row[5]),
                     .name = std::move(row[6]),
                     .arn = std::move(row[7]),
                     .account_id = std::move(row[8]),
                     .is_root = row[9] == "t"};
    return key;
}

Result<AccessKey> Principals::ensure_root(const AccessKey& proposal) {
    Rows rows = in_transaction([this, &proposal](Session& session) {
        session.execute("SELECT pg_advisory_xact_lock" +
                        std::string(advisory_lock::kRootPrincipal));
        const auto find = [&session, &proposal] {
            return session.execute(
                "SELECT " + std::string(kKeyColumns) +
                    " FROM principals p JOIN access_keys k ON k.principal_id = p.id "
                    "WHERE p.is_root AND p.account_id = $1 ORDER BY k.sequence LIMIT 1",
                {proposal.principal.account_id});
        };
        Rows found = find();
        if (!found.empty()) return found;
        insert(session, proposal);
        return find();
    });
    if (rows.empty()) return internal_error("the root principal has no key");
    return read_key(std::move(rows.values.front()));
}

bool Principals::insert(Session& session, const AccessKey& key) const {
    const access::Principal& who = key.principal;
    session.execute(
        "INSERT INTO principals (id, name, arn, account_id, is_root) "
        "VALUES ($1, $2, $3, $4, $5::boolean) ON CONFLICT DO NOTHING",
        {who.id, who.name, who.arn, who.account_id, who.is_root ? "true" : "false"});
    const Rows inserted = session.execute(
        "INSERT INTO access_keys "
        "(id, principal_id, sealed_secret, is_active, session_token_mac, expires_at) "
        "VALUES ($1, $2, $3::bytea, $4::boolean, nullif($5, '')::bytea, "
        "to_timestamp(nullif($6, '')::bigint)) ON CONFLICT DO NOTHING",
        {who.access_key_id, who.id,
         to_bytea(sealer_.seal(key.secret, secret_context(who.access_key_id))),
         key.is_active ? "true" : "false",
         key.session_token_mac ? to_bytea(*key.session_token_mac) : std::string{},
         key.expires_at ? std::to_string(epoch_seconds(*key.expires_at)) : std::string{}});
    return inserted.affected > 0;
}

Result<void> Principals::add(const AccessKey& key) {
    const access::Principal& who = key.principal;
    for (const std::string* text :
         {&who.access_key_id, &who.id, &who.name, &who.arn, &who.account_id}) {
        if (!is_storable(*text))
            return invalid("A value contains characters that cannot be stored");
    }
    if (in_transaction([this, &key](Session& session) { return insert(session, key); })) return {};
    return conflict("The access key id is taken");
}

Result<void> Principals::set_active(std::string_view access_key_id, bool is_active) {
    if (!is_storable(access_key_id)) return not_found("No such access key");
    const std::size_t changed = in_transaction([&](Session& session) {
        return session
            .execute("UPDATE access_keys SET is_active = $2::boolean WHERE id = $1",
                     {std::string(access_key_id), is_active ? "true" : "false"})
            .affected;
    });
    if (changed == 0) return not_found("No such access key");
    return {};
}

Result<void> Principals::remove(std::string_view access_key_id) {
    if (!is_storable(access_key_id)) return not_found("No such access key");
    const std::size_t removed = in_transaction([&](Session& session) {
        return session
            .execute("DELETE FROM access_keys WHERE id = $1", {std::string(access_key_id)})
            .affected;
    });
    if (removed == 0) return not_found("No such access key");
    return {};
}

}  // namespace turnpike::store
