#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "control-plane/openapi/export.hpp"

namespace turnpike::tests {

inline json::Value parsed(std::string_view text) {
    auto value = json::parse(text);
    REQUIRE_MESSAGE(value, text);
    return *std::move(value);
}

/// A deployment of one API, put together by the tests, and its export.
class ExportFixture {
public:
    ExportFixture() {
        request.deployment = parsed(
            R"({"format":1,"restApi":{"id":"a1b2c3d4e5","name":"pets","createdDate":1700000000},
                "resources":[],"models":[],"authorizers":[],"requestValidators":[],
                "gatewayResponses":[]})");
        request.stage_name = "test";
        request.host = "a1b2c3d4e5.execute-api.us-east-1.localhost";
        request.region = "us-east-1";
    }

    /// A method of a new resource; `method` is the contract's.
    void add_method(std::string_view path, std::string_view verb, std::string_view method) {
        json::Value resource = json::Object{{"id", "r1"}, {"path", path}};
        resource["resourceMethods"][verb] = parsed(method);
        request.deployment["resources"].as_array().push_back(std::move(resource));
    }
    void add(std::string_view list, std::string_view item) {
        request.deployment[list].as_array().push_back(parsed(item));
    }
    void set_api(std::string_view member, json::Value value) {
        request.deployment["restApi"][member] = std::move(value);
    }
    /// `location`: the contract's; `content`: the properties as JSON.
    void document(std::string_view location, std::string_view content) {
        if (!request.documentation) {
            request.documentation =
                openapi::ExportDocumentation{"1.0.3", WallTime{Seconds{1'700'000'100}}, {}};
        }
        request.documentation->parts.push_back(
            json::Object{{"location", parsed(location)}, {"properties", content}});
    }

    json::Value swagger() { return exported(openapi::ExportType::Swagger); }
    json::Value oas30() { return exported(openapi::ExportType::Oas30); }
    std::string refusal() {
        const auto document = openapi::export_api(request);
        REQUIRE_FALSE(document);
        CHECK(document.error().kind == Error::Kind::Invalid);
        return document.error().message;
    }

    openapi::ExportRequest request;

private:
    json::Value exported(openapi::ExportType type) {
        request.type = type;
        auto document = openapi::export_api(request);
        REQUIRE_MESSAGE(document, document.error().message);
        return *std::move(document);
    }
};

/// The value at a path of member names, as text; "absent" if there is none.
inline std::string at(const json::Value& value, std::initializer_list<std::string_view> path) {
    const json::Value* place = &value;
    for (const std::string_view name : path) {
        place = place->find(name);
        if (place == nullptr) return "absent";
    }
    return json::write(*place);
}

}  // namespace turnpike::tests
