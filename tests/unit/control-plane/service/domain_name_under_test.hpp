#pragma once

#include <string>
#include <string_view>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

namespace turnpike::tests {

constexpr std::string_view kCertificateArn = "arn:aws:acm:us-east-1:000000000000:certificate/1b2c";
constexpr std::string_view kOtherCertificateArn =
    "arn:aws:acm:us-east-1:000000000000:certificate/3d4e";

inline Value merged(Value base, const Object& more) {
    for (const auto& [name, value] : more) base[name] = value;
    return base;
}
inline Value endpoint(std::string_view type) { return Object{{"types", Array{type}}}; }

/// An installation with short ways to make and change domain names.
class DomainNamesUnderTest : public InstallationUnderTest {
public:
    static Value edge(std::string_view name, const Object& more = {}) {
        return merged(Object{{"domainName", name}, {"certificateArn", kCertificateArn}}, more);
    }
    static Value regional(std::string_view name, const Object& more = {}) {
        return merged(Object{{"domainName", name},
                             {"regionalCertificateArn", kCertificateArn},
                             {"endpointConfiguration", endpoint("REGIONAL")}},
                      more);
    }
    static Value private_one(std::string_view name, const Object& more = {}) {
        return merged(Object{{"domainName", name},
                             {"certificateArn", kCertificateArn},
                             {"endpointConfiguration", endpoint("PRIVATE")}},
                      more);
    }
    Value create(const Value& input) { return call.ok("CreateDomainName", input); }
    std::string refused(const Value& input) { return call.refused("CreateDomainName", input); }
    Value get(std::string_view name, std::string_view id = {}) {
        return call.ok("GetDomainName", named(name, id));
    }
    static Value named(std::string_view name, std::string_view id = {}) {
        Value input = Object{{"domainName", name}};
        if (!id.empty()) input["domainNameId"] = id;
        return input;
    }
    Value patch(std::string_view name, Array operations) {
        return call.ok("UpdateDomainName",
                       merged(named(name), {{"patchOperations", std::move(operations)}}));
    }
    std::string refused_patch(std::string_view name, Array operations) {
        return call.refused("UpdateDomainName",
                            merged(named(name), {{"patchOperations", std::move(operations)}}));
    }
    std::optional<std::string> secret(const std::string& owner) {
        std::optional<std::string> held;
        static_cast<void>(
            call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
                held = transaction.secret(owner);
                return Result<Value>(Value());
            }));
        return held;
    }
};

}  // namespace turnpike::tests
