#include "control-plane/service/audit.hpp"

#include <array>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {
namespace {

constexpr std::size_t kEntryIdLength = 20;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::uint64_t kEntriesPerSweep = 256;
/// What remains of a monthly quota on a day depends on every day of the month before it.
constexpr std::chrono::days kLongestWindow{31};

/// The one restriction that a call may ask for. Errors: Invalid if it asks for several.
Result<Filter> filter_of(const Call& call) {
    Filter filter;
    for (const std::string_view member : {"resource", "principal", "operation"}) {
        const std::string_view wanted = call.input.text(member);
        if (wanted.empty()) continue;
        if (filter.member) {
            return invalid("Only one of resource, principal and operation can be given");
        }
        filter.member = member;
        filter.equals = wanted;
    }
    return filter;
}

Result<json::Value> get_audit(Transaction& transaction, const Call& call) {
    const auto filter = filter_of(call);
    if (!filter) return filter.error();
    return page_answer(transaction.list(Table::AuditEntries, "", page_request(call), *filter));
}

constexpr std::array<Binding, 1> kBindings{{
    {"GetAudit", get_audit, Access::ReadRow, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> audit_bindings() { return kBindings; }

json::Value record_change(Transaction& transaction, const Call& call, std::string_view operation,
                          const json::Value& answer) {
    json::Value entry = json::Object{
        {"time", created_date(call)},        {"principal", call.principal_arn},
        {"accessKeyId", call.access_key_id}, {"operation", operation},
        {"resource", call.resource},         {"sourceAddress", call.source_address},
    };
    if (const std::string_view id = answer.text("id"); !id.empty()) entry["created"] = id;
    const std::string id = random_id(kEntryIdLength);
    transaction.insert(Table::AuditEntries, {"", id}, entry);
    if (std::hash<std::string>{}(id) % kEntriesPerSweep == 0) forget_old_records(transaction, call);
    return entry;
}

void forget_old_records(Transaction& transaction, const Call& call) {
    const std::int64_t kept = call.installation.audit_retention_days * kSecondsPerDay;
    transaction.erase_before(Table::AuditEntries, epoch_seconds(call.now) - kept);
    const std::chrono::days shown(call.installation.usage_retention_days);
    transaction.erase_usage_before(day_of(call.now) - shown - kLongestWindow);
}

}  // namespace turnpike::service
