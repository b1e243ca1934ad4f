#include "tests/support/memory_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/base/assert.hpp"
#include "common/base/encoding.hpp"
#include "common/base/text.hpp"

namespace turnpike::tests {

using service::CalendarDay;
using service::Effect;
using service::Filter;
using service::Key;
using service::Page;
using service::PageRequest;
using service::Row;
using service::Table;
using service::UsageCount;
using service::UsageDay;
using service::UsageExtension;

namespace {

bool is_below_api(Table table) {
    switch (table) {
        case Table::Resources:
        case Table::Methods:
        case Table::Models:
        case Table::Deployments:
        case Table::Stages:
        case Table::Authorizers:
        case Table::RequestValidators:
        case Table::GatewayResponses:
        case Table::DocumentationParts:
        case Table::DocumentationVersions:
            return true;
        default:
            return false;
    }
}

bool is_newest_first(Table table) {
    return table == Table::ApiKeys || table == Table::UsagePlanKeys || table == Table::AuditEntries;
}

/// As jsonb's @> of objects.
bool holds(const json::Value& document, const json::Value& wanted) {
    if (!wanted.is_object()) return document == wanted;
    return std::all_of(wanted.as_object().begin(), wanted.as_object().end(), [&](const auto& one) {
        const json::Value* member = document.find(one.first);
        return member != nullptr && holds(*member, one.second);
    });
}

bool passes(const Filter& filter, const json::Value& document) {
    if (filter.name_prefix && !document.text("name").starts_with(*filter.name_prefix)) return false;
    if (filter.contains && !holds(document, *filter.contains)) return false;
    if (!filter.member) return true;
    const json::Value* member = document.find(*filter.member);
    return member != nullptr && member->is_string() && filter.equals &&
           member->as_string() == *filter.equals;
}

/// Text that sorts as the table is listed.
std::string list_key(Table table, const Row& row, std::uint64_t sequence) {
    if (table == Table::Resources) return std::string(row.document.text("path"));
    const std::uint64_t ordered = is_newest_first(table) ? ~sequence : sequence;
    std::string digits = std::to_string(ordered);
    return std::string(20 - digits.size(), '0') + digits;
}

}  // namespace

/// One transaction on a copy of the state; the store keeps the copy when the work succeeds.
class MemoryTransaction final : public service::Transaction {
public:
    MemoryTransaction(MemoryStore& store, bool read_only)
        : state(store.state_), store_(store), read_only_(read_only) {}

    void lock(Table table, std::string_view id) override { locks_.emplace(table, id); }

    std::optional<json::Value> find(Table table, const Key& key) override {
        const MemoryStore::Stored* stored = look_up(table, key);
        if (stored == nullptr) return std::nullopt;
        return stored->document;
    }
    bool exists(Table table, const Key& key) override { return look_up(table, key) != nullptr; }

    bool insert(Table table, const Key& key, const json::Value& document) override {
        about_to_write(table, key);
        if (look_up(table, key) != nullptr || clashes(table, key, document)) return false;
        state.tables[table][{key.scope, key.id}] = {document, ++state.sequence};
        return true;
    }
    bool update(Table table, const Key& key, const json::Value& document) override {
        about_to_write(table, key);
        MemoryStore::Stored* stored = look_up(table, key);
        if (stored == nullptr || clashes(table, key, document)) return false;
        stored->document = document;
        return true;
    }
    bool erase(Table table, const Key& key) override {
        about_to_write(table, key);
        if (table == Table::ApiKeys) state.key_values.erase(key.id);
        forget_usage(table, key.id);
        return state.tables[table].erase({key.scope, key.id}) > 0;
    }
    std::size_t erase_before(Table table, std::int64_t time) override {
        about_to_write(table, {});
        return std::erase_if(state.tables[table], [time](const auto& row) {
            return row.second.document.integer("time").value_or(time) < time;
        });
    }
    std::size_t erase_scope(Table table, std::string_view scope) override {
        about_to_write(table, {std::string(scope), {}});
        return std::erase_if(state.tables[table],
                             [scope](const auto& row) { return row.first.first == scope; });
    }

