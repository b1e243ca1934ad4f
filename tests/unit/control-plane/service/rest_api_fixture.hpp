#pragma once

#include <doctest/doctest.h>

#include <string>

#include "control-plane/service/bindings.hpp"
#include "tests/support/memory_store.hpp"

namespace turnpike::tests {

/// An empty API in a store of its own, and short ways to say what its operations take.
class RestApiFixture {
public:
    RestApiFixture() {
        const json::Value created = call.ok("CreateRestApi", json::Object{{"name", "pets"}});
        api = created.text("id");
        root = created.text("rootResourceId");
    }

    /// A document of tests in its written form.
    static json::Value parse(std::string_view text) {
        auto parsed = json::parse(text);
        REQUIRE(parsed);
        return *std::move(parsed);
    }
    static json::Value merged(json::Value base, const json::Value& more) {
        for (const auto& [name, value] : more.as_object()) base[name] = value;
        return base;
    }

    json::Value in_api(std::string_view more = "{}") const {
        return merged(json::Object{{"restApiId", api}}, parse(more));
    }
    json::Value in_resource(std::string_view resource, std::string_view more = "{}") const {
        return merged(json::Object{{"restApiId", api}, {"resourceId", resource}}, parse(more));
    }
    /// Of the method GET of the root.
    json::Value in_method(std::string_view more = "{}") const {
        return merged(in_resource(root, R"({"httpMethod":"GET"})"), parse(more));
    }
    json::Value in_response(std::string_view status, std::string_view more = "{}") const {
        return merged(merged(in_method(), json::Object{{"statusCode", status}}), parse(more));
    }

    std::string add_resource(std::string_view path_part, std::string_view parent = {}) {
        const json::Value made =
            call.ok("CreateResource",
                    json::Object{{"restApiId", api},
                                 {"parentId", parent.empty() ? root : std::string(parent)},
                                 {"pathPart", path_part}});
        return std::string(made.text("id"));
    }
    std::string refuse_resource(std::string_view path_part, std::string_view parent = {}) {
        return call.refused("CreateResource",
                            json::Object{{"restApiId", api},
                                         {"parentId", parent.empty() ? root : std::string(parent)},
                                         {"pathPart", path_part}});
    }
    void add_method(std::string_view more = R"({"authorizationType":"NONE"})") {
        call.ok("PutMethod", in_method(more));
    }
    void add_mock() {
        add_method();
        call.ok("PutIntegration", in_method(R"({"type":"MOCK"})"));
    }

    /// One patch operation as the input's list.
    static json::Value patch(std::string_view operations) {
        return json::Object{{"patchOperations", parse(operations)}};
    }

    Caller call{{service::rest_api_bindings(), service::resource_bindings(),
                 service::method_bindings(), service::method_response_bindings(),
                 service::integration_bindings(), service::integration_response_bindings(),
                 service::authorizer_bindings(), service::request_validator_bindings(),
                 service::model_bindings(), service::gateway_response_bindings()}};
    std::string api;
    std::string root;
};

}  // namespace turnpike::tests
