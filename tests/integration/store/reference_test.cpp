#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {
namespace {

using service::Key;
using service::Table;
using service::Transaction;

TEST_CASE("plans are found by key and by stage") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        const auto stage = [](const std::string& api, const std::string& name) {
            return json::Value(
                json::Object{{"apiId", api}, {"stage", name}, {"throttle", json::Object{}}});
        };
        transaction.insert(Table::ApiKeys, {"", "k"}, named("k"));
        transaction.insert(
            Table::UsagePlans, {"", "p2"},
            json::Object{{"apiStages", json::Array{stage("a", "prod"), stage("b", "dev")}}});
        transaction.insert(Table::UsagePlans, {"", "p1"},
                           json::Object{{"apiStages", json::Array{stage("a", "prod")}}});
        transaction.insert(Table::UsagePlans, {"", "p3"}, named("no stages"));
        transaction.insert(Table::UsagePlanKeys, {"p3", "k"}, named("k"));
        transaction.insert(Table::UsagePlanKeys, {"p1", "k"}, named("k"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.plans_with_stage("a", "prod") == std::vector<std::string>{"p1", "p2"});
        CHECK(transaction.plans_with_stage("b", "dev") == std::vector<std::string>{"p2"});
        CHECK(transaction.plans_with_stage("a", "dev").empty());
        CHECK(transaction.plans_of_key("k") == std::vector<std::string>{"p1", "p3"});
        CHECK(transaction.plans_of_key("x").empty());
    });
}

TEST_CASE("domains are found by the API that they are mapped to") {
    TestDatabase test;
    const auto mapping = [](std::string_view api_id) {
        return json::Value(json::Object{{"restApiId", api_id}});
    };
    test.write([&](Transaction& transaction) {
        transaction.insert(Table::DomainNames, {"", "b.example"}, named("b.example"));
        transaction.insert(Table::DomainNames, {"", "a.example"}, named("a.example"));
        transaction.insert(Table::BasePathMappings, {"b.example", "one"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"b.example", "two"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"a.example", "(none)"}, mapping("api"));
        transaction.insert(Table::BasePathMappings, {"a.example", "x"}, mapping("other"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.domains_mapped_to("api") ==
              std::vector<std::string>{"a.example", "b.example"});
        CHECK(transaction.domains_mapped_to("none").empty());
    });
}

TEST_CASE("stages are found by the client certificate that they name") {
    TestDatabase test;
    const auto stage = [](std::string_view certificate_id) {
        return json::Value(json::Object{{"clientCertificateId", certificate_id}});
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "a");
        add_api(transaction, "b");
        transaction.insert(Table::Stages, {"b", "dev"}, stage("one"));
        transaction.insert(Table::Stages, {"a", "prod"}, stage("one"));
        transaction.insert(Table::Stages, {"a", "dev"}, stage("two"));
        transaction.insert(Table::Stages, {"a", "none"}, named("x"));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.stages_with_client_certificate("one", 10) ==
              std::vector<std::string>{"a/prod", "b/dev"});
        CHECK(transaction.stages_with_client_certificate("one", 1) ==
              std::vector<std::string>{"a/prod"});
        CHECK(transaction.stages_with_client_certificate("", 10).empty());
        CHECK(transaction.stages_with_client_certificate(std::string_view("\0", 1), 10).empty());
    });
}

TEST_CASE("deployed methods are found by the VPC link that they use") {
    TestDatabase test;
    const auto deployment = [](const json::Object& links) {
        return json::Value(json::Object{{"vpcLinks", links}});
    };
    const auto stage = [](std::string_view deployment_id, std::string_view canary_id) {
        json::Value made = json::Object{{"deploymentId", deployment_id}};
        if (!canary_id.empty()) made["canarySettings"]["deploymentId"] = canary_id;
        return made;
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "a");
        add_api(transaction, "b");
        transaction.insert(
            Table::Deployments, {"a", "d"},
            deployment({{"one", json::Array{"GET:r", "PUT:r"}}, {"two", json::Array{"ANY:s"}}}));
        transaction.insert(Table::Deployments, {"a", "e"}, named("x"));
        transaction.insert(Table::Deployments, {"b", "d"},
                           deployment({{"one", json::Array{"GET:t"}}}));
        transaction.insert(Table::Stages, {"a", "prod"}, stage("d", ""));
        transaction.insert(Table::Stages, {"a", "canary"}, stage("e", "d"));
        transaction.insert(Table::Stages, {"a", "both"}, stage("d", "d"));
        transaction.insert(Table::Stages, {"a", "other"}, stage("e", ""));
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.deployed_uses_of_vpc_link("one", 10) ==
              std::vector<std::string>{"a:GET:r:both", "a:GET:r:canary", "a:GET:r:prod",
                                       "a:PUT:r:both", "a:PUT:r:canary", "a:PUT:r:prod"});
        CHECK(transaction.deployed_uses_of_vpc_link("two", 2) ==
              std::vector<std::string>{"a:ANY:s:both", "a:ANY:s:canary"});
        CHECK(transaction.deployed_uses_of_vpc_link("three", 10).empty());
        CHECK(transaction.deployed_uses_of_vpc_link("a'b", 10).empty());
    });
}

TEST_CASE("two parts of a documentation cannot have one location") {
    TestDatabase test;
    const auto part = [](std::string_view type) {
        return json::Value(json::Object{{"location", json::Object{{"type", type}}}});
    };
    test.write([&](Transaction& transaction) {
        add_api(transaction, "api");
        CHECK(transaction.insert(Table::DocumentationParts, {"api", "1"}, part("API")));
        CHECK_FALSE(transaction.insert(Table::DocumentationParts, {"api", "2"}, part("API")));
        CHECK(transaction.insert(Table::DocumentationParts, {"api", "2"}, part("METHOD")));
        CHECK_FALSE(transaction.update(Table::DocumentationParts, {"api", "2"}, part("API")));
        CHECK(transaction.update(Table::DocumentationParts, {"api", "2"}, part("METHOD")));
    });
}

TEST_CASE("a key that two plans share is found, others are not") {
    TestDatabase test;
    test.write([](Transaction& transaction) {
        for (const std::string key : {"k1", "k2", "k3"}) {
            transaction.insert(Table::ApiKeys, {"", key}, named(key));
        }
        for (const std::string plan : {"p1", "p2", "p3"}) {
            transaction.insert(Table::UsagePlans, {"", plan}, named(plan));
        }
        for (const auto& [plan, key] : {Key{"p1", "k1"}, Key{"p1", "k2"}, Key{"p2", "k2"},
                                        Key{"p2", "k3"}, Key{"p3", "k1"}}) {
            transaction.insert(Table::UsagePlanKeys, {plan, key}, named(key));
        }
    });
    test.read([](Transaction& transaction) {
        CHECK(transaction.key_of_both_plans("p1", "p2") == "k2");
        CHECK(transaction.key_of_both_plans("p3", "p1") == "k1");
        CHECK_FALSE(transaction.key_of_both_plans("p2", "p3"));
        CHECK_FALSE(transaction.key_of_both_plans("p1", "absent"));
    });
}

}  // namespace
}  // namespace turnpike::store
