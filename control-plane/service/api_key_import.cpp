#include <array>
#include <map>
#include <set>

#include "common/base/text.hpp"
#include "control-plane/service/api_key.hpp"
#include "control-plane/service/api_key_rows.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/usage_plan.hpp"
#include "control-plane/service/usage_plan_key.hpp"

namespace turnpike::service {

namespace {

Error too_many_keys() {
    return limit_exceeded("Maximum number of API Keys for this account has been reached");
}

/// One import, row by row. What is wrong with a row is a warning; the row is left out.
class ApiKeyImport {
public:
    ApiKeyImport(Transaction& transaction, const Call& call)
        : transaction_(transaction),
          call_(call),
          held_(transaction.count(Table::ApiKeys, "", call.installation.api_keys_max)) {}

    /// Errors: LimitExceeded.
    Result<void> take(const Result<ApiKeyRow>& row, std::size_t line) {
        if (!row) {
            warn(line, row.error().message);
            return {};
        }
        const auto same = transaction_.key_with_value(row->value);
        if (same && imported_.contains(*same)) {
            warn(line, "an earlier line has the same API Key value");
            return {};
        }
        auto key = same ? overwrite(*same, *row) : create(*row);
        if (!key) return key.error();
        const std::string id(key->text("id"));
        imported_.insert(id);
        ids_.emplace_back(id);
        transaction_.emit({Effect::Kind::ApiKey, id});
        join_plans(*key, *row, line);
        return {};
    }

    Result<json::Value> answer() && { return import_answer(call_, std::move(ids_), warnings_); }

private:
    void warn(std::size_t line, std::string_view text) {
        warnings_.push_back("Line " + std::to_string(line) + ": " + std::string(text));
    }

    void describe(const ApiKeyRow& row, json::Value& key) const {
        key["name"] = row.name;
        key["enabled"] = row.is_enabled;
        key["lastUpdatedDate"] = created_date(call_);
        if (!row.description.empty()) key["description"] = row.description;
    }

    Result<json::Value> create(const ApiKeyRow& row) {
        if (held_ >= call_.installation.api_keys_max) {
            return too_many_keys();
        }
        ++held_;
        const std::string id = new_api_key_id();
        json::Value key = json::Object{
            {"id", id}, {"createdDate", created_date(call_)}, {"stageKeys", json::Array{}}};
        describe(row, key);
        if (!transaction_.insert(Table::ApiKeys, {"", id}, key) ||
            !transaction_.put_key_value(id, row.value)) {
            return internal_error("API key id or value taken: " + id);
        }
        return key;
    }

    /// What the row does not say stays as it is.
    Result<json::Value> overwrite(const std::string& id, const ApiKeyRow& row) {
        auto key = find_api_key(transaction_, id);
        if (!key) return key;
        describe(row, *key);
        transaction_.update(Table::ApiKeys, {"", id}, *key);
        rename_in_usage_plans(transaction_, *key);
        return key;
    }

    /// Plans are looked up once, as thousands of rows may name the same.
    const json::Value* plan(const std::string& id) {
        auto known = plans_.find(id);
        if (known == plans_.end()) {
            auto found = find_usage_plan(transaction_, id);
            known = plans_.emplace(id, found ? *std::move(found) : json::Value()).first;
        }
        return known->second.is_null() ? nullptr : &known->second;
    }

    void join_plans(const json::Value& key, const ApiKeyRow& row, std::size_t line) {
        for (const std::string& plan_id : row.plan_ids) {
            const json::Value* joined = plan(plan_id);
            if (joined == nullptr) {
                warn(line, "Invalid Usage Plan ID specified");
                continue;
            }
            if (transaction_.exists(Table::UsagePlanKeys, {plan_id, std::string(key.text("id"))})) {
                continue;
            }
            const auto entry = join_usage_plan(transaction_, call_, *joined, key);
            if (!entry) warn(line, entry.error().message);
        }
    }

    Transaction& transaction_;
    const Call& call_;
    std::int64_t held_;
    std::map<std::string, json::Value> plans_;
    std::set<std::string> imported_;
    json::Array ids_;
    std::vector<std::string> warnings_;
};

/// The whole text can be read and has no more rows than there may be keys. Before anything is
/// written, as writing thousands of keys takes a while.
Result<void> check_text(const Call& call) {
    auto rows = ApiKeyRows::open(call.input.text("body"));
    if (!rows) return rows.error();
    for (std::int64_t count = 0; count <= call.installation.api_keys_max; ++count) {
        const auto next = rows->next();
        if (!next) return next.error();
        if (!next->has_value()) return {};
    }
    return too_many_keys();
}

Result<json::Value> import_api_keys(Transaction& transaction, const Call& call) {
    if (auto checked = check_text(call); !checked) return checked.error();
    auto rows = ApiKeyRows::open(call.input.text("body"));
    if (!rows) return rows.error();
    lock_access(transaction);
    ApiKeyImport import(transaction, call);
    while (true) {
        const auto next = rows->next();
        if (!next) return next.error();
        if (!next->has_value()) return std::move(import).answer();
        if (auto taken = import.take((*next)->row, (*next)->line); !taken) return taken.error();
    }
}

constexpr std::array<Binding, 1> kBindings{{{"ImportApiKeys", import_api_keys}}};

}  // namespace

std::span<const Binding> api_key_import_bindings() { return kBindings; }

}  // namespace turnpike::service