    Page list(Table table, std::string_view scope, const PageRequest& request,
              const Filter& filter) override {
        Page page;
        const std::string after = from_base64(request.position).value_or("");
        const auto limit =
            static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 500));
        std::string last;
        for (const auto& [key, row] : ordered(table, scope)) {
            if (!after.empty() && key <= after) continue;
            if (!passes(filter, row.document)) continue;
            if (page.items.size() == limit) {
                page.position = to_base64url(last);
                break;
            }
            page.items.push_back(row.document);
            if (table == Table::DocumentationVersions) {
                page.items.back().as_object().erase("parts");
            }
            last = key;
        }
        return page;
    }
    std::vector<Row> scan(Table table, std::string_view scope) override {
        std::vector<Row> rows;
        for (auto& entry : ordered(table, scope)) rows.push_back(std::move(entry.second));
        return rows;
    }
    std::int64_t count(Table table, std::string_view scope, std::int64_t enough) override {
        return std::min(static_cast<std::int64_t>(ordered(table, scope).size()), enough);
    }

    std::vector<std::string> plans_of_key(std::string_view key_id) override {
        std::vector<std::string> plans;
        for (const auto& [key, stored] : state.tables[Table::UsagePlanKeys]) {
            if (key.second == key_id) plans.push_back(key.first);
        }
        return plans;
    }
    std::vector<std::string> plans_with_stage(std::string_view api_id,
                                              std::string_view stage_name) override {
        std::vector<std::string> plans;
        for (const auto& [key, stored] : state.tables[Table::UsagePlans]) {
            const json::Array& stages = stored.document.array("apiStages");
            const bool holds =
                std::any_of(stages.begin(), stages.end(), [&](const json::Value& stage) {
                    return stage.text("apiId") == api_id && stage.text("stage") == stage_name;
                });
            if (holds) plans.push_back(key.second);
        }
        return plans;
    }
    std::optional<std::string> key_of_both_plans(std::string_view plan_id,
                                                 std::string_view other_id) override {
        for (const auto& [key, stored] : state.tables[Table::UsagePlanKeys]) {
            const bool is_in_both =
                key.first == plan_id &&
                look_up(Table::UsagePlanKeys, {std::string(other_id), key.second});
            if (is_in_both) return key.second;
        }
        return std::nullopt;
    }

    std::vector<std::string> domains_mapped_to(std::string_view api_id) override {
        std::set<std::string> domains;
        for (const auto& [key, stored] : state.tables[Table::BasePathMappings]) {
            if (stored.document.text("restApiId") == api_id) domains.insert(key.first);
        }
        return {domains.begin(), domains.end()};
    }

    std::vector<std::string> stages_with_client_certificate(std::string_view certificate_id,
                                                            std::int64_t enough) override {
        std::vector<std::string> stages;
        for (const auto& [key, stored] : state.tables[Table::Stages]) {
            if (std::ssize(stages) == enough) break;
            if (stored.document.text("clientCertificateId") != certificate_id) continue;
            stages.push_back(key.first + "/" + key.second);
        }
        return stages;
    }
    std::vector<std::string> deployed_uses_of_vpc_link(std::string_view link_id,
                                                       std::int64_t enough) override {
        std::set<std::string> uses;
        for (const auto& [key, stored] : state.tables[Table::Stages]) {
            const json::Value* canary = stored.document.find("canarySettings");
            for (const json::Value* runs : {&std::as_const(stored.document), canary}) {
                if (runs == nullptr) continue;
                const auto* deployment = look_up(
                    Table::Deployments, {key.first, std::string(runs->text("deploymentId"))});
                const json::Value* links =
                    deployment == nullptr ? nullptr : deployment->document.find("vpcLinks");
                if (links == nullptr) continue;
                for (const json::Value& method : links->array(link_id)) {
                    uses.insert(key.first + ":" + method.as_string() + ":" + key.second);
                }
            }
        }
        std::vector<std::string> named(uses.begin(), uses.end());
        if (std::ssize(named) > enough) named.resize(static_cast<std::size_t>(enough));
        return named;
    }

    bool put_key_value(std::string_view key_id, std::string_view value) override {
        const auto holder = key_with_value(value);
        if (holder && *holder != key_id) return false;
        about_to_write(Table::ApiKeys, {{}, std::string(key_id)});
        state.key_values[std::string(key_id)] = value;
        return true;
    }
    std::string key_value(std::string_view key_id) override {
        const auto found = state.key_values.find(std::string(key_id));
        return found == state.key_values.end() ? std::string{} : found->second;
    }
    std::optional<std::string> key_with_value(std::string_view value) override {
        for (const auto& [id, held] : state.key_values) {
            if (held == value) return id;
        }
        return std::nullopt;
    }

    void put_secret(std::string_view owner, std::string_view plain) override {
        TURNPIKE_ASSERT(!read_only_);
        ++store_.writes_;
        state.secrets[std::string(owner)] = plain;
    }
    std::optional<std::string> secret(std::string_view owner) override {
        const auto found = state.secrets.find(std::string(owner));
        if (found == state.secrets.end()) return std::nullopt;
        return found->second;
    }
    void erase_secret(std::string_view owner) override {
        TURNPIKE_ASSERT(!read_only_);
        state.secrets.erase(std::string(owner));
    }

    std::string put_blob(std::string_view bytes) override {
        // Any function of the content will do here; the real store uses SHA-256.
        std::string hash = to_hex(std::to_string(std::hash<std::string_view>{}(bytes)));
        state.blobs[hash] = bytes;
        return hash;
    }
    std::optional<std::string> blob(std::string_view hash) override {
        const auto found = state.blobs.find(std::string(hash));
        if (found == state.blobs.end()) return std::nullopt;
        return found->second;
    }

    std::vector<UsageDay> usage(std::string_view plan_id, const std::vector<std::string>& key_ids,
                                CalendarDay first, CalendarDay last) override {
        std::vector<UsageDay> days;
        for (const auto& [place, day] : state.usage) {
            const bool is_asked_for =
                std::get<0>(place) == plan_id &&
                std::find(key_ids.begin(), key_ids.end(), day.key_id) != key_ids.end();
            if (is_asked_for && first <= day.day && day.day <= last) days.push_back(day);
        }
        return days;
    }
    void add_usage(const std::vector<UsageCount>& counts) override {
        for (const UsageCount& count : counts) {
            const bool is_known = exists(Table::UsagePlans, {{}, count.plan_id}) &&
                                  exists(Table::ApiKeys, {{}, count.key_id});
            if (!is_known) continue;
            UsageDay& day = state.usage[{count.plan_id, count.key_id, count.day}];
            day.key_id = count.key_id;
            day.day = count.day;
            day.used += count.used;
            if (count.hour > day.last_hour) day.last_hour_used = 0;
            if (count.hour >= day.last_hour) day.last_hour_used += count.used;
            day.last_hour = std::max(day.last_hour, count.hour);
        }
    }
    std::vector<UsageExtension> usage_extensions(std::string_view plan_id,
                                                 const std::vector<std::string>& key_ids,
                                                 CalendarDay first) override {
        std::vector<UsageExtension> extensions;
        for (const auto& [place, one] : state.extensions) {
            const bool is_asked_for =
                std::get<0>(place) == plan_id &&
                std::find(key_ids.begin(), key_ids.end(), one.key_id) != key_ids.end();
            if (is_asked_for && one.window_start >= first) extensions.push_back(one);
        }
        return extensions;
    }
    void put_usage_extension(std::string_view plan_id, const UsageExtension& extension) override {
        TURNPIKE_ASSERT(!read_only_);
        ++store_.writes_;
        state.extensions[{std::string(plan_id), extension.key_id, extension.window_start}] =
            extension;
    }
    void erase_usage_before(CalendarDay first) override {
        TURNPIKE_ASSERT(!read_only_);
        std::erase_if(state.usage, [first](const auto& one) { return one.second.day < first; });
        std::erase_if(state.extensions,
                      [first](const auto& one) { return one.second.window_start < first; });
    }

    void emit(const Effect& effect) override {
        TURNPIKE_ASSERT(!read_only_);
        ++store_.writes_;
        state.effects.push_back(effect);
    }

    MemoryStore::State state;

