#include <algorithm>
#include <array>
#include <span>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

struct Property {
    std::string_view name;
    std::string_view friendly_name;
    std::string_view description;
    bool is_required = false;
    std::string_view default_value = {};
    std::string_view other_name = {};  ///< Taken as well.
};

struct SdkType {
    std::string_view id;
    std::string_view friendly_name;
    std::string_view description;
    std::span<const Property> properties;
};

constexpr std::array kAndroid{
    Property{"groupId", "Group ID", "Maven group of the library.", true},
    Property{"invokerPackage", "Invoker package", "Package of the client's classes.", true},
    Property{"artifactId", "Artifact ID", "Maven artifact of the library.", true},
    Property{"artifactVersion", "Artifact version", "Version of the library.", true},
};
constexpr std::array kApple{
    Property{"classPrefix", "Prefix", "Start of the names of all classes.", true},
};
constexpr std::array kJava{
    Property{"service.name",
             "Service name",
             "Name of the client's main class.",
             true,
             {},
             "serviceName"},
    Property{"java.package-name",
             "Java package name",
             "Package of the client's classes.",
             true,
             {},
             "javaPackageName"},
    Property{"java.build-system", "Java build system", "maven or gradle.", false, "maven"},
    Property{"java.group-id", "Java group ID", "Group of the library; the package unless given."},
    Property{"java.artifact-id", "Java artifact ID",
             "Artifact of the library; the service's name unless given."},
    Property{"java.artifact-version", "Java artifact version", "Version of the library.", false,
             "1.0-SNAPSHOT"},
    Property{"java.license-text", "Source code license text",
             "Put at the start of each source file."},
};
constexpr std::array kRuby{
    Property{"service.name", "Service name", "Name of the client's module.", true},
    Property{"ruby.gem-name", "Ruby gem name",
             "Name of the gem; the service's name in lower case and -sdk unless given."},
    Property{"ruby.gem-version", "Ruby gem version", "Version of the gem.", false, "1.0.0"},
};
constexpr std::array<SdkType, 6> kTypes{{
    {"java", "Java", "A client in Java.", kJava},
    {"javascript", "JavaScript", "A client in JavaScript for browsers.", {}},
    {"android", "Android", "A client in Java for Android.", kAndroid},
    {"objectivec", "iOS (Objective-C)", "A client in Objective-C for iOS.", kApple},
    {"swift", "iOS (Swift)", "A client in Swift for iOS.", kApple},
    {"ruby", "Ruby", "A client in Ruby.", kRuby},
}};

json::Value shown(const SdkType& type) {
    json::Array properties;
    for (const Property& property : type.properties) {
        json::Value& entry = properties.emplace_back(json::Object{
            {"name", property.name},
            {"friendlyName", property.friendly_name},
            {"description", property.description},
            {"required", property.is_required},
        });
        if (!property.default_value.empty()) entry["defaultValue"] = property.default_value;
    }
    json::Value document = json::Object{
        {"id", type.id}, {"friendlyName", type.friendly_name}, {"description", type.description}};
    if (!properties.empty()) document["configurationProperties"] = std::move(properties);
    return document;
}

Result<const SdkType*> find_type(std::string_view id) {
    const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                           [id](const SdkType& type) { return type.id == id; });
    if (found == kTypes.end()) return not_found("Invalid SDK Type identifier specified");
    return found;
}

Result<json::Value> get_sdk_type(Transaction&, const Call& call) {
    const auto type = find_type(call.input.text("id"));
    if (!type) return type.error();
    return shown(**type);
}

/// A position is the last id of the page before.
Result<json::Value> get_sdk_types(Transaction&, const Call& call) {
    const PageRequest request = page_request(call);
    const auto* next = kTypes.begin();
    if (!request.position.empty()) {
        const auto last = find_type(request.position);
        if (!last) return invalid("Invalid position parameter");
        next = *last + 1;
    }
    Page page;
    for (; next != kTypes.end() && std::ssize(page.items) < request.limit; ++next) {
        page.items.push_back(shown(*next));
    }
    if (next != kTypes.end()) page.position = std::prev(next)->id;
    return page_answer(std::move(page));
}

Result<void> check_parameters(const SdkType& type, const json::Value& given) {
    for (const Property& property : type.properties) {
        if (!property.is_required || !given.text(property.name).empty()) continue;
        if (!property.other_name.empty() && !given.text(property.other_name).empty()) continue;
        return invalid("Missing required parameter: " + std::string(property.name));
    }
    return {};
}

/// Clients are not generated yet; what is wrong with the call is told all the same.
Result<json::Value> get_sdk(Transaction& transaction, const Call& call) {
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    const auto stage =
        find_stage(transaction, call.input.text("restApiId"), call.input.text("stageName"));
    if (!stage) return stage;
    const auto type = find_type(call.input.text("sdkType"));
    if (!type) return type.error();
    const json::Value* given = call.input.find("parameters");
    if (auto checked = check_parameters(**type, given == nullptr ? json::Value() : *given);
        !checked) {
        return checked.error();
    }
    return invalid("GetSdk is not available in this version of Turnpike: it makes no SDKs yet");
}

constexpr std::array kBindings{
    Binding{"GetSdkType", get_sdk_type, Access::ReadRow},
    Binding{"GetSdkTypes", get_sdk_types, Access::ReadRow},
    Binding{"GetSdk", get_sdk, Access::Read},
};

}  // namespace

std::span<const Binding> sdk_type_bindings() { return kBindings; }

}  // namespace turnpike::service
