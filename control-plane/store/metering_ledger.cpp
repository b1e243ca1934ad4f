#include "control-plane/store/metering_ledger.hpp"

#include "common/base/text.hpp"
#include "common/json/value.hpp"
#include "control-plane/service/store.hpp"
#include "control-plane/store/document_store.hpp"
#include "control-plane/store/storable.hpp"

namespace turnpike::store {
namespace {

using publish::MeteredPlace;
using publish::MeteringRecord;
using publish::MonthlyUse;
using std::chrono::hours;

/// Of counts of one hour: so many of each plan that is for sale and key.
std::string add_sql(const std::string& table, const std::string& time) {
    return "INSERT INTO " + table + " AS held (plan_id, product_code, key_id, customer_id, " +
           time +
           ", used) SELECT p.id, p.document ->> 'productCode', k.id, "
           "coalesce(k.document ->> 'customerId', ''), c." +
           time + ", c.used FROM jsonb_to_recordset($1::jsonb) AS " +
           "c(plan text, key text, hour integer, month date, used bigint) "
           "JOIN usage_plans p ON p.id = c.plan JOIN api_keys k ON k.id = c.key "
           "WHERE p.document ->> 'productCode' <> '' ORDER BY p.id, k.id "
           "ON CONFLICT (plan_id, product_code, key_id, customer_id, " +
           time + ") DO UPDATE SET used = held.used + excluded.used";
}
const std::string kAddHoursSql = add_sql("usage_hours", "hour");
const std::string kAddMonthsSql = add_sql("usage_months", "month");

// The rows stay locked up to the commit: what is counted meanwhile is for the next record.
constexpr const char* kRecordSql =
    "WITH due AS (SELECT * FROM usage_hours WHERE recorded < used AND hour < $1::integer "
    "ORDER BY hour LIMIT $2::bigint FOR UPDATE SKIP LOCKED), "
    "noted AS (UPDATE usage_hours h SET recorded = due.used, records = due.records + 1 FROM due "
    "WHERE h.plan_id = due.plan_id AND h.product_code = due.product_code "
    "AND h.key_id = due.key_id AND h.customer_id = due.customer_id AND h.hour = due.hour) "
    "INSERT INTO metering_records "
    "(id, plan_id, key_id, hour, product_code, customer_id, requests, number) "
    "SELECT encode(sha256(convert_to(jsonb_build_array(plan_id, product_code, key_id, "
    "customer_id, hour, records, row_id)::text, 'UTF8')), 'hex'), "
    "plan_id, key_id, hour, product_code, customer_id, used - recorded, records FROM due";

constexpr const char* kPendingSql =
    "SELECT id, plan_id, product_code, key_id, customer_id, hour, requests, number "
    "FROM metering_records WHERE accepted_at IS NULL ORDER BY sequence LIMIT $1::bigint";

constexpr const char* kAcceptSql =
    "UPDATE metering_records SET accepted_at = now() "
    "WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) AND accepted_at IS NULL";

/// In parts, so that no statement comes near its deadline; the next turn goes on.
constexpr const char* kForgetRecordsSql =
    "DELETE FROM metering_records WHERE id IN (SELECT id FROM metering_records "
    "WHERE hour < $1::integer AND accepted_at IS NOT NULL LIMIT 10000)";
constexpr const char* kForgetHoursSql =
    "DELETE FROM usage_hours WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_hours "
    "WHERE hour < $1::integer AND (recorded = used OR NOT $2::boolean) "
    "LIMIT 10000 FOR UPDATE SKIP LOCKED))";

constexpr const char* kForgetMonthsSql =
    "DELETE FROM usage_months WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_months "
    "WHERE month < date_trunc('month', $1::date) LIMIT 10000 FOR UPDATE SKIP LOCKED))";

constexpr const char* kUseSql =
    "SELECT plan_id, product_code, key_id, customer_id, used FROM usage_months "
    "WHERE month = $1::date AND (plan_id, product_code, key_id, customer_id) > ($2, $3, $4, $5) "
    "ORDER BY plan_id, product_code, key_id, customer_id LIMIT $6::bigint";

std::string hour_of(WallTime time) {
    return std::to_string(std::chrono::floor<hours>(time.time_since_epoch()).count());
}

service::CalendarDay month_of(service::CalendarDay day) {
    const std::chrono::year_month_day date(day);
    return date.year() / date.month() / 1;
}

MeteredPlace place_of(const std::vector<std::string>& row, std::size_t first) {
    return {row[first], row[first + 1], row[first + 2], row[first + 3]};
}

std::int64_t number(const std::string& text) { return parse_integer(text).value_or(0); }

}  // namespace

void add_metered_usage(Session& session, const std::vector<service::UsageCount>& counts) {
    json::Array records;
    for (const service::UsageCount& count : counts) {
        if (!is_storable(count.plan_id) || !is_storable(count.key_id)) continue;
        const auto hour = number(hour_of(WallTime(count.day))) + count.hour;
        records.emplace_back(json::Object{{"plan", count.plan_id},
                                          {"key", count.key_id},
                                          {"hour", hour},
                                          {"month", day_text(month_of(count.day))},
                                          {"used", count.used}});
    }
    if (records.empty()) return;
    const std::string text = json::write(json::Value(std::move(records)));
    if (session.execute(kAddHoursSql, {text}).affected > 0) session.execute(kAddMonthsSql, {text});
}

Rows MeteringLedger::execute(const std::string& sql, const std::vector<std::string>& parameters) {
    Pool::Lease lease = begin(pool_, steady_now() + begin_deadline_, "BEGIN");
    try {
        Rows rows = lease.session().execute(sql, parameters);
        lease.session().script("COMMIT");
        return rows;
    } catch (const SqlError& error) {
        lease.roll_back();
        throw service::StoreUnavailable(error.what());
    }
}

std::size_t MeteringLedger::make_records(WallTime end, std::size_t records_max) {
    return execute(kRecordSql, {hour_of(end), std::to_string(records_max)}).affected;
}

std::vector<MeteringRecord> MeteringLedger::pending(std::size_t records_max) {
    std::vector<MeteringRecord> records;
    for (const auto& row : execute(kPendingSql, {std::to_string(records_max)}).values) {
        const WallTime hour{hours(number(row[5]))};
        records.push_back({row[0], place_of(row, 1), hour, number(row[6]), row[7] != "0"});
    }
    return records;
}

std::size_t MeteringLedger::pending_count() {
    return static_cast<std::size_t>(
        number(execute("SELECT count(*) FROM metering_records WHERE accepted_at IS NULL").value()));
}

void MeteringLedger::accept(const std::vector<MeteringRecord>& records) {
    json::Array ids;
    for (const MeteringRecord& record : records) ids.emplace_back(record.id);
    execute(kAcceptSql, {json::write(json::Value(std::move(ids)))});
}

void MeteringLedger::forget_before(WallTime end, bool is_recording) {
    execute(kForgetRecordsSql, {hour_of(end)});
    execute(kForgetHoursSql, {hour_of(end), is_recording ? "true" : "false"});
    execute(kForgetMonthsSql, {day_text(day_of(end))});
}

std::vector<MonthlyUse> MeteringLedger::use_in_month(service::CalendarDay month,
                                                     const std::optional<MeteredPlace>& after,
                                                     std::size_t places_max) {
    const MeteredPlace from = after.value_or(MeteredPlace{});
    for (const std::string* text :
         {&from.plan_id, &from.product_code, &from.key_id, &from.customer_id}) {
        if (!is_storable(*text)) return {};
    }
    std::vector<MonthlyUse> uses;
    const Rows rows = execute(kUseSql, {day_text(month), from.plan_id, from.product_code,
                                        from.key_id, from.customer_id, std::to_string(places_max)});
    for (const auto& row : rows.values) uses.push_back({place_of(row, 0), number(row[4])});
    return uses;
}

}  // namespace turnpike::store
