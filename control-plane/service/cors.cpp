#include <algorithm>
#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/gateway_response_rules.hpp"
#include "control-plane/service/method.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kStatus = "200";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kDefaultHeaders =
    "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token";
constexpr std::string_view kEveryVerb = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// Header name (without "Access-Control-") and its value, as mappings take them.
using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// A constant of a mapping: 'text'.
Result<std::string> quoted(std::string_view member, std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= ' ' && c < 0x7f && c != '\''; });
    if (is_plain) return '\'' + std::string(text) + '\'';
    return invalid("Invalid value for " + std::string(member) +
                   ": printable ASCII characters but for quotes are allowed");
}

std::string listed(const json::Array& texts, std::string_view otherwise) {
    if (texts.empty()) return std::string(otherwise);
    std::string joined;
    for (const json::Value& text : texts) {
        if (!joined.empty()) joined += ',';
        if (text.is_string()) joined += text.as_string();
    }
    return joined;
}

/// What is not given follows from the resource. Errors: Invalid.
class Wishes {
public:
    static Result<Wishes> read(const json::Value& input, const json::Object& methods) {
        Wishes wishes;
        const std::string_view origin = input.text("allowOrigin", "*");
        const bool has_credentials = input.flag("allowCredentials");
        if (has_credentials && origin == "*") {
            return invalid("allowCredentials needs an allowOrigin other than '*'");
        }
        const std::string verbs = listed(input.array("allowMethods"), verbs_of(methods));
        const std::string headers = listed(input.array("allowHeaders"), kDefaultHeaders);
        const std::string exposed = listed(input.array("exposeHeaders"), {});
        const auto max_age = input.integer("maxAge");
        if (max_age && *max_age < 0) return invalid("Invalid value for maxAge: it is negative");

        Error failure;
        const auto add = [&](Fields& fields, std::string_view member, std::string_view name,
                             std::string_view value) {
            auto text = quoted(member, value);
            if (!text) {
                failure = text.error();
            } else {
                fields.emplace_back(name, *std::move(text));
            }
        };
        add(wishes.answer_, "allowOrigin", "Allow-Origin", origin);
        if (has_credentials) add(wishes.answer_, {}, "Allow-Credentials", "true");
        wishes.preflight_ = wishes.answer_;
        add(wishes.preflight_, "allowHeaders", "Allow-Headers", headers);
        add(wishes.preflight_, "allowMethods", "Allow-Methods", verbs);
        if (max_age) add(wishes.preflight_, {}, "Max-Age", std::to_string(*max_age));
        wishes.errors_ = wishes.preflight_;
        if (!exposed.empty()) add(wishes.answer_, "exposeHeaders", "Expose-Headers", exposed);
        if (!failure.message.empty()) return failure;
        return wishes;
    }

    const Fields& answer() const { return answer_; }        ///< Of the methods themselves.
    const Fields& preflight() const { return preflight_; }  ///< Of OPTIONS.
    const Fields& errors() const { return errors_; }        ///< Of gateway responses.

private:
    static std::string verbs_of(const json::Object& methods) {
        if (methods.contains("ANY")) return std::string(kEveryVerb);
        std::vector<std::string> verbs;
        for (const auto& member : methods) {
            if (member.first != "OPTIONS") verbs.push_back(member.first);
        }
        std::sort(verbs.begin(), verbs.end());
        std::string joined;
        for (const std::string& verb : verbs) joined += verb + ',';
        return joined + "OPTIONS";
    }

    Fields answer_;
    Fields preflight_;
    Fields errors_;
};

/// Declares and maps the fields in the responses for 200.
void set_fields(json::Value& method, const Fields& fields) {
    json::Value& declared = method["methodResponses"][kStatus];
    json::Value& mapped = method["methodIntegration"]["integrationResponses"][kStatus];
    for (json::Value* response : {&declared, &mapped}) (*response)["statusCode"] = kStatus;
    for (const auto& [name, value] : fields) {
        const std::string parameter = "method.response.header.Access-Control-" + std::string(name);
        declared["responseParameters"][parameter] = false;
        mapped["responseParameters"][parameter] = value;
    }
}

