#pragma once

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/service/bindings.hpp"
#include "tests/integration/store/fixture.hpp"

namespace turnpike::store {

/// The rules on the real database, called by name.
struct Installation {
    Result<json::Value> operator()(std::string_view operation, const json::Value& input) {
        const std::array<std::span<const service::Binding>, 16> tables{
            service::rest_api_bindings(),        service::resource_bindings(),
            service::method_bindings(),          service::integration_bindings(),
            service::deployment_bindings(),      service::stage_bindings(),
            service::api_key_bindings(),         service::usage_plan_bindings(),
            service::usage_plan_key_bindings(),  service::tag_bindings(),
            service::authorizer_bindings(),      service::request_validator_bindings(),
            service::model_bindings(),           service::gateway_response_bindings(),
            service::method_response_bindings(), service::explain_bindings()};
        for (const auto& table : tables) {
            for (const service::Binding& binding : table) {
                if (binding.operation != operation) continue;
                const service::Call call{input, settings, WallTime{Seconds{1'774'818'307}}, {}};
                return test.database.store().run(binding.access,
                                                 [&](service::Transaction& transaction) {
                                                     return binding.handler(transaction, call);
                                                 });
            }
        }
        return internal_error("no binding for " + std::string(operation));
    }
    json::Value ok(std::string_view operation, const json::Value& input) {
        auto answer = (*this)(operation, input);
        if (!answer) FAIL(operation << ": " << answer.error().message << answer.error().detail);
        return *std::move(answer);
    }
    /// An API with GET / and a deployment to each of the stages.
    std::string deployed_api(const std::vector<std::string>& stages) {
        const json::Value made = ok("CreateRestApi", json::Object{{"name", "pets"}});
        const std::string api(made.text("id"));
        json::Value method = json::Object{{"restApiId", api},
                                          {"resourceId", made.text("rootResourceId")},
                                          {"httpMethod", "GET"},
                                          {"authorizationType", "NONE"}};
        ok("PutMethod", method);
        method["type"] = "MOCK";
        ok("PutIntegration", method);
        for (const std::string& stage : stages) {
            ok("CreateDeployment", json::Object{{"restApiId", api}, {"stageName", stage}});
        }
        return api;
    }
    std::string plan(const std::string& api, const std::string& stage) {
        const json::Value input = json::Object{
            {"name", "p"},
            {"apiStages", json::Array{json::Object{{"apiId", api}, {"stage", stage}}}}};
        return std::string(ok("CreateUsagePlan", input).text("id"));
    }
    std::string key(const std::string& name) {
        return std::string(
            ok("CreateApiKey", json::Object{{"name", name}, {"enabled", true}}).text("id"));
    }

    TestDatabase test;
    service::Installation settings;
};

inline void at_once(const std::vector<std::function<void()>>& works) {
    std::vector<std::thread> threads;
    for (const auto& work : works) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
}

}  // namespace turnpike::store
