#include "control-plane/service/test_invoke.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "common/base/text.hpp"
#include "common/snapshot/decode.hpp"
#include "common/snapshot/deployment.hpp"
#include "common/snapshot/test_invocation.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/deployment_document.hpp"
#include "control-plane/service/method.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kAny = "ANY";

/// What is tested: the configured method, and the verb of the request.
struct Tested {
    json::Value resource;
    json::Value method;
    std::string configured_verb;
    std::string verb;
};

Result<Tested> find_tested(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string resource_id(call.input.text("resourceId"));
    const std::string verb(call.input.text("httpMethod"));
    auto resource = transaction.find(Table::Resources, {api_id, resource_id});
    if (!resource) return not_found("Invalid Resource identifier specified");
    // A method for any verb can be tested with each of them.
    std::string configured = verb;
    auto method = transaction.find(Table::Methods, {api_id, method_id(resource_id, configured)});
    if (!method && is_method_verb(verb)) {
        configured = kAny;
        method = transaction.find(Table::Methods, {api_id, method_id(resource_id, configured)});
    }
    if (!method) return not_found("Invalid Method identifier specified");
    return Tested{*std::move(resource), *std::move(method), configured,
                  verb == kAny ? "GET" : verb};
}

/// The ids of the resource and of all above it.
std::set<std::string> way_to(const json::Array& resources, std::string_view resource_id) {
    std::set<std::string> way;
    std::string id(resource_id);
    while (!id.empty() && way.insert(id).second) {
        const auto found = std::ranges::find_if(
            resources, [&id](const json::Value& resource) { return resource.text("id") == id; });
        id = found == resources.end() ? std::string() : std::string(found->text("parentId"));
    }
    return way;
}

/// Leaves nothing in the draft that another method could make wrong, or that would be matched
/// instead of the tested one.
void narrow(json::Value& draft, const Tested& tested) {
    json::Array& resources = draft["resources"].as_array();
    const std::string tested_id(tested.resource.text("id"));
    const std::set<std::string> way = way_to(resources, tested_id);
    std::erase_if(resources, [&way](const json::Value& resource) {
        return !way.contains(std::string(resource.text("id")));
    });
    for (json::Value& resource : resources) {
        json::Object methods;
        if (resource.text("id") == tested_id) methods.set(tested.configured_verb, tested.method);
        resource["resourceMethods"] = std::move(methods);
    }
}

Result<std::string> document_of(Transaction& transaction, const json::Value& api,
                                const Tested& tested) {
    json::Value draft = draft_document(transaction, api);
    narrow(draft, tested);
    std::string document = json::write(draft);
    auto decoded = snapshot::decode_deployment(document);
    if (!decoded) return invalid("The method cannot be executed. " + decoded.error().message);
    const auto compiled = snapshot::CompiledDeployment::compile(*std::move(decoded), {});
    if (!compiled) return invalid("The method cannot be executed. " + compiled.error().message);
    return document;
}

/// Each value as a pair, a name of multiValueHeaders in place of the same one of headers.
json::Array headers_of(const json::Value& input) {
    json::Array headers;
    const json::Object& lists = input.object("multiValueHeaders");
    for (const auto& [name, value] : input.object("headers")) {
        const bool is_replaced = std::any_of(lists.begin(), lists.end(), [&](const auto& list) {
            return equals_ignoring_case(list.first, name);
        });
        if (!is_replaced && value.is_string()) headers.emplace_back(json::Array{name, value});
    }
    for (const auto& [name, values] : lists) {
        if (!values.is_array()) continue;
        for (const json::Value& value : values.as_array()) {
            if (value.is_string()) headers.emplace_back(json::Array{name, value});
        }
    }
    return headers;
}

json::Object texts_of(const json::Object& map) {
    json::Object texts;
    for (const auto& [name, value] : map) {
        if (value.is_string()) texts.append(name, value);
    }
    return texts;
}

/// "bob" of "arn:aws:iam::000000000000:user/bob"; the account for its root.
std::string user_of(const Call& call) {
    const std::string& arn = call.principal_arn;
    const std::size_t slash = arn.rfind('/');
    return slash == std::string::npos ? call.installation.account_id : arn.substr(slash + 1);
}

bool changes_nothing(std::string_view verb) {
    return verb == "GET" || verb == "HEAD" || verb == "OPTIONS";
}

bool is_repeatable(const Tested& tested) {
    const json::Value* integration = tested.method.find("methodIntegration");
    if (integration == nullptr || integration->text("type") == "MOCK") return true;
    const std::string_view verb = integration->text("httpMethod");
    return changes_nothing(tested.verb) && (verb == kAny || changes_nothing(verb));
}

Result<json::Value> plan_test(Transaction& transaction, const Call& call) {
    const auto tested = find_tested(transaction, call);
    if (!tested) return tested.error();
    const std::string_view body = call.input.text("body");
    if (body.size() > snapshot::test_limits::kBodyBytesMax) {
        return invalid("The body of a test invocation must not exceed " +
                       std::to_string(snapshot::test_limits::kBodyBytesMax) + " bytes.");
    }
    const auto api = find_rest_api(transaction, call);
    if (!api) return api;
    auto document = document_of(transaction, *api, *tested);
    if (!document) return document.error();

    const std::string_view path = call.input.text("pathWithQueryString");
    json::Object asked{
        {"resourceId", tested->resource.text("id")},
        {"httpMethod", tested->verb},
        {"path", path.empty() ? tested->resource.text("path") : path},
        {"headers", headers_of(call.input)},
        {"body", body},
        {"stageVariables", texts_of(call.input.object("stageVariables"))},
        {"userArn", call.principal_arn},
        {"user", user_of(call)},
    };
    return json::Value(json::Object{{"document", *std::move(document)},
                                    {"call", std::move(asked)},
                                    {"isRepeatable", is_repeatable(*tested)}});
}

constexpr std::array<Binding, 1> kBindings{{{"TestInvokeMethod", plan_test, Access::Read}}};

}  // namespace

std::span<const Binding> test_invoke_bindings() { return kBindings; }

}  // namespace turnpike::service
