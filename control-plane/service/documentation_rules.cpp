#include "common/base/text.hpp"
#include "control-plane/service/documentation_location.hpp"
#include "control-plane/service/documentation_part.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPropertiesBytesMax = std::size_t{64} * 1024;

}  // namespace

Result<json::Value> new_documentation_part(const json::Value& input) {
    const json::Value* location = input.find("location");
    json::Value given = given_location(location != nullptr ? *location : json::Value());
    auto complete = complete_location(given);
    if (!complete) return complete;
    const std::string_view properties = input.text("properties");
    if (auto checked = check_documentation_properties(properties); !checked) {
        return checked.error();
    }
    json::Value part = json::Object{
        {"location", *std::move(complete)}, {"given", given}, {"properties", properties}};
    if (const auto name = given.text("name"); !name.empty()) part["name"] = name;
    return part;
}

Result<void> check_documentation_properties(std::string_view properties) {
    if (trim(properties).empty()) {
        return invalid("Documentation part properties must be non-empty");
    }
    if (properties.size() > kPropertiesBytesMax) {
        return invalid("Documentation part properties must have at most 65536 bytes");
    }
    const auto content = json::parse(properties);
    if (content && content->is_object()) return {};
    return invalid("Documentation part properties must be a JSON object");
}

Result<void> check_documentation_quota(const Call& call, std::int64_t held, std::int64_t more) {
    if (held + more <= call.installation.documentation_parts_per_api_max) return {};
    return limit_exceeded("Maximum number of documentation parts for this API has been reached");
}

json::Value shown_documentation_part(const json::Value& stored) {
    const json::Value* given = stored.find("given");
    return json::Object{
        {"id", stored.text("id")},
        {"location", given != nullptr ? *given : json::Value(stored.object("location"))},
        {"properties", stored.text("properties")}};
}

}  // namespace turnpike::service
