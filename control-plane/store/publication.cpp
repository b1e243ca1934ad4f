#include "control-plane/store/publication.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "control-plane/service/quota_period.hpp"
#include "control-plane/service/store.hpp"
#include "control-plane/store/advisory_lock.hpp"
#include "control-plane/store/refused.hpp"
#include "control-plane/store/storable.hpp"
#include "control-plane/store/transaction.hpp"

namespace turnpike::store {
namespace {

using publish::OutboxRow;
using publish::PublishedKey;
using publish::PublishedStage;
using service::Effect;

std::uint64_t to_number(const std::string& text) {
    return static_cast<std::uint64_t>(parse_integer(text).value_or(0));
}

json::Value parse_document(const std::string& text) {
    try {
        return read_document(text);
    } catch (const Refused& refused) {
        throw service::StoreUnavailable(refused.error().detail);
    }
}

std::string array_text(const std::vector<std::int64_t>& numbers) {
    std::string text = "{";
    for (const std::int64_t number : numbers) {
        if (text.size() > 1) text += ',';
        text += std::to_string(number);
    }
    return text + '}';
}

constexpr const char* kStageSql =
    "SELECT s.document - 'tags', a.document ->> 'name', "
    "coalesce(a.document ->> 'disableExecuteApiEndpoint', 'false'), d.snapshot, c.snapshot "
    "FROM stages s JOIN rest_apis a ON a.id = s.scope "
    "JOIN deployments d ON d.scope = s.scope AND d.id = s.document ->> 'deploymentId' "
    "LEFT JOIN deployments c ON c.scope = s.scope AND c.id <> d.id "
    "AND c.id = s.document -> 'canarySettings' ->> 'deploymentId' "
    "WHERE s.scope = $1 AND s.id = $2 AND d.snapshot IS NOT NULL";

/// Extensions of windows that may be current, which a look at the period tells.
constexpr const char* kKeysSql =
    "SELECT k.document, v.lookup, coalesce((SELECT jsonb_agg(u.scope ORDER BY u.scope) "
    "FROM usage_plan_keys u WHERE u.id = k.id), '[]'), "
    "coalesce((SELECT jsonb_agg(jsonb_build_object('id', e.plan_id, 'quota', "
    "p.document -> 'quota', 'windowStart', e.window_start, 'requests', e.requests) "
    "ORDER BY e.plan_id) FROM usage_extensions e JOIN usage_plans p ON p.id = e.plan_id "
    "WHERE e.key_id = k.id AND e.window_start >= $2::bigint), '[]'), k.id "
    "FROM api_keys k JOIN api_key_values v ON v.key_id = k.id "
    "WHERE k.id IN (SELECT jsonb_array_elements_text($1::jsonb))";
constexpr std::chrono::days kLongestWindow{31};
/// Clocks of workers may be behind.
constexpr std::chrono::hours kWindowGrace{1};

/// Of the windows that are not over yet.
json::Array current_extensions(const json::Value& stored, WallTime now) {
    json::Array current;
    for (const json::Value& one : stored.as_array()) {
        const auto quota = service::quota_of(one);
        if (!quota) continue;
        const auto oldest = service::quota_window(quota->period, now - kWindowGrace).start;
        const std::int64_t start = one.integer("windowStart").value_or(0);
        if (start < epoch_seconds(oldest)) continue;
        current.emplace_back(json::Object{{"plan", one.text("id")},
                                          {"windowStart", start},
                                          {"requests", one.integer("requests").value_or(0)}});
    }
    return current;
}

PublishedKey key_of(const std::vector<std::string>& row, WallTime now) {
    const json::Value document = parse_document(row[0]);
    json::Object record{
        {"id", row[4]}, {"enabled", document.flag("enabled")}, {"name", document.text("name")}};
    if (const auto customer = document.text("customerId"); !customer.empty()) {
        record.set("customerId", customer);
    }
    record.set("plans", parse_document(row[2]));
    json::Array extensions = current_extensions(parse_document(row[3]), now);
    if (!extensions.empty()) record.set("extensions", std::move(extensions));
    return PublishedKey{row[1], std::move(record)};
}

}  // namespace

Publication::Publication(Session::Options options, Watchdog& watchdog)
    : options_(std::move(options)),
      watchdog_(watchdog),
      wake_descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    TURNPIKE_ASSERT(wake_descriptor_ >= 0);
}

Publication::~Publication() { ::close(wake_descriptor_); }

Session& Publication::session() {
    if (session_ && !session_->is_usable()) session_.reset();
    if (!session_) {
        leads_ = false;
        auto opened = std::make_unique<Session>(options_, watchdog_);
        opened->script("LISTEN turnpike_outbox");
        session_ = std::move(opened);
    }
    return *session_;
}

Rows Publication::execute(const std::string& sql, const std::vector<std::string>& parameters) {
    try {
        return session().execute(sql, parameters);
    } catch (const SqlError& error) {
        throw service::StoreUnavailable(error.what());
    }
}

bool Publication::try_lead() {
    // A lock is counted by the server: asked for again, it would have to be given up twice.
    if (leads_) {
        execute("SELECT 1");
        if (leads_) return true;
    }
    const Rows rows =
        execute("SELECT pg_try_advisory_lock" + std::string(advisory_lock::kPublisher));
    leads_ = rows.value() == "t";
    return leads_;
}

void Publication::resign() {
    if (!std::exchange(leads_, false)) return;
    execute("SELECT pg_advisory_unlock" + std::string(advisory_lock::kPublisher));
}

