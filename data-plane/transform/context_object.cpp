#include "data-plane/transform/context_object.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "data-plane/pipeline/context.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
using dynamic::List;
using dynamic::Object;
using dynamic::Value;
using pipeline::Exchange;

// In the order in which the service lists them.
constexpr std::array<std::string_view, 18> kContextNames{
    "resourceId",   "resourcePath",     "httpMethod", "extendedRequestId", "requestTime",
    "path",         "accountId",        "protocol",   "requestOverride",   "stage",
    "domainPrefix", "requestTimeEpoch", "requestId",  "identity",          "domainName",
    "deploymentId", "responseOverride", "apiId",
};
constexpr std::array<std::string_view, 12> kIdentityNames{
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "sourceIp",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "userAgent",
    "user",
};

using Names = std::vector<std::string_view>;

/// What Java's maps answer about their keys.
Result<Value> call_map_method(Object& object, const Names& names, std::string_view method,
                              std::span<const Value> arguments, Heap& heap) {
    if (method == "keySet" && arguments.empty()) {
        List& keys = *heap.make<List>(heap);
        for (const std::string_view name : names) keys.items.push_back(Value::string(name));
        return Value::list(keys);
    }
    if (method == "size" && arguments.empty()) {
        return Value::integer(static_cast<std::int64_t>(names.size()));
    }
    if (arguments.size() != 1 || !arguments[0].is_string()) return Value();
    const std::string_view name = arguments[0].as_string();
    if (method == "get") return object.member(name);
    if (method == "containsKey")
        return Value::boolean(std::ranges::find(names, name) != names.end());
    return Value();
}

Value text_or_null(std::string_view text) {
    return text.data() == nullptr ? Value() : Value::string(text);
}

/// `$context.identity` and the like: variables that share a prefix.
class Group final : public Object {
public:
    Group(Exchange& exchange, std::string_view prefix) : exchange_(exchange), prefix_(prefix) {}
    Value member(std::string_view name) override {
        std::string full(prefix_);
        full += '.';
        full += name;
        return text_or_null(context_value(exchange_, full));
    }
    bool set_member(std::string_view, Value) override { return false; }
    Result<Value> call(std::string_view name, std::span<const Value> arguments,
                       Heap& heap) override {
        Names names;
        if (prefix_ == "identity") names.assign(kIdentityNames.begin(), kIdentityNames.end());
        return call_map_method(*this, names, name, arguments, heap);
    }
    std::string_view text() override { return {}; }

private:
    Exchange& exchange_;
    std::string_view prefix_;
};

class RequestOverride final : public Object {
public:
    explicit RequestOverride(Overrides& overrides) : overrides_(overrides) {}
    Value member(std::string_view name) override {
        if (name == "path") return Value::map(overrides_.path);
        if (name == "header") return Value::map(overrides_.header);
        if (name == "querystring") return Value::map(overrides_.query_string);
        return {};
    }
    bool set_member(std::string_view, Value) override { return false; }
    Result<Value> call(std::string_view name, std::span<const Value> arguments,
                       Heap& heap) override {
        return call_map_method(*this, {"path", "header", "querystring"}, name, arguments, heap);
    }
    std::string_view text() override { return {}; }

private:
    Overrides& overrides_;
};

class ResponseOverride final : public Object {
public:
    explicit ResponseOverride(Overrides& overrides) : overrides_(overrides) {}
    Value member(std::string_view name) override {
        if (name == "header") return Value::map(overrides_.response_header);
        if (name == "status") return overrides_.response_status;
        return {};
    }
    bool set_member(std::string_view name, Value value) override {
        if (name != "status") return false;
        overrides_.response_status = value;
        return true;
    }
    Result<Value> call(std::string_view name, std::span<const Value> arguments,
                       Heap& heap) override {
        Names names{"header"};
        if (!overrides_.response_status.is_null()) names.push_back("status");
        return call_map_method(*this, names, name, arguments, heap);
    }
    std::string_view text() override { return {}; }

private:
    Overrides& overrides_;
};

}  // namespace

Value ContextObject::member(std::string_view name) {
    Heap& heap = transformation_.heap();
    if (name == "requestOverride") {
        return Value::object(*heap.make<RequestOverride>(transformation_.overrides()));
    }
    if (name == "responseOverride") {
        return Value::object(*heap.make<ResponseOverride>(transformation_.overrides()));
    }
    if (name == "identity" || name == "error") {
        return Value::object(*heap.make<Group>(exchange_, name == "error" ? "error" : "identity"));
    }
    return text_or_null(context_value(exchange_, name));
}

Result<Value> ContextObject::call(std::string_view name, std::span<const Value> arguments,
                                  Heap& heap) {
    return call_map_method(*this, Names(kContextNames.begin(), kContextNames.end()), name,
                           arguments, heap);
}

}  // namespace turnpike::transform