/// `has_binary_types`: of the API; without a conversion a preflight could meet its template as
/// bytes.
json::Value preflight_method(const Fields& fields, std::string_view resource_id,
                             bool has_binary_types) {
    json::Value method = json::Object{
        {"httpMethod", "OPTIONS"}, {"authorizationType", "NONE"}, {"apiKeyRequired", false}};
    method["methodIntegration"] = json::Object{
        {"type", "MOCK"},
        {"passthroughBehavior", "WHEN_NO_MATCH"},
        {"timeoutInMillis", 29'000},
        {"cacheNamespace", resource_id},
        {"cacheKeyParameters", json::Array{}},
        {"requestTemplates", json::Object{{std::string(kJson), R"({"statusCode": 200})"}}}};
    if (has_binary_types) method["methodIntegration"]["contentHandling"] = "CONVERT_TO_TEXT";
    set_fields(method, fields);
    method["methodResponses"][kStatus]["responseModels"] =
        json::Object{{std::string(kJson), "Empty"}};
    method["methodIntegration"]["integrationResponses"][kStatus]["responseTemplates"] =
        json::Object{{std::string(kJson), nullptr}};
    return method;
}

void put_row(Transaction& transaction, Table table, const Key& key, const json::Value& document) {
    if (!transaction.update(table, key, document)) transaction.insert(table, key, document);
}

/// Answers of proxy integrations carry what the back end sends.
bool can_map_answers(const json::Value& method) {
    const json::Value* integration = method.find("methodIntegration");
    return integration != nullptr && !integration->text("type").ends_with("_PROXY");
}

Result<json::Array> set_on_methods(Transaction& transaction, const std::string& api_id,
                                   const json::Value& resource, const Wishes& wishes) {
    json::Array changed;
    for (const auto& member : resource.object("resourceMethods")) {
        if (member.first == "OPTIONS") continue;
        const Key key{api_id, method_id(resource.text("id"), member.first)};
        auto method = transaction.find(Table::Methods, key);
        if (!method || !can_map_answers(*method)) continue;
        set_fields(*method, wishes.answer());
        if (auto checked = check_method_size(*method); !checked) return checked.error();
        transaction.update(Table::Methods, key, *method);
        changed.emplace_back(member.first);
    }
    return changed;
}

Result<void> set_on_gateway_responses(Transaction& transaction, const Call& call,
                                      const std::string& api_id, const Wishes& wishes) {
    for (const json::Value& type : call.input.array("gatewayResponses")) {
        const auto kinds = gateway_response_kinds();
        const bool is_known = std::any_of(kinds.begin(), kinds.end(), [&type](const auto& kind) {
            return type.is_string() && kind.type == type.as_string();
        });
        if (!is_known) return invalid("Invalid gateway response type specified");
        // Read anew: what was set on DEFAULT_4XX is inherited by those after it.
        json::Value response = effective_gateway_response(
            custom_gateway_responses(transaction, api_id), type.as_string());
        for (const auto& [name, value] : wishes.errors()) {
            response["responseParameters"]
                    ["gatewayresponse.header.Access-Control-" + std::string(name)] = value;
        }
        if (auto checked = check_gateway_response(response); !checked) return checked.error();
        response["defaultResponse"] = false;
        put_row(transaction, Table::GatewayResponses, {api_id, type.as_string()}, response);
    }
    return {};
}

/// The steps with which a console enables CORS on one resource, in one call. Nothing is inherited
/// by the resources below, and a deployment is needed as for every change of methods.
Result<json::Value> put_cors(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto api = find_rest_api(transaction, call);
    if (!api) return api;
    const Key resource_key{api_id, std::string(call.input.text("resourceId"))};
    auto resource = transaction.find(Table::Resources, resource_key);
    if (!resource) return not_found("Invalid Resource identifier specified");
    const auto wishes = Wishes::read(call.input, resource->object("resourceMethods"));
    if (!wishes) return wishes.error();

    auto changed = set_on_methods(transaction, api_id, *resource, *wishes);
    if (!changed) return changed.error();
    put_row(transaction, Table::Methods, {api_id, method_id(resource_key.id, "OPTIONS")},
            preflight_method(wishes->preflight(), resource_key.id,
                             !api->array("binaryMediaTypes").empty()));
    (*resource)["resourceMethods"]["OPTIONS"] = json::Object{};
    transaction.update(Table::Resources, resource_key, *resource);
    auto set = set_on_gateway_responses(transaction, call, api_id, *wishes);
    if (!set) return set.error();
    return json::Value(json::Object{{"resourceId", resource_key.id},
                                    {"methods", *std::move(changed)},
                                    {"gatewayResponses", call.input.array("gatewayResponses")}});
}

constexpr std::array kBindings{
    Binding{"PutCors", put_cors, Access::Write, Binding::Contract::Turnpike},
};

}  // namespace

std::span<const Binding> cors_bindings() { return kBindings; }

}  // namespace turnpike::service