private:
    MemoryStore::Stored* look_up(Table table, const Key& key) {
        auto& rows = state.tables[table];
        const auto found = rows.find({key.scope, key.id});
        return found == rows.end() ? nullptr : &found->second;
    }

    /// What was counted goes with the plan or the key.
    void forget_usage(Table table, const std::string& id) {
        const auto is_of_it = [&](const auto& entry) {
            return (table == Table::UsagePlans && std::get<0>(entry.first) == id) ||
                   (table == Table::ApiKeys && std::get<1>(entry.first) == id);
        };
        std::erase_if(state.usage, is_of_it);
        std::erase_if(state.extensions, is_of_it);
    }

    /// The unique columns beside the key: one path part per parent, one part per location.
    bool clashes(Table table, const Key& key, const json::Value& document) {
        std::vector<std::string_view> unique;
        if (table == Table::Resources && document.find("parentId")) {
            unique = {"parentId", "pathPart"};
        } else if (table == Table::DocumentationParts) {
            unique = {"location"};
        } else {
            return false;
        }
        const auto& rows = state.tables[table];
        return std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
            const json::Value& other = row.second.document;
            const auto is_same = [&](std::string_view member) {
                const json::Value* const ours = document.find(member);
                const json::Value* const theirs = other.find(member);
                return ours != nullptr && theirs != nullptr && *ours == *theirs;
            };
            return row.first.first == key.scope && row.first.second != key.id &&
                   std::all_of(unique.begin(), unique.end(), is_same);
        });
    }

    void about_to_write(Table table, const Key& key) {
        TURNPIKE_ASSERT(!read_only_);
        if (is_below_api(table)) TURNPIKE_ASSERT(locks_.contains({Table::RestApis, key.scope}));
        ++store_.writes_;
    }

    std::vector<std::pair<std::string, Row>> ordered(Table table, std::string_view scope) {
        std::vector<std::pair<std::string, Row>> rows;
        for (const auto& [key, stored] : state.tables[table]) {
            if (key.first != scope) continue;
            Row row{{key.first, key.second}, stored.document};
            std::string order = list_key(table, row, stored.sequence);
            rows.emplace_back(std::move(order), std::move(row));
        }
        std::sort(rows.begin(), rows.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        return rows;
    }

    MemoryStore& store_;
    bool read_only_;
    std::set<std::pair<Table, std::string>> locks_;
};

