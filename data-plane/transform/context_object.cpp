#include "data-plane/transform/context_object.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "data-plane/pipeline/context.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
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

Value text_or_null(std::string_view text) {
    return text.data() == nullptr ? Value() : Value::string(text);
}

/// `$context.identity`.
class Identity final : public ContextMap {
public:
    explicit Identity(Exchange& exchange) : exchange_(exchange) {}
    /// What has no value is an empty text, not null: templates that copy all members assign each
    /// to the same variable, and null would leave it what it was.
    Value member(std::string_view name) override {
        const auto value = text_or_null(context_value(exchange_, "identity." + std::string(name)));
        const bool is_listed = std::ranges::find(kIdentityNames, name) != kIdentityNames.end();
        return value.is_null() && is_listed ? Value::string("") : value;
    }

protected:
    Names names() const override {
        Names known(kIdentityNames.begin(), kIdentityNames.end());
        if (exchange_.identity.key) known.insert(known.end(), {"apiKey", "apiKeyId"});
        return known;
    }

private:
    Exchange& exchange_;
};

/// `$context.requestOverride.header` and the like.
class OverridesOfKind final : public ContextMap {
public:
    explicit OverridesOfKind(ParameterOverrides& overrides) : overrides_(overrides) {}
    Value member(std::string_view name) override {
        const Value* found = overrides_.values().find(name);
        return found == nullptr ? Value() : *found;
    }
    bool set_member(std::string_view name, Value value) override {
        overrides_.set(name, value);
        return true;
    }
    Result<Value> call(std::string_view name, std::span<const Value> arguments,
                       Heap& heap) override {
        if (arguments.size() == 1 && name == "putAll" && arguments[0].is_map()) {
            for (const auto& member : arguments[0].as_map().members()) {
                overrides_.set(member.name, member.value);
            }
            return Value();
        }
        if (arguments.size() == 1 && name == "remove" && arguments[0].is_string()) {
            const Value before = member(arguments[0].as_string());
            overrides_.erase(arguments[0].as_string());
            return before;
        }
        return ContextMap::call(name, arguments, heap);
    }

protected:
    Names names() const override {
        Names known;
        for (const auto& member : overrides_.values().members()) known.push_back(member.name);
        return known;
    }

private:
    ParameterOverrides& overrides_;
};

class RequestOverride final : public ContextMap {
public:
    RequestOverride(Overrides& overrides, Heap& heap) : overrides_(overrides), heap_(heap) {}
    Value member(std::string_view name) override {
        if (name == "path") return of(overrides_.path);
        if (name == "header") return of(overrides_.header);
        if (name == "querystring") return of(overrides_.query_string);
        return {};
    }

protected:
    Names names() const override { return {"path", "header", "querystring"}; }

private:
    Value of(ParameterOverrides& kind) const {
        return Value::object(*heap_.make<OverridesOfKind>(kind));
    }

    Overrides& overrides_;
    Heap& heap_;
};

class ResponseOverride final : public ContextMap {
public:
    ResponseOverride(Overrides& overrides, Heap& heap) : overrides_(overrides), heap_(heap) {}
    Value member(std::string_view name) override {
        if (name == "header") {
            return Value::object(*heap_.make<OverridesOfKind>(overrides_.response_header));
        }
        return name == "status" ? overrides_.response_status : Value();
    }
    bool set_member(std::string_view name, Value value) override {
        if (name != "status") return false;
        overrides_.set_status(value);
        return true;
    }

protected:
    Names names() const override {
        Names known{"header"};
        if (!overrides_.response_status.is_null()) known.push_back("status");
        return known;
    }

private:
    Overrides& overrides_;
    Heap& heap_;
};

}  // namespace

Value ContextObject::member(std::string_view name) {
    Heap& heap = transformation_.heap();
    if (name == "requestOverride") {
        return Value::object(*heap.make<RequestOverride>(transformation_.overrides(), heap));
    }
    if (name == "responseOverride") {
        return Value::object(*heap.make<ResponseOverride>(transformation_.overrides(), heap));
    }
    if (name == "identity") return Value::object(*heap.make<Identity>(exchange_));
    if (name == "requestTime") {  // written once, however often a template asks
        if (request_time_.empty()) request_time_ = context_value(exchange_, name);
        return Value::string(request_time_);
    }
    // The one number: templates calculate with it.
    if (name == "requestTimeEpoch") {
        return Value::integer(epoch_milliseconds(exchange_.request.received_date));
    }
    return text_or_null(context_value(exchange_, name));
}

ContextMap::Names ContextObject::names() const {
    Names known(kContextNames.begin(), kContextNames.end());
    if (exchange_.stage && exchange_.stage->has_canary()) known.push_back("isCanaryRequest");
    return known;
}

}  // namespace turnpike::transform
