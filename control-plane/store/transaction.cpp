#include "control-plane/store/transaction.hpp"

#include <algorithm>
#include <array>

#include "common/base/assert.hpp"
#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "control-plane/store/page_position.hpp"
#include "control-plane/store/refused.hpp"
#include "control-plane/store/storable.hpp"
#include "control-plane/store/tables.hpp"

namespace turnpike::store {
namespace {

using service::Effect;
using service::Filter;
using service::Key;
using service::Page;
using service::PageRequest;
using service::Row;
using service::Table;

constexpr std::int64_t kPageRowsMax = 500;
// Deeper than requests may nest, since stored documents wrap what requests bring.
constexpr json::ParseLimits kDocumentLimits{.depth_max = 512, .bytes_max = 256U << 20U};

constexpr std::array<std::string_view, 3> kOutboxKinds = {"stage", "usage_plan", "api_key"};

Refused refused_text() {
    return Refused(invalid("A value contains characters that cannot be stored"));
}

void require_storable(const Key& key) {
    if (!is_storable(key.scope) || !is_storable(key.id)) throw refused_text();
}

bool is_storable(const Key& key) {
    return store::is_storable(key.scope) && store::is_storable(key.id);
}

std::string value_context(std::string_view key_id) { return "api-key:" + std::string(key_id); }
std::string secret_context(std::string_view owner) { return "secret:" + std::string(owner); }

}  // namespace

json::Value read_document(const std::string& text) {
    auto document = json::parse(text, kDocumentLimits);
    if (!document) throw Refused(internal_error("a stored document does not parse"));
    return std::move(*document);
}

std::string_view outbox_kind(Effect::Kind kind) {
    return kOutboxKinds[static_cast<std::size_t>(kind)];
}

Effect::Kind effect_kind(std::string_view name) {
    const auto* const found = std::find(kOutboxKinds.begin(), kOutboxKinds.end(), name);
    TURNPIKE_ASSERT(found != kOutboxKinds.end());
    return static_cast<Effect::Kind>(found - kOutboxKinds.begin());
}

Rows Transaction::read(const std::string& sql, const std::vector<std::string>& parameters) {
    if (statements_ == Statements::One && std::exchange(has_read_, true)) throw SecondStatement{};
    return session_.execute(sql, parameters);
}

Rows Transaction::write(const std::string& sql, const std::vector<std::string>& parameters) {
    TURNPIKE_ASSERT(statements_ == Statements::Any);
    return session_.execute(sql, parameters);
}

void Transaction::lock(Table table, std::string_view id) {
    if (!store::is_storable(id)) return;
    const std::vector<std::string> name = {std::string(id),
                                           std::to_string(static_cast<int>(table))};
    const Rows rows =
        write("SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2::bigint))", name);
    if (rows.value() == "t") return;
    // The holder may take longer than one statement may wait. The server's own limit ends each
    // wait, so that a lock that is held does not look like a database that hangs.
    const SteadyTime deadline = steady_now() + lock_wait_max_;
    while (true) {
        session_.script("SAVEPOINT waiting");
        try {
            write("SELECT pg_advisory_xact_lock(hashtextextended($1, $2::bigint))", name);
            session_.script("RELEASE SAVEPOINT waiting");
            return;
        } catch (const SqlError& error) {
            if (error.state() != sql_state::kLockNotAvailable || steady_now() >= deadline) throw;
        }
        session_.script("ROLLBACK TO SAVEPOINT waiting");
    }
}

std::optional<json::Value> Transaction::find(Table table, const Key& key) {
    if (!is_storable(key)) return std::nullopt;
    const Rows rows = read(statements_of(table).find, {key.scope, key.id});
    if (rows.empty()) return std::nullopt;
    return read_document(rows.value());
}

bool Transaction::exists(Table table, const Key& key) {
    if (!is_storable(key)) return false;
    return !read(statements_of(table).exists, {key.scope, key.id}).empty();
}

bool Transaction::insert(Table table, const Key& key, const json::Value& document) {
    require_storable(key);
    if (!is_storable_value(document)) throw refused_text();
    const Rows rows =
        write(statements_of(table).insert, {key.scope, key.id, json::write(document)});
    return rows.affected > 0;
}

bool Transaction::update(Table table, const Key& key, const json::Value& document) {
    if (!is_storable(key)) return false;
    if (!is_storable_value(document)) throw refused_text();
    const std::string& sql = statements_of(table).update;
    const std::vector<std::string> parameters = {key.scope, key.id, json::write(document)};
    if (layout_of(table).has_unique_column) return update_or_clash(sql, parameters);
    return write(sql, parameters).affected > 0;
}

bool Transaction::update_or_clash(const std::string& sql,
                                  const std::vector<std::string>& parameters) {
    session_.script("SAVEPOINT before_update");
    try {
        const bool is_changed = write(sql, parameters).affected > 0;
        session_.script("RELEASE SAVEPOINT before_update");
        return is_changed;
    } catch (const SqlError& error) {
        if (error.state() != sql_state::kUniqueViolation) throw;
    }
    session_.script("ROLLBACK TO SAVEPOINT before_update; RELEASE SAVEPOINT before_update");
    return false;
}

bool Transaction::erase(Table table, const Key& key) {
    if (!is_storable(key)) return false;
    return write(statements_of(table).erase, {key.scope, key.id}).affected > 0;
}

std::size_t Transaction::erase_before(Table table, std::int64_t time) {
    return write(statements_of(table).erase_before, {std::to_string(time)}).affected;
}

std::size_t Transaction::erase_scope(Table table, std::string_view scope) {
    if (!store::is_storable(scope)) return 0;
    return write(statements_of(table).erase_scope, {std::string(scope)}).affected;
}

Page Transaction::list(Table table, std::string_view scope, const PageRequest& request,
                       const Filter& filter) {
    const std::int64_t limit = std::clamp<std::int64_t>(request.limit, 1, kPageRowsMax);
    ListShape shape;
    std::vector<std::string> parameters = {std::string(scope), std::to_string(limit + 1)};
    if (!request.position.empty()) {
        auto position = decode(table, request.position);
        if (!position) throw Refused(invalid("Invalid position parameter"));
        shape.has_position = true;
        for (std::string& text : position->sort_key) parameters.push_back(std::move(text));
    }
    if (filter.name_prefix) {
        shape.has_name_prefix = true;
        parameters.push_back(*filter.name_prefix);
    }
    if (filter.member) {
        shape.member = filter.member;
        parameters.push_back(filter.equals.value_or(""));
    }
    if (filter.contains) {
        if (!is_storable_value(*filter.contains)) return {};
        shape.has_contains = true;
        parameters.push_back(json::write(*filter.contains));
    }
    Page page;
    const bool can_match =
        std::all_of(parameters.begin(), parameters.end(),
                    [](const std::string& text) { return store::is_storable(text); });
    if (!can_match) return page;

    const Rows rows = read(list_statement(table, shape), parameters);
    const std::size_t shown = std::min(rows.values.size(), static_cast<std::size_t>(limit));
    for (std::size_t i = 0; i < shown; ++i) page.items.push_back(read_document(rows.values[i][0]));
    if (rows.values.size() > shown) {
        const auto& last = rows.values[shown - 1];
        page.position = encode(table, {{last.begin() + 1, last.end()}});
    }
    return page;
}

std::vector<Row> Transaction::scan(Table table, std::string_view scope) {
    std::vector<Row> found;
    if (!store::is_storable(scope)) return found;
    Rows rows = read(statements_of(table).scan, {std::string(scope)});
    found.reserve(rows.values.size());
    for (auto& row : rows.values) {
        found.push_back({{std::string(scope), std::move(row[0])}, read_document(row[1])});
    }
    return found;
}

std::int64_t Transaction::count(Table table, std::string_view scope, std::int64_t enough) {
    if (!store::is_storable(scope)) return 0;
    const Rows rows =
        read(statements_of(table).count, {std::string(scope), std::to_string(enough)});
    return parse_integer(rows.value()).value_or(0);
}

std::vector<std::string> Transaction::plans_of_key(std::string_view key_id) {
    if (!store::is_storable(key_id)) return {};
    return read("SELECT scope FROM usage_plan_keys WHERE id = $1 ORDER BY scope",
                {std::string(key_id)})
        .first_column();
}

std::vector<std::string> Transaction::plans_with_stage(std::string_view api_id,
                                                       std::string_view stage_name) {
    if (!store::is_storable(api_id) || !store::is_storable(stage_name)) return {};
    const json::Value wanted = json::Array{
        json::Object{{"apiId", std::string(api_id)}, {"stage", std::string(stage_name)}}};
    return read("SELECT id FROM usage_plans WHERE document -> 'apiStages' @> $1::jsonb ORDER BY id",
                {json::write(wanted)})
        .first_column();
}

std::optional<std::string> Transaction::key_of_both_plans(std::string_view plan_id,
                                                          std::string_view other_id) {
    if (!store::is_storable(plan_id) || !store::is_storable(other_id)) return std::nullopt;
    const Rows rows = read(
        "SELECT id FROM usage_plan_keys one JOIN usage_plan_keys other USING (id) "
        "WHERE one.scope = $1 AND other.scope = $2 LIMIT 1",
        {std::string(plan_id), std::string(other_id)});
    if (rows.empty()) return std::nullopt;
    return rows.value();
}

bool Transaction::put_key_value(std::string_view key_id, std::string_view value) {
    if (!store::is_storable(key_id)) throw refused_text();
    const std::vector<std::string> parameters = {
        std::string(key_id), to_hex(crypto::view(keys_.lookup.digest(value))),
        to_bytea(keys_.sealer.seal(value, value_context(key_id)))};
    const Rows inserted = write(
        "INSERT INTO api_key_values (key_id, lookup, sealed) VALUES ($1, $2, $3::bytea) "
        "ON CONFLICT DO NOTHING",
        parameters);
    if (inserted.affected > 0) return true;
    // Either the key has a value already, or another key has this one.
    return update_or_clash(
        "UPDATE api_key_values SET lookup = $2, sealed = $3::bytea WHERE key_id = $1", parameters);
}

std::string Transaction::key_value(std::string_view key_id) {
    if (!store::is_storable(key_id)) return {};
    const Rows rows = read("SELECT encode(sealed, 'hex') FROM api_key_values WHERE key_id = $1",
                           {std::string(key_id)});
    if (rows.empty()) return {};
    auto value = keys_.sealer.open(from_bytea_hex(rows.value()), value_context(key_id));
    if (!value) throw Refused(value.error());
    return std::move(*value);
}

std::optional<std::string> Transaction::key_with_value(std::string_view value) {
    const Rows rows = read("SELECT key_id FROM api_key_values WHERE lookup = $1",
                           {to_hex(crypto::view(keys_.lookup.digest(value)))});
    if (rows.empty()) return std::nullopt;
    return rows.value();
}

std::vector<std::string> Transaction::domains_mapped_to(std::string_view api_id) {
    if (!store::is_storable(api_id)) return {};
    return read(
               "SELECT DISTINCT scope FROM base_path_mappings WHERE document ->> 'restApiId' = $1 "
               "ORDER BY scope",
               {std::string(api_id)})
        .first_column();
}

std::vector<std::string> Transaction::stages_with_client_certificate(
    std::string_view certificate_id, std::int64_t enough) {
    if (!store::is_storable(certificate_id)) return {};
    return read(
               "SELECT scope || '/' || id FROM stages WHERE document ->> 'clientCertificateId' = "
               "$1 "
               "ORDER BY scope, sequence LIMIT $2::bigint",
               {std::string(certificate_id), std::to_string(enough)})
        .first_column();
}

std::vector<std::string> Transaction::deployed_uses_of_vpc_link(std::string_view link_id,
                                                                std::int64_t enough) {
    if (!store::is_storable(link_id)) return {};
    return read(
               "SELECT DISTINCT stages.scope || ':' || method || ':' || stages.id FROM deployments "
               "JOIN stages ON stages.scope = deployments.scope AND deployments.id IN "
               "(stages.document ->> 'deploymentId', "
               "stages.document #>> '{canarySettings,deploymentId}') "
               "CROSS JOIN jsonb_array_elements_text(deployments.document -> 'vpcLinks' -> "
               "$1::text) "
               "AS method "
               "WHERE deployments.document -> 'vpcLinks' ? $1::text ORDER BY 1 LIMIT $2::bigint",
               {std::string(link_id), std::to_string(enough)})
        .first_column();
}

void Transaction::put_secret(std::string_view owner, std::string_view plain) {
    if (!store::is_storable(owner)) throw refused_text();
    write(
        "INSERT INTO secrets (owner, sealed) VALUES ($1, $2::bytea) "
        "ON CONFLICT (owner) DO UPDATE SET sealed = excluded.sealed",
        {std::string(owner), to_bytea(keys_.sealer.seal(plain, secret_context(owner)))});
}

std::optional<std::string> Transaction::secret(std::string_view owner) {
    if (!store::is_storable(owner)) return std::nullopt;
    const Rows rows =
        read("SELECT encode(sealed, 'hex') FROM secrets WHERE owner = $1", {std::string(owner)});
    if (rows.empty()) return std::nullopt;
    auto plain = keys_.sealer.open(from_bytea_hex(rows.value()), secret_context(owner));
    if (!plain) throw Refused(plain.error());
    return std::move(*plain);
}

void Transaction::erase_secret(std::string_view owner) {
    if (!store::is_storable(owner)) return;
    write("DELETE FROM secrets WHERE owner = $1", {std::string(owner)});
}

std::string Transaction::put_blob(std::string_view bytes) {
    std::string hash = crypto::sha256_hex(bytes);
    write("INSERT INTO blobs (hash, bytes) VALUES ($1, $2::bytea) ON CONFLICT DO NOTHING",
          {hash, to_bytea(bytes)});
    return hash;
}

std::optional<std::string> Transaction::blob(std::string_view hash) {
    if (!store::is_storable(hash)) return std::nullopt;
    const Rows rows =
        read("SELECT encode(bytes, 'hex') FROM blobs WHERE hash = $1", {std::string(hash)});
    if (rows.empty()) return std::nullopt;
    return from_bytea_hex(rows.value());
}

void Transaction::emit(const Effect& effect) {
    if (!store::is_storable(effect.id)) throw refused_text();
    if (!emitted_.emplace(effect.kind, effect.id).second) return;
    write("INSERT INTO outbox (kind, reference) VALUES ($1, $2)",
          {std::string(outbox_kind(effect.kind)), effect.id});
}

}  // namespace turnpike::store
