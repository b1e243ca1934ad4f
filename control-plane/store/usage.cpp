#include <algorithm>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "control-plane/store/refused.hpp"
#include "control-plane/store/storable.hpp"
#include "control-plane/store/transaction.hpp"
#include "control-plane/store/usage_ledger.hpp"

/// What is counted of requests, and what was granted beyond.
namespace turnpike::store {
namespace {

using service::CalendarDay;
using service::UsageCount;
using service::UsageDay;
using service::UsageExtension;

/// One per key and day. The keys and the plan are locked, so that neither can go before the counts
/// are in.
constexpr const char* kAddSql =
    "INSERT INTO usage_days AS held (plan_id, key_id, day, used, last_hour, last_hour_used) "
    "SELECT p.id, k.id, c.day, c.used, c.hour, c.used "
    "FROM jsonb_to_recordset($1::jsonb) "
    "AS c(plan text, key text, day date, hour smallint, used bigint) "
    "JOIN usage_plans p ON p.id = c.plan JOIN api_keys k ON k.id = c.key "
    "ORDER BY p.id, k.id, c.day FOR KEY SHARE OF p, k "
    "ON CONFLICT (plan_id, key_id, day) DO UPDATE SET "
    "used = held.used + excluded.used, "
    "last_hour = greatest(held.last_hour, excluded.last_hour), "
    "last_hour_used = CASE "
    "WHEN excluded.last_hour > held.last_hour THEN excluded.last_hour_used "
    "WHEN excluded.last_hour = held.last_hour THEN held.last_hour_used + excluded.last_hour_used "
    "ELSE held.last_hour_used END";

constexpr const char* kDaysSql =
    "SELECT key_id, to_char(day, 'YYYY-MM-DD'), used, last_hour, last_hour_used FROM usage_days "
    "WHERE plan_id = $1 AND key_id IN (SELECT jsonb_array_elements_text($2::jsonb)) "
    "AND day BETWEEN $3::date AND $4::date ORDER BY key_id, day";

constexpr const char* kExtensionsSql =
    "SELECT key_id, window_start, requests, granted_at FROM usage_extensions "
    "WHERE plan_id = $1 AND key_id IN (SELECT jsonb_array_elements_text($2::jsonb)) "
    "AND window_start >= $3::bigint ORDER BY key_id, window_start";

constexpr const char* kExtendSql =
    "INSERT INTO usage_extensions (plan_id, key_id, window_start, requests, granted_at) "
    "VALUES ($1, $2, $3::bigint, $4::bigint, $5::bigint) "
    "ON CONFLICT (plan_id, key_id, window_start) DO UPDATE SET "
    "requests = excluded.requests, granted_at = excluded.granted_at";

// Rows that a deletion of their plan or key holds are passed over: to wait for them could deadlock.
constexpr const char* kForgetDaysSql =
    "DELETE FROM usage_days WHERE ctid IN "
    "(SELECT ctid FROM usage_days WHERE day < $1::date FOR UPDATE SKIP LOCKED)";
constexpr const char* kForgetExtensionsSql =
    "DELETE FROM usage_extensions WHERE ctid IN "
    "(SELECT ctid FROM usage_extensions WHERE window_start < $1::bigint FOR UPDATE SKIP LOCKED)";

std::string as_list(const std::vector<std::string>& ids) {
    json::Array list;
    for (const std::string& id : ids) list.emplace_back(id);
    return json::write(list);
}

bool are_storable(std::string_view plan_id, const std::vector<std::string>& key_ids) {
    return is_storable(plan_id) &&
           std::all_of(key_ids.begin(), key_ids.end(),
                       [](const std::string& id) { return is_storable(id); });
}

std::int64_t number(const std::string& text) { return parse_integer(text).value_or(0); }

WallTime moment(const std::string& seconds) { return WallTime(Seconds(number(seconds))); }

}  // namespace

std::vector<UsageDay> Transaction::usage(std::string_view plan_id,
                                         const std::vector<std::string>& key_ids, CalendarDay first,
                                         CalendarDay last) {
    std::vector<UsageDay> days;
    if (!are_storable(plan_id, key_ids)) return days;
    const Rows rows =
        read(kDaysSql, {std::string(plan_id), as_list(key_ids), day_text(first), day_text(last)});
    for (const auto& row : rows.values) {
        const auto day = parse_day(row[1]);
        if (!day) throw Refused(internal_error("a stored day does not parse"));
        days.push_back(
            {row[0], *day, number(row[2]), static_cast<int>(number(row[3])), number(row[4])});
    }
    return days;
}

void Transaction::add_usage(const std::vector<UsageCount>& counts) {
    TURNPIKE_ASSERT(statements_ == Statements::Any);
    store::add_usage(session_, counts);
}

void add_usage(Session& session, const std::vector<UsageCount>& counts) {
    json::Array records;
    for (const UsageCount& count : counts) {
        if (!is_storable(count.plan_id) || !is_storable(count.key_id)) continue;
        records.emplace_back(json::Object{{"plan", count.plan_id},
                                          {"key", count.key_id},
                                          {"day", day_text(count.day)},
                                          {"hour", count.hour},
                                          {"used", count.used}});
    }
    if (!records.empty()) session.execute(kAddSql, {json::write(records)});
}

std::vector<UsageExtension> Transaction::usage_extensions(std::string_view plan_id,
                                                          const std::vector<std::string>& key_ids,
                                                          CalendarDay first) {
    std::vector<UsageExtension> extensions;
    if (!are_storable(plan_id, key_ids)) return extensions;
    const Rows rows = read(kExtensionsSql, {std::string(plan_id), as_list(key_ids),
                                            std::to_string(epoch_seconds(WallTime(first)))});
    for (const auto& row : rows.values) {
        extensions.push_back({row[0], moment(row[1]), number(row[2]), moment(row[3])});
    }
    return extensions;
}

void Transaction::put_usage_extension(std::string_view plan_id, const UsageExtension& extension) {
    write(kExtendSql,
          {std::string(plan_id), extension.key_id,
           std::to_string(epoch_seconds(extension.window_start)),
           std::to_string(extension.requests), std::to_string(epoch_seconds(extension.granted))});
}

void Transaction::erase_usage_before(CalendarDay first) {
    write(kForgetDaysSql, {day_text(first)});
    write(kForgetExtensionsSql, {std::to_string(epoch_seconds(WallTime(first)))});
}

}  // namespace turnpike::store