void Publication::wait_for_work(Milliseconds timeout) {
    Session& listening = session();
    if (listening.take_notifications() > 0) return;
    std::array<pollfd, 2> waits = {
        {{listening.descriptor(), POLLIN, 0}, {wake_descriptor_, POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
    std::uint64_t wakes = 0;
    if (::read(wake_descriptor_, &wakes, sizeof(wakes)) > 0) return;
    listening.take_notifications();
}

void Publication::wake() noexcept {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is awake already.
    [[maybe_unused]] const ssize_t written = ::write(wake_descriptor_, &one, sizeof(one));
}

std::vector<OutboxRow> Publication::take_outbox(std::size_t rows_max) {
    const Rows rows = execute("SELECT id, kind, reference FROM outbox ORDER BY id LIMIT $1::bigint",
                              {std::to_string(rows_max)});
    std::vector<OutboxRow> outbox;
    outbox.reserve(rows.values.size());
    for (const auto& row : rows.values) {
        outbox.push_back({parse_integer(row[0]).value_or(0), {effect_kind(row[1]), row[2]}});
    }
    return outbox;
}

std::int64_t Publication::outbox_count() {
    return parse_integer(execute("SELECT count(*) FROM outbox").value()).value_or(0);
}

void Publication::mark_published(const std::vector<std::int64_t>& ids, std::uint64_t revision) {
    execute(
        "WITH gone AS (DELETE FROM outbox WHERE id = ANY($1::bigint[])) "
        "UPDATE publication SET revision = greatest(revision, $2::bigint)",
        {array_text(ids), std::to_string(revision)});
}

std::uint64_t Publication::next_revision() {
    return to_number(execute("SELECT nextval('publication_revision')").value());
}

std::uint64_t Publication::published_revision() {
    return to_number(execute("SELECT revision FROM publication").value());
}

std::string Publication::epoch() { return execute("SELECT epoch FROM publication").value(); }

void Publication::set_epoch(std::string_view epoch, std::uint64_t revision) {
    execute("UPDATE publication SET epoch = $1, revision = greatest(revision, $2::bigint)",
            {std::string(epoch), std::to_string(revision)});
}

std::optional<PublishedStage> Publication::stage(std::string_view api_id,
                                                 std::string_view stage_name) {
    if (!is_storable(api_id) || !is_storable(stage_name)) return std::nullopt;
    const Rows rows = execute(kStageSql, {std::string(api_id), std::string(stage_name)});
    if (rows.empty()) return std::nullopt;
    const auto& row = rows.values.front();
    PublishedStage published{parse_document(row[0])};
    published.record["apiId"] = api_id;
    published.record["apiName"] = row[1];
    published.record["disableExecuteApiEndpoint"] = row[2] == "true";
    published.record["snapshot"] = row[3];
    if (!row[4].empty()) published.record["canarySnapshot"] = row[4];
    return published;
}

std::optional<json::Value> Publication::plan(std::string_view id) {
    if (!is_storable(id)) return std::nullopt;
    const Rows rows =
        execute("SELECT document - 'tags' FROM usage_plans WHERE id = $1", {std::string(id)});
    if (rows.empty()) return std::nullopt;
    return parse_document(rows.value());
}

std::optional<PublishedKey> Publication::key(std::string_view id) {
    auto found = keys({std::string(id)});
    if (found.empty()) return std::nullopt;
    return std::move(found.front().second);
}

std::vector<std::pair<std::string, PublishedKey>> Publication::keys(
    const std::vector<std::string>& key_ids) {
    std::vector<std::pair<std::string, PublishedKey>> found;
    json::Array ids;
    for (const std::string& id : key_ids) {
        if (is_storable(id)) ids.emplace_back(id);
    }
    if (ids.empty()) return found;
    const WallTime now = wall_now();
    const Rows rows =
        execute(kKeysSql, {json::write(json::Value(std::move(ids))),
                           std::to_string(epoch_seconds(now - kLongestWindow - kWindowGrace))});
    found.reserve(rows.values.size());
    for (const auto& row : rows.values) found.emplace_back(row[4], key_of(row, now));
    return found;
}

std::optional<std::string> Publication::blob(std::string_view hash) {
    if (!is_storable(hash)) return std::nullopt;
    const Rows rows =
        execute("SELECT encode(bytes, 'hex') FROM blobs WHERE hash = $1", {std::string(hash)});
    if (rows.empty()) return std::nullopt;
    return from_bytea_hex(rows.value());
}

std::vector<std::string> Publication::ids(Effect::Kind kind, std::string_view after,
                                          std::size_t ids_max) {
    if (!is_storable(after)) return {};
    const std::string limit = std::to_string(ids_max);
    switch (kind) {
        case Effect::Kind::Stage: {
            const std::size_t slash = std::min(after.find('/'), after.size());
            return execute(
                       "SELECT scope || '/' || id FROM stages WHERE (scope, id) > ($1, $2) "
                       "ORDER BY scope, id LIMIT $3::bigint",
                       {std::string(after.substr(0, slash)),
                        std::string(after.substr(std::min(slash + 1, after.size()))), limit})
                .first_column();
        }
        case Effect::Kind::UsagePlan:
            return execute("SELECT id FROM usage_plans WHERE id > $1 ORDER BY id LIMIT $2::bigint",
                           {std::string(after), limit})
                .first_column();
        case Effect::Kind::ApiKey:
            return execute("SELECT id FROM api_keys WHERE id > $1 ORDER BY id LIMIT $2::bigint",
                           {std::string(after), limit})
                .first_column();
    }
    return {};
}

}  // namespace turnpike::store
