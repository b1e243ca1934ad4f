#include "control-plane/service/vpc_link.hpp"

#include <array>

#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "control-plane/service/arn.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/integration_uri.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kIdLength = 6;
constexpr std::size_t kNameCharactersMax = 1024;
constexpr std::size_t kDocumentBytesMax = std::size_t{128} * 1024;
/// A refusal names so many uses of a link at most.
constexpr std::int64_t kUsesNamedMax = 100;

Key key_of(const Call& call) { return {"", std::string(call.input.text("vpcLinkId"))}; }

Result<json::Value> find_link(Transaction& transaction, const Call& call) {
    auto link = transaction.find(Table::VpcLinks, key_of(call));
    if (!link) return vpc_link_not_found();
    return *std::move(link);
}

Result<void> check_name(std::string_view name) {
    if (trim(name).empty()) return invalid("Name cannot be empty");
    if (character_count(name) > kNameCharactersMax) {
        return invalid("Invalid VPC link name, can be at most 1024 characters.");
    }
    return {};
}

Result<void> check_targets(const json::Array& targets) {
    if (targets.size() != 1) return invalid("Exactly one target ARN must be specified");
    const json::Value& target = targets.front();
    const std::string arn = target.is_string() ? target.as_string() : "null";
    if (looks_like_arn(arn)) return {};
    return invalid("Invalid ARN. ARN is not well formed " + arn);
}

Result<void> check_link(const json::Value& link) {
    if (auto checked = check_name(link.text("name")); !checked) return checked;
    if (auto checked = check_targets(link.array("targetArns")); !checked) return checked;
    return check_document_size(link, kDocumentBytesMax);
}

/// Nothing has to be prepared for a link here: whoever looks at it after its creation was answered
/// finds it ready.
json::Value ready(json::Value link) {
    link["status"] = "AVAILABLE";
    link["statusMessage"] = "Your vpc link is ready for use";
    return link;
}

Result<json::Value> create_vpc_link(Transaction& transaction, const Call& call) {
    json::Value link = json::Object{{"id", random_id(kIdLength)}};
    copy_members(call.input, {"name", "description", "targetArns", "tags"}, link);
    if (link.text("description").empty()) link.as_object().erase("description");
    if (auto checked = check_link(link); !checked) return checked.error();
    if (auto checked = check_tags(link.object("tags")); !checked) return checked.error();
    lock_vpc_links(transaction);
    const std::int64_t quota = call.installation.vpc_links_max;
    if (transaction.count(Table::VpcLinks, "", quota) >= quota) {
        return limit_exceeded("Maximum number of VPC links for this account has been reached");
    }
    const std::string id(link.text("id"));
    if (!transaction.insert(Table::VpcLinks, {"", id}, link)) {
        return internal_error("VPC link id taken: " + id);
    }
    link["status"] = "PENDING";
    return without_empty_tags(std::move(link));
}

Result<json::Value> get_vpc_link(Transaction& transaction, const Call& call) {
    auto link = find_link(transaction, call);
    if (!link) return link;
    return ready(with_tags(*std::move(link)));
}

Result<json::Value> get_vpc_links(Transaction& transaction, const Call& call) {
    Page page = transaction.list(Table::VpcLinks, "", page_request(call));
    for (json::Value& link : page.items) link = ready(without_empty_tags(std::move(link)));
    return page_answer(std::move(page));
}

/// Emptied, it is refused with the rest of the link.
Result<void> patch_name(PatchTarget& target, const PatchOperation& operation) {
    target.document["name"] = operation.value_text();
    return {};
}

constexpr std::array kRules{
    PatchRule{"/name", kReplace, patch_name},
    PatchRule{"/description", kReplace, patch_text},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/name, /description" : "");
}

Result<json::Value> update_vpc_link(Transaction& transaction, const Call& call) {
    lock_vpc_links(transaction);
    const auto before = find_link(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_link(*after); !checked) return checked.error();
    if (!(*after == *before)) transaction.update(Table::VpcLinks, key_of(call), *after);
    return ready(with_tags(*std::move(after)));
}

Result<json::Value> delete_vpc_link(Transaction& transaction, const Call& call) {
    lock_vpc_links(transaction);
    if (auto found = find_link(transaction, call); !found) return found;
    const Key key = key_of(call);
    const auto uses = transaction.deployed_uses_of_vpc_link(key.id, kUsesNamedMax);
    if (!uses.empty()) {
        return invalid("Cannot delete vpc link. Vpc link '" + key.id + "', is referenced in [" +
                       join(uses, ", ") + "] in format of [RESTApiId:Method:Resource:Stage].");
    }
    transaction.erase(Table::VpcLinks, key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateVpcLink", create_vpc_link},
    Binding{"GetVpcLink", get_vpc_link, Access::ReadRow},
    Binding{"GetVpcLinks", get_vpc_links, Access::ReadRow},
    Binding{"UpdateVpcLink", update_vpc_link},
    Binding{"DeleteVpcLink", delete_vpc_link},
};

/// Empty if the integration uses no link, or one that a stage variable names.
std::string_view named_link(const json::Value& integration) {
    if (integration.text("connectionType") != "VPC_LINK") return {};
    const std::string_view id = integration.text("connectionId");
    return holds_stage_variable(id) ? std::string_view{} : id;
}

}  // namespace

void lock_vpc_links(Transaction& transaction) { transaction.lock(Table::VpcLinks, ""); }

Error vpc_link_not_found() { return not_found("Invalid Vpc Link identifier specified"); }

Result<void> check_vpc_link(Transaction& transaction, const json::Value& integration) {
    const std::string_view id = named_link(integration);
    if (id.empty() || transaction.exists(Table::VpcLinks, {"", std::string(id)})) return {};
    return invalid(vpc_link_not_found().message);
}

json::Object vpc_links_of(const std::string& document) {
    json::Object links;
    // Most documents name none, and reading one takes long.
    if (document.find("\"VPC_LINK\"") == std::string::npos) return links;
    const auto parsed = json::parse(document, {.bytes_max = document.size() + 1});
    if (!parsed) return links;
    for (const json::Value& resource : parsed->array("resources")) {
        for (const auto& [verb, method] : resource.object("resourceMethods")) {
            const json::Value* integration = method.find("methodIntegration");
            const std::string_view id =
                integration == nullptr ? std::string_view{} : named_link(*integration);
            if (id.empty()) continue;
            json::Value& methods = links[id];
            if (!methods.is_array()) methods = json::Array{};
            methods.as_array().emplace_back(verb + ":" + std::string(resource.text("id")));
        }
    }
    return links;
}

std::span<const Binding> vpc_link_bindings() { return kBindings; }

}  // namespace turnpike::service
