#include <array>

#include "control-plane/service/arn.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/client_certificate.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"
#include "control-plane/service/usage_plan.hpp"
#include "control-plane/service/vpc_link.hpp"

namespace turnpike::service {

namespace {

/// The lock under which other operations change the same document.
void lock_for(Transaction& transaction, const TaggableResource& resource) {
    switch (resource.table) {
        case Table::RestApis:
            return transaction.lock(Table::RestApis, resource.key.id);
        case Table::Stages:
            return transaction.lock(Table::RestApis, resource.key.scope);
        case Table::ClientCertificates:
            return lock_client_certificates(transaction);
        case Table::VpcLinks:
            return lock_vpc_links(transaction);
        case Table::DomainNames:
        case Table::DomainNameAccessAssociations:
            return lock_domain_names(transaction);
        default:
            return lock_access(transaction);
    }
}

Result<json::Value> find_resource(Transaction& transaction, const TaggableResource& resource) {
    auto document = transaction.find(resource.table, resource.key);
    if (!document) return resource.missing;
    return *std::move(document);
}

Result<json::Value> tag_resource(Transaction& transaction, const Call& call) {
    const auto resource = taggable_resource(call, call.input.text("resourceArn"));
    if (!resource) return resource.error();
    lock_for(transaction, *resource);
    auto document = find_resource(transaction, *resource);
    if (!document) return document;
    if (auto checked = check_tags(call.input.object("tags")); !checked) return checked.error();
    json::Object tags = document->object("tags");
    for (const auto& [key, value] : call.input.object("tags")) tags.set(key, value);
    if (auto checked = check_tags(tags); !checked) return checked.error();
    (*document)["tags"] = std::move(tags);
    transaction.update(resource->table, resource->key, *document);
    return json::Value(json::Object{});
}

Result<json::Value> untag_resource(Transaction& transaction, const Call& call) {
    const auto resource = taggable_resource(call, call.input.text("resourceArn"));
    if (!resource) return resource.error();
    lock_for(transaction, *resource);
    auto document = find_resource(transaction, *resource);
    if (!document) return document;
    json::Object tags = document->object("tags");
    bool is_changed = false;
    for (const json::Value& key : call.input.array("tagKeys")) {
        if (key.is_string()) is_changed |= tags.erase(key.as_string());
    }
    if (is_changed) {
        (*document)["tags"] = std::move(tags);
        transaction.update(resource->table, resource->key, *document);
    }
    return json::Value(json::Object{});
}

Result<json::Value> get_tags(Transaction& transaction, const Call& call) {
    const auto resource = taggable_resource(call, call.input.text("resourceArn"));
    if (!resource) return resource.error();
    const auto document = find_resource(transaction, *resource);
    if (!document) return document;
    return json::Value(json::Object{{"tags", document->object("tags")}});
}

constexpr std::array<Binding, 3> kBindings{{
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"GetTags", get_tags, Access::ReadRow},
}};

}  // namespace

std::span<const Binding> tag_bindings() { return kBindings; }

}  // namespace turnpike::service
