#include "control-plane/service/api_key.hpp"

#include <algorithm>
#include <array>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/usage_plan.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kKeyIdLength = 10;
constexpr std::size_t kValueGenerated = 40;
constexpr std::size_t kValueMin = 20;
constexpr std::size_t kValueMax = 128;
constexpr std::size_t kNameMax = 1024;
constexpr std::size_t kDescriptionMax = 125'000;
constexpr std::size_t kCustomerIdMax = 1024;
constexpr std::size_t kStageKeysMax = 100;
constexpr std::size_t kDocumentBytesMax = std::size_t{1} << 20U;

Result<void> check_stage_key(Transaction& transaction, std::string_view label) {
    const std::size_t slash = std::min(label.find('/'), label.size());
    const Key key{std::string(label.substr(0, slash)),
                  std::string(label.substr(std::min(slash + 1, label.size())))};
    if (transaction.exists(Table::Stages, key)) return {};
    return not_found("Invalid stage identifier specified");
}

void drop_empty_texts(json::Value& key) {
    for (const std::string_view member : {"name", "description", "customerId"}) {
        if (key.text(member).empty()) key.as_object().erase(member);
    }
}

/// `stageKeys` of the answer: "api id/stage name" each, where the request has objects.
json::Array stage_keys(const json::Value& input) {
    json::Array labels;
    for (const json::Value& stage : input.array("stageKeys")) {
        labels.emplace_back(std::string(stage.text("restApiId")) + "/" +
                            std::string(stage.text("stageName")));
    }
    return labels;
}

json::Value new_key(const Call& call) {
    json::Value key = json::Object{{"id", new_api_key_id()}};
    copy_members(call.input, {"name", "customerId", "description"}, key);
    drop_empty_texts(key);
    key["enabled"] = call.input.flag("enabled");
    key["createdDate"] = created_date(call);
    key["lastUpdatedDate"] = created_date(call);
    key["stageKeys"] = stage_keys(call.input);
    copy_members(call.input, {"tags"}, key);
    return key;
}

Result<void> check_new(Transaction& transaction, const Call& call, const json::Value& key,
                       std::string_view value) {
    if (auto checked = check_api_key(key); !checked) return checked;
    if (auto checked = check_api_key_value(value); !checked) return checked;
    if (auto checked = check_tags(key.object("tags")); !checked) return checked;
    for (const json::Value& label : key.array("stageKeys")) {
        if (auto checked = check_stage_key(transaction, label.as_string()); !checked) {
            return checked;
        }
    }
    if (transaction.key_with_value(value)) return conflict("API Key already exists");
    const std::int64_t quota = call.installation.api_keys_max;
    if (transaction.count(Table::ApiKeys, "", quota) >= quota) {
        return limit_exceeded("Maximum number of API Keys for this account has been reached");
    }
    return {};
}

Result<json::Value> create_api_key(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    json::Value key = new_key(call);
    std::string value(call.input.text("value"));
    if (value.empty()) value = random_secret(kValueGenerated);
    if (auto checked = check_new(transaction, call, key, value); !checked) return checked.error();
    const std::string id(key.text("id"));
    if (!transaction.insert(Table::ApiKeys, {"", id}, key)) {
        return internal_error("API key id taken: " + id);
    }
    if (!transaction.put_key_value(id, value)) return conflict("API Key already exists");
    transaction.emit({Effect::Kind::ApiKey, id});
    key["value"] = std::move(value);
    return without_empty_tags(std::move(key));
}

Result<json::Value> get_api_key(Transaction& transaction, const Call& call) {
    auto key = find_api_key(transaction, call.input.text("apiKey"));
    if (!key) return key;
    if (call.input.flag("includeValue")) {
        (*key)["value"] = transaction.key_value(key->text("id"));
    }
    return with_tags(*std::move(key));
}

Result<json::Value> get_api_keys(Transaction& transaction, const Call& call) {
    Filter filter;
    if (const auto name = call.input.text("nameQuery"); !name.empty()) filter.name_prefix = name;
    if (const auto customer = call.input.text("customerId"); !customer.empty()) {
        filter.member = "customerId";
        filter.equals = customer;
    }
    Page page = transaction.list(Table::ApiKeys, "", page_request(call), filter);
    for (json::Value& key : page.items) {
        key = without_empty_tags(std::move(key));
        if (call.input.flag("includeValues")) {
            key["value"] = transaction.key_value(key.text("id"));
        }
    }
    return page_answer(std::move(page));
}

