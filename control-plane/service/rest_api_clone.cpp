#include <map>

#include "common/base/random.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/resource_policy.hpp"
#include "control-plane/service/rest_api.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kRootResourceIdLength = 10;
constexpr std::size_t kPartIdLength = 6;

using NewIds = std::map<std::string, std::string, std::less<>>;

json::Value cloned_resource(const Row& row, const NewIds& ids) {
    json::Value document = row.document;
    document["id"] = ids.at(row.key.id);
    if (document.find("parentId") != nullptr) {
        document["parentId"] = ids.at(std::string(document.text("parentId")));
    }
    return document;
}

/// Copies a table's documents under new ids, which it adds to `ids`.
void clone_with_new_ids(Transaction& transaction, Table table, const std::string& source_id,
                        const std::string& target_id, NewIds& ids) {
    for (const Row& row : transaction.scan(table, source_id)) {
        const std::string id = new_part_id(transaction, table, target_id);
        ids[row.key.id] = id;
        json::Value document = row.document;
        document["id"] = id;
        transaction.insert(table, {target_id, id}, document);
    }
}

/// What the method refers to is that of the clone. The cache namespace is the id of the own
/// resource unless the user chose one.
json::Value cloned_method(json::Value document, const NewIds& ids) {
    for (const std::string_view member : {"authorizerId", "requestValidatorId"}) {
        const auto renamed = ids.find(document.text(member));
        if (renamed != ids.end()) document[member] = renamed->second;
    }
    json::Value* integration = document.as_object().find("methodIntegration");
    if (integration == nullptr) return document;
    const auto own = ids.find(integration->text("cacheNamespace"));
    if (own != ids.end()) (*integration)["cacheNamespace"] = own->second;
    return document;
}

/// What names the source names the clone then: execute ARNs in its policy, its id in the references
/// of models to each other.
std::string replaced_text(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

}  // namespace

std::string new_root_resource_id() { return random_id(kRootResourceIdLength); }

void inherit_settings(const json::Value& source, const Installation& installation,
                      json::Value& target) {
    for (const std::string_view name :
         {"binaryMediaTypes", "minimumCompressionSize", "apiKeySource"}) {
        const json::Value* member = source.find(name);
        if (member != nullptr && target.find(name) == nullptr) target[name] = *member;
    }
    if (source.find("policy") == nullptr || target.find("policy") != nullptr) return;
    const auto arn_prefix = [&installation](const json::Value& api) {
        return execute_arn_prefix(installation, api.text("id"));
    };
    target["policy"] =
        replaced_text(std::string(source.text("policy")), arn_prefix(source), arn_prefix(target));
}

void clone_draft(Transaction& transaction, const json::Value& source, const json::Value& target) {
    const std::string source_id(source.text("id"));
    const std::string target_id(target.text("id"));
    NewIds ids;
    // Listed by path, so parents come before their children.
    for (const Row& row : transaction.scan(Table::Resources, source_id)) {
        const bool is_root = row.document.find("parentId") == nullptr;
        ids[row.key.id] = is_root ? std::string(target.text("rootResourceId"))
                                  : new_part_id(transaction, Table::Resources, target_id);
        transaction.insert(Table::Resources, {target_id, ids.at(row.key.id)},
                           cloned_resource(row, ids));
    }
    for (const Table table :
         {Table::Authorizers, Table::RequestValidators, Table::DocumentationParts}) {
        clone_with_new_ids(transaction, table, source_id, target_id, ids);
    }
    for (const Row& row : transaction.scan(Table::GatewayResponses, source_id)) {
        transaction.insert(Table::GatewayResponses, {target_id, row.key.id}, row.document);
    }
    for (const Row& row : transaction.scan(Table::Methods, source_id)) {
        const std::size_t slash = row.key.id.find('/');
        const std::string id = ids.at(row.key.id.substr(0, slash)) + row.key.id.substr(slash);
        transaction.insert(Table::Methods, {target_id, id}, cloned_method(row.document, ids));
    }
    for (const Row& row : transaction.scan(Table::Models, source_id)) {
        json::Value model = row.document;
        model["id"] = random_id(kPartIdLength);
        model["schema"] = replaced_text(std::string(model.text("schema")), source_id, target_id);
        transaction.insert(Table::Models, {target_id, row.key.id}, model);
    }
}

}  // namespace turnpike::service
