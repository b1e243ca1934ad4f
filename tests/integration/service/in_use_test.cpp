#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/service/bindings.hpp"
#include "tests/integration/store/fixture.hpp"

// What is in use stays, and what is used exists, also when two operations meet.

namespace turnpike::store {
namespace {

using json::Array;
using json::Object;
using json::Value;
using service::Binding;

class InUse {
public:
    Result<Value> operator()(std::string_view operation, const Value& input) {
        const std::array<std::span<const Binding>, 9> tables{service::rest_api_bindings(),
                                                             service::method_bindings(),
                                                             service::integration_bindings(),
                                                             service::deployment_bindings(),
                                                             service::stage_bindings(),
                                                             service::client_certificate_bindings(),
                                                             service::vpc_link_bindings(),
                                                             service::domain_name_bindings(),
                                                             service::base_path_mapping_bindings()};
        for (const auto& table : tables) {
            for (const Binding& binding : table) {
                if (binding.operation != operation) continue;
                const service::Call call{input, settings_, WallTime{Seconds{1'774'818'307}}, {}};
                return test.database.store().run(binding.access,
                                                 [&](service::Transaction& transaction) {
                                                     return binding.handler(transaction, call);
                                                 });
            }
        }
        return internal_error("no binding for " + std::string(operation));
    }
    Value ok(std::string_view operation, const Value& input) {
        auto answer = (*this)(operation, input);
        if (!answer) FAIL(operation << ": " << answer.error().message << answer.error().detail);
        return *std::move(answer);
    }
    /// With GET /, deployed to "dev"; through the link if one is given.
    std::string deployed_api(std::string_view vpc_link = {}) {
        const Value made = ok("CreateRestApi", Object{{"name", "pets"}});
        Value method = Object{{"restApiId", made.text("id")},
                              {"resourceId", made.text("rootResourceId")},
                              {"httpMethod", "GET"},
                              {"authorizationType", "NONE"}};
        ok("PutMethod", method);
        method["type"] = "MOCK";
        if (!vpc_link.empty()) {
            method["type"] = "HTTP";
            method["integrationHttpMethod"] = "GET";
            method["uri"] = "http://internal.example";
            method["connectionType"] = "VPC_LINK";
            method["connectionId"] = vpc_link;
        }
        ok("PutIntegration", method);
        ok("CreateDeployment", Object{{"restApiId", made.text("id")}, {"stageName", "dev"}});
        return std::string(made.text("id"));
    }

    TestDatabase test;

private:
    service::Installation settings_;
};

void at_once(const std::vector<std::function<void()>>& works) {
    std::vector<std::thread> threads;
    for (const auto& work : works) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
}

Value using_certificate(std::string_view api, std::string_view id) {
    return Object{
        {"restApiId", api},
        {"stageName", "dev"},
        {"patchOperations",
         Array{Object{{"op", "replace"}, {"path", "/clientCertificateId"}, {"value", id}}}}};
}

TEST_CASE("a VPC link that a deployed method uses stays, with the text that names it") {
    InUse call;
    const std::string link(
        call.ok("CreateVpcLink", Object{{"name", "l"}, {"targetArns", Array{"arn:a:b:c:d:e"}}})
            .text("id"));
    const std::string api = call.deployed_api(link);
    const auto refused = call("DeleteVpcLink", Object{{"vpcLinkId", link}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("Cannot delete vpc link. Vpc link '" + link +
                                              "', is referenced in [" + api + ":GET:"));
    call.ok("DeleteRestApi", Object{{"restApiId", api}});
    call.ok("DeleteVpcLink", Object{{"vpcLinkId", link}});
}

TEST_CASE("private keys of certificates are sealed and go with them") {
    InUse call;
    const Value made = call.ok("GenerateClientCertificate", Object{});
    CHECK(call.test.server.query("SELECT count(*) FROM secrets") == "1");
    CHECK(call.test.server.query("SELECT count(*) FROM secrets WHERE "
                                 "position('PRIVATE KEY' in encode(sealed, 'escape')) > 0") == "0");
    call.ok("DeleteClientCertificate",
            Object{{"clientCertificateId", made.text("clientCertificateId")}});
    CHECK(call.test.server.query("SELECT count(*) FROM secrets") == "0");
}

TEST_CASE("no stage keeps a certificate that is deleted while it takes it") {
    InUse call;
    const std::string api = call.deployed_api();
    for (int round = 0; round < 5; ++round) {
        const Value made = call.ok("GenerateClientCertificate", Object{});
        const std::string id(made.text("clientCertificateId"));
        const Value named = Object{{"clientCertificateId", id}};
        at_once({[&] { static_cast<void>(call("UpdateStage", using_certificate(api, id))); },
                 [&] { static_cast<void>(call("DeleteClientCertificate", named)); }});
        const Value stage = call.ok("GetStage", Object{{"restApiId", api}, {"stageName", "dev"}});
        const bool is_used = stage.text("clientCertificateId") == id;
        CHECK(is_used == call("GetClientCertificate", named).has_value());
        call.ok("UpdateStage", using_certificate(api, ""));
    }
}

TEST_CASE("no mapping leads to an API that is deleted while it is made") {
    InUse call;
    call.ok("CreateDomainName", Object{{"domainName", "a.example"}});
    for (int round = 0; round < 5; ++round) {
        const std::string api = call.deployed_api();
        const Value mapping = Object{{"domainName", "a.example"}, {"restApiId", api}};
        at_once({[&] { static_cast<void>(call("CreateBasePathMapping", mapping)); },
                 [&] {
                     static_cast<void>(call("DeleteRestApi", Object{{"restApiId", api}}));
                 }});
        const bool is_mapped =
            call("GetBasePathMapping", Object{{"domainName", "a.example"}, {"basePath", "(none)"}})
                .has_value();
        CHECK(is_mapped == call("GetRestApi", Object{{"restApiId", api}}).has_value());
        static_cast<void>(call("DeleteBasePathMapping",
                               Object{{"domainName", "a.example"}, {"basePath", "(none)"}}));
    }
}

TEST_CASE("of many that take one name one has it") {
    InUse call;
    std::vector<std::function<void()>> works;
    std::array<int, 4> made{};
    for (int& one : made) {
        works.emplace_back([&call, &one] {
            if (call("CreateDomainName", Object{{"domainName", "a.example"}})) one = 1;
        });
    }
    at_once(works);
    CHECK(made[0] + made[1] + made[2] + made[3] == 1);
}

TEST_CASE("a domain name goes with its mappings") {
    InUse call;
    const std::string api = call.deployed_api();
    call.ok("CreateDomainName", Object{{"domainName", "a.example"}});
    call.ok("CreateBasePathMapping", Object{{"domainName", "a.example"}, {"restApiId", api}});
    call.ok("DeleteDomainName", Object{{"domainName", "a.example"}});
    CHECK(call.test.server.query("SELECT count(*) FROM base_path_mappings") == "0");
    call.ok("DeleteRestApi", Object{{"restApiId", api}});
}

}  // namespace
}  // namespace turnpike::store
