#include "control-plane/store/usage_ledger.hpp"

#include <map>
#include <optional>

#include "common/base/text.hpp"
#include "common/json/value.hpp"
#include "control-plane/store/document_store.hpp"
#include "control-plane/store/metering_ledger.hpp"
#include "control-plane/store/refused.hpp"
#include "control-plane/store/storable.hpp"

namespace turnpike::store {
namespace {

using publish::PlanKey;
using publish::QuotaUse;
using publish::QuotaUsePage;
using service::QuotaPeriod;
using service::UsageCount;

/// So many that no statement comes near its deadline.
constexpr std::size_t kCountsPerStatement = 2'000;
/// Rows that a page looks at, whether they say anything or not.
constexpr const char* kRowsPerPage = "20000";
/// A page with all of its last key, which has a row for each day that is kept, 36,500 at most.
constexpr const char* kRowsOfPageMax = "60000";

constexpr const char* kNoteSql =
    "INSERT INTO usage_batches (shard, batch) VALUES ($1::smallint, $2) ON CONFLICT DO NOTHING";

constexpr const char* kForgetSql =
    "DELETE FROM usage_batches b WHERE applied_at < now() - interval '1 hour' "
    "AND EXISTS (SELECT FROM usage_batches later "
    "WHERE later.shard = b.shard AND later.applied_at > b.applied_at)";

constexpr const char* kNewQuotasSql =
    "SELECT id, document ->> 'quotaSince' FROM usage_plans "
    "WHERE document ? 'quotaSince' AND (document ->> 'quotaSince')::bigint >= $1::bigint";

/// The last place of the page that starts after $1, $2.
constexpr const char* kPageEndSql =
    "SELECT plan_id, key_id FROM usage_days WHERE (plan_id, key_id) > ($1, $2) "
    "ORDER BY plan_id, key_id, day OFFSET $3::bigint LIMIT 1";

/// One key under one plan: what it used in the window that each period has now.
/// $1: the day, $2: its hour, $3: where the week starts, $4: where the month does.
std::string use_sql(const std::string& days, const std::string& places) {
    // The plans first: their documents are long, and must not be read for each row.
    return "WITH p AS MATERIALIZED (SELECT id, period, CASE period WHEN 'WEEK' THEN $3::date "
           "WHEN 'MONTH' THEN $4::date ELSE $1::date END AS first FROM "
           "(SELECT id, document -> 'quota' ->> 'period' AS period FROM usage_plans) plans "
           "WHERE period IS NOT NULL) "
           "SELECT d.plan_id, d.key_id, p.period, sum(CASE WHEN p.period <> 'HOUR' THEN d.used "
           "WHEN d.last_hour = $2::smallint THEN d.last_hour_used ELSE 0 END) FROM " +
           days + " d JOIN p ON p.id = d.plan_id WHERE d.day BETWEEN p.first AND $1::date AND " +
           places + " GROUP BY d.plan_id, d.key_id, p.period";
}

/// With its LIMIT, since of a condition on two columns the planner judges by the first alone, and
/// would read the whole table for each page.
const std::string kDaysAfter =
    "(SELECT * FROM usage_days WHERE (plan_id, key_id) > ($5, $6) "
    "ORDER BY plan_id, key_id, day LIMIT $7::bigint)";
const std::string kUseAfterSql = use_sql(kDaysAfter, "true");
const std::string kUseBetweenSql = use_sql(kDaysAfter, "(d.plan_id, d.key_id) <= ($8, $9)");
const std::string kUseOfSql =
    use_sql("usage_days",
            "(d.plan_id, d.key_id) IN (SELECT c.plan, c.key FROM jsonb_to_recordset($5::jsonb) "
            "AS c(plan text, key text))");

std::vector<std::string> windows_at(WallTime moment) {
    const auto start = [moment](QuotaPeriod period) {
        return day_text(day_of(service::quota_window(period, moment).start));
    };
    const auto hour = std::chrono::floor<std::chrono::hours>(moment) - day_of(moment);
    return {day_text(day_of(moment)), std::to_string(hour / std::chrono::hours(1)),
            start(QuotaPeriod::Week), start(QuotaPeriod::Month)};
}

QuotaPeriod period_named(const std::string& name) {
    const json::Value plan = json::Object{{"quota", json::Object{{"period", name}}}};
    const std::optional<service::Quota> quota = service::quota_of(plan);
    if (!quota) throw service::StoreUnavailable("a stored quota has the period " + name);
    return quota->period;
}

std::vector<QuotaUse> uses_of(const Rows& rows) {
    std::vector<QuotaUse> uses;
    uses.reserve(rows.values.size());
    for (const auto& row : rows.values) {
        const std::int64_t used = parse_integer(row[3]).value_or(0);
        if (used > 0) uses.push_back({{row[0], row[1]}, period_named(row[2]), used});
    }
    return uses;
}

/// What one statement can add: each plan, key and day once, so one hour at a time.
std::vector<std::vector<UsageCount>> statements_of(const std::vector<UsageCount>& counts) {
    std::map<std::pair<service::CalendarDay, int>, std::vector<UsageCount>> by_hour;
    for (const UsageCount& count : counts) by_hour[{count.day, count.hour}].push_back(count);
    std::vector<std::vector<UsageCount>> statements;
    for (const auto& [hour, of_hour] : by_hour) {
        for (std::size_t at = 0; at < of_hour.size(); at += kCountsPerStatement) {
            const std::size_t end = std::min(at + kCountsPerStatement, of_hour.size());
            statements.emplace_back(of_hour.begin() + static_cast<std::ptrdiff_t>(at),
                                    of_hour.begin() + static_cast<std::ptrdiff_t>(end));
        }
    }
    return statements;
}

}  // namespace

template <typename Work>
auto UsageLedger::in_transaction(const char* begin_statement, const Work& work) {
    Pool::Lease lease = begin(pool_, steady_now() + begin_deadline_, begin_statement);
    try {
        auto answer = work(lease.session());
        lease.session().script("COMMIT");
        return answer;
    } catch (const SqlError& error) {
        lease.roll_back();
        throw service::StoreUnavailable(error.what());
    } catch (const service::StoreUnavailable&) {
        throw;
    } catch (...) {
        lease.roll_back();
        throw;
    }
}

bool UsageLedger::apply(unsigned shard, std::string_view batch,
                        const std::vector<UsageCount>& counts) {
    return in_transaction("BEGIN ISOLATION LEVEL READ COMMITTED", [&](Session& session) {
        // Waits for another control plane that is at the same batch, and finds it noted then.
        const Rows noted = session.execute(kNoteSql, {std::to_string(shard), std::string(batch)});
        if (noted.affected == 0) return false;
        for (const std::vector<UsageCount>& some : statements_of(counts)) {
            add_usage(session, some);
            add_metered_usage(session, some);
        }
        return true;
    });
}

void UsageLedger::forget_batches() {
    in_transaction("BEGIN", [](Session& session) { return session.execute(kForgetSql).affected; });
}

std::map<std::string, WallTime> UsageLedger::plans_with_quota_since(WallTime time) {
    const Rows rows = in_transaction("BEGIN READ ONLY", [time](Session& session) {
        return session.execute(kNewQuotasSql, {std::to_string(epoch_seconds(time))});
    });
    std::map<std::string, WallTime> plans;
    for (const auto& row : rows.values) {
        plans[row[0]] = WallTime(Seconds(parse_integer(row[1]).value_or(0)));
    }
    return plans;
}

QuotaUsePage UsageLedger::quota_use_after(const PlanKey& after, WallTime moment) {
    return in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [&](Session& session) {
        std::vector<std::string> parameters = windows_at(moment);
        parameters.insert(parameters.end(), {after.plan_id, after.key_id, kRowsOfPageMax});
        const Rows end = session.execute(kPageEndSql, {after.plan_id, after.key_id, kRowsPerPage});
        if (end.empty()) {
            return QuotaUsePage{uses_of(session.execute(kUseAfterSql, parameters)), true, {}};
        }
        const PlanKey next{end.values[0][0], end.values[0][1]};
        parameters.insert(parameters.end(), {next.plan_id, next.key_id});
        return QuotaUsePage{uses_of(session.execute(kUseBetweenSql, parameters)), false, next};
    });
}

std::vector<QuotaUse> UsageLedger::quota_use_of(const std::vector<PlanKey>& places,
                                                WallTime moment) {
    json::Array list;
    for (const PlanKey& place : places) {
        if (!is_storable(place.plan_id) || !is_storable(place.key_id)) continue;
        list.emplace_back(json::Object{{"plan", place.plan_id}, {"key", place.key_id}});
    }
    std::vector<std::string> parameters = windows_at(moment);
    parameters.push_back(json::write(json::Value(std::move(list))));
    return in_transaction("BEGIN READ ONLY", [&](Session& session) {
        return uses_of(session.execute(kUseOfSql, parameters));
    });
}

}  // namespace turnpike::store
