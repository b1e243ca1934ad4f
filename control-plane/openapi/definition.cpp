#include "control-plane/openapi/definition.hpp"

namespace turnpike::openapi {
namespace {

Steps inside(Steps place, std::initializer_list<std::string_view> more) {
    for (const std::string_view step : more) place.emplace_back(step);
    return place;
}

}  // namespace

Steps MethodDefinition::response_place(std::string_view status_code) const {
    return inside(place, {"responses", status_code});
}

Steps MethodDefinition::integration_place() const {
    return inside(place, {"x-amazon-apigateway-integration"});
}

Steps MethodDefinition::integration_response_place(std::string_view selection_pattern) const {
    return inside(integration_place(),
                  {"responses", selection_pattern.empty() ? "default" : selection_pattern});
}

}  // namespace turnpike::openapi