Result<void> patch_stages(PatchTarget& target, const PatchOperation& operation) {
    json::Array& labels = target.document["stageKeys"].as_array();
    const json::Value label = operation.value_text();
    const auto held = std::find(labels.begin(), labels.end(), label);
    if (operation.verb == kRemove) {
        if (held == labels.end()) return not_found("Invalid stage identifier specified");
        labels.erase(held);
        return {};
    }
    auto checked = check_stage_key(target.transaction, operation.value_text());
    if (checked && held == labels.end()) labels.push_back(label);
    return checked;
}

/// Labels are accepted by the contract and kept nowhere.
Result<void> patch_labels(PatchTarget&, const PatchOperation&) { return {}; }

constexpr std::array<PatchRule, 6> kRules{{
    {"/description", kReplace, patch_text},
    {"/enabled", kReplace, patch_flag},
    {"/name", kReplace, patch_text},
    {"/customerId", kReplace, patch_text},
    {"/stages", kAddRemove, patch_stages},
    {"/labels", kAddRemove, patch_labels},
}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    const bool is_list = operation.verb == kAdd || operation.verb == kRemove;
    const std::string_view paths = operation.verb == kReplace
                                       ? "/description, /enabled, /name, /customerId"
                                   : is_list ? "/stages, /labels"
                                             : "";
    return refuse_with_list(operation, paths);
}

Result<json::Value> update_api_key(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const auto before = find_api_key(transaction, call.input.text("apiKey"));
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_api_key(*after); !checked) return checked.error();
    if (!call.input.array("patchOperations").empty()) {
        const std::string id(before->text("id"));
        (*after)["lastUpdatedDate"] = created_date(call);
        transaction.update(Table::ApiKeys, {"", id}, *after);
        if (before->text("name") != after->text("name")) rename_in_usage_plans(transaction, *after);
        transaction.emit({Effect::Kind::ApiKey, id});
    }
    return with_tags(*std::move(after));
}

Result<json::Value> delete_api_key(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const auto key = find_api_key(transaction, call.input.text("apiKey"));
    if (!key) return key;
    const std::string id(key->text("id"));
    for (const std::string& plan_id : transaction.plans_of_key(id)) {
        transaction.erase(Table::UsagePlanKeys, {plan_id, id});
    }
    transaction.erase(Table::ApiKeys, {"", id});
    transaction.emit({Effect::Kind::ApiKey, id});
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 5> kBindings{{
    {"CreateApiKey", create_api_key},
    {"GetApiKey", get_api_key, Access::ReadRow},
    {"GetApiKeys", get_api_keys, Access::ReadRow},
    {"UpdateApiKey", update_api_key},
    {"DeleteApiKey", delete_api_key},
}};

}  // namespace

Result<json::Value> find_api_key(Transaction& transaction, std::string_view key_id) {
    auto key = transaction.find(Table::ApiKeys, {"", std::string(key_id)});
    if (!key) return not_found("Invalid API Key identifier specified");
    return *std::move(key);
}

std::string new_api_key_id() { return random_id(kKeyIdLength); }

Result<void> check_api_key(const json::Value& key) {
    if (character_count(key.text("name")) > kNameMax) {
        return invalid("Invalid API Key name, can be at most 1024 characters.");
    }
    if (character_count(key.text("description")) > kDescriptionMax) {
        return invalid("Invalid API Key description specified.");
    }
    if (character_count(key.text("customerId")) > kCustomerIdMax) {
        return invalid("Invalid API Key customer ID, can be at most 1024 characters.");
    }
    if (key.array("stageKeys").size() > kStageKeysMax) {
        return invalid("An API Key can have at most 100 stage keys");
    }
    return check_document_size(key, kDocumentBytesMax);
}

Result<void> check_api_key_value(std::string_view value) {
    if (value.size() < kValueMin) return invalid("API Key value should be at least 20 characters");
    if (value.size() > kValueMax) {
        return invalid("API Key value exceeds maximum size of 128 characters");
    }
    return {};
}

void rename_in_usage_plans(Transaction& transaction, const json::Value& key) {
    const std::string id(key.text("id"));
    for (const std::string& plan_id : transaction.plans_of_key(id)) {
        auto entry = transaction.find(Table::UsagePlanKeys, {plan_id, id});
        if (!entry) continue;
        entry->as_object().erase("name");
        copy_members(key, {"name"}, *entry);
        transaction.update(Table::UsagePlanKeys, {plan_id, id}, *entry);
    }
}

std::span<const Binding> api_key_bindings() { return kBindings; }

}  // namespace turnpike::service
