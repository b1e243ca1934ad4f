#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/value.hpp"
#include "common/snapshot/decode.hpp"
#include "common/snapshot/deployment.hpp"

namespace turnpike::snapshot::test {

struct Route {
    std::string verb;
    std::string path;
};

/// A deployment document with a MOCK method for each route, its resources made as needed.
inline json::Value document_of(const std::vector<Route>& routes) {
    std::vector<std::pair<std::string, json::Value>> resources;  // path -> Resource
    const auto resource_at = [&](std::string_view path) -> json::Value& {
        for (auto& [known, resource] : resources) {
            if (known == path) return resource;
        }
        json::Value resource;
        resource["id"] = "r" + std::to_string(resources.size());
        resource["path"] = path;
        resources.emplace_back(std::string(path), std::move(resource));
        return resources.back().second;
    };
    resource_at("/");
    for (const Route& route : routes) {
        std::string parent = "/";
        std::size_t end = 0;
        while (route.path != "/" && end < route.path.size()) {
            const std::size_t start = end + 1;
            end = std::min(route.path.find('/', start), route.path.size());
            const std::string here = route.path.substr(0, end);
            const std::string parent_id(resource_at(parent).text("id"));
            json::Value& resource = resource_at(here);
            resource["parentId"] = parent_id;
            resource["pathPart"] = route.path.substr(start, end - start);
            parent = here;
        }
        json::Value& method = resource_at(route.path)["resourceMethods"][route.verb];
        method["httpMethod"] = route.verb;
        method["methodIntegration"]["type"] = "MOCK";
    }
    json::Value document;
    document["format"] = 1;
    document["restApi"]["id"] = "a1b2c3d4e5";
    document["restApi"]["name"] = "sample";
    json::Array list;
    for (auto& [path, resource] : resources) list.push_back(std::move(resource));
    document["resources"] = std::move(list);
    return document;
}

inline Result<std::shared_ptr<const CompiledDeployment>> compile_text(std::string_view text) {
    Result<model::Deployment> decoded = decode_deployment(text);
    if (!decoded) return decoded.error();
    return CompiledDeployment::compile(std::move(*decoded), "hash");
}

inline std::shared_ptr<const CompiledDeployment> deployment_of(const std::vector<Route>& routes) {
    return compile_text(json::write(document_of(routes))).value();
}

}  // namespace turnpike::snapshot::test