Result<json::Value> MemoryStore::run(service::Access access, const Work& work) {
    MemoryTransaction transaction(*this, access != service::Access::Write);
    Result<json::Value> answer = work(transaction);
    if (answer) state_ = std::move(transaction.state);
    return answer;
}

Caller::Caller(std::vector<std::span<const service::Binding>> bindings)
    : bindings_(std::move(bindings)) {}

Result<json::Value> Caller::operator()(std::string_view operation, json::Value input) {
    for (const auto& table : bindings_) {
        for (const service::Binding& binding : table) {
            if (binding.operation != operation) continue;
            service::Call call{input, installation, now, "arn:aws:iam::000000000000:user/test"};
            call.live_usage = live_usage;
            return store.run(binding.access, [&](service::Transaction& transaction) {
                return binding.handler(transaction, call);
            });
        }
    }
    return internal_error("no binding for " + std::string(operation));
}

json::Value Caller::ok(std::string_view operation, json::Value input) {
    Result<json::Value> answer = (*this)(operation, std::move(input));
    if (answer) return *std::move(answer);
    throw std::runtime_error(std::string(operation) + " refused: " + answer.error().message +
                             answer.error().detail);
}

std::string Caller::refused(std::string_view operation, json::Value input) {
    const Result<json::Value> answer = (*this)(operation, std::move(input));
    if (answer) return "not refused: " + json::write(*answer);
    const Error& error = answer.error();
    const char* status = error.kind == Error::Kind::Invalid         ? "400 "
                         : error.kind == Error::Kind::NotFound      ? "404 "
                         : error.kind == Error::Kind::Conflict      ? "409 "
                         : error.kind == Error::Kind::LimitExceeded ? "429 "
                                                                    : "500 ";
    return status + error.message + error.detail;
}

}  // namespace turnpike::tests
