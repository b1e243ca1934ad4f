#include "control-plane/service/resource_policy.hpp"

#include "common/json/value.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPolicyCharactersMax = 8192;
constexpr std::string_view kShortForm = "execute-api:/";

Error malformed_policy() {
    return invalid(
        "Invalid policy document. Please check the policy syntax and ensure that Principals are "
        "valid.");
}

void expand(json::Value& resource, const std::string& arn_prefix) {
    if (resource.is_array()) {
        for (json::Value& item : resource.as_array()) expand(item, arn_prefix);
    } else if (resource.is_string() && resource.as_string().starts_with(kShortForm)) {
        resource = arn_prefix + resource.as_string().substr(kShortForm.size());
    }
}

bool is_statement(const json::Value& statement) {
    const std::string_view effect = statement.text("Effect");
    return effect == "Allow" || effect == "Deny";
}

Result<void> expand_statement(json::Value& statement, const std::string& arn_prefix) {
    if (!is_statement(statement)) return malformed_policy();
    for (const std::string_view member : {"Resource", "NotResource"}) {
        if (json::Value* resource = statement.as_object().find(member))
            expand(*resource, arn_prefix);
    }
    return {};
}

/// The short form of a resource starts with the prefix afterwards.
Result<std::string> expanded_policy(std::string_view text, const std::string& arn_prefix) {
    if (character_count(text) > kPolicyCharactersMax) return malformed_policy();
    Result<json::Value> policy = json::parse(text);
    if (!policy || !policy->is_object()) return malformed_policy();
    json::Value* statements = policy->as_object().find("Statement");
    if (statements == nullptr) return malformed_policy();
    if (statements->is_array()) {
        for (json::Value& statement : statements->as_array()) {
            if (auto expanded = expand_statement(statement, arn_prefix); !expanded) {
                return expanded.error();
            }
        }
    } else if (auto expanded = expand_statement(*statements, arn_prefix); !expanded) {
        return expanded.error();
    }
    return json::write(*policy);
}

}  // namespace

std::string execute_arn_prefix(const Installation& installation, std::string_view api_id) {
    return "arn:" + installation.partition + ":execute-api:" + installation.region + ":" +
           installation.account_id + ":" + std::string(api_id) + "/";
}

Result<std::string> normalised_policy(std::string_view text, std::string_view api_id,
                                      const Installation& installation) {
    return expanded_policy(text, execute_arn_prefix(installation, api_id));
}

Result<std::string> compact_policy(std::string_view text) {
    return expanded_policy(text, std::string(kShortForm));
}

std::string policy_as_answered(std::string_view policy) {
    const std::string quoted = json::quote(policy);
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace turnpike::service
