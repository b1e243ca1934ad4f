#include "control-plane/openapi/variables.hpp"

#include <string>
#include <string_view>

namespace turnpike::openapi {
namespace {

constexpr std::string_view kOpening = "${AWS::";

struct Variable {
    std::string_view name;
    std::string_view value;
};

std::string replaced(std::string_view text, const ReadOptions& options) {
    const Variable variables[] = {{"${AWS::AccountId}", options.account_id},
                                  {"${AWS::Partition}", options.partition},
                                  {"${AWS::Region}", options.region}};
    std::string result;
    while (!text.empty()) {
        const std::size_t at = std::min(text.find(kOpening), text.size());
        result += text.substr(0, at);
        text.remove_prefix(at);
        if (text.empty()) break;
        std::string_view value = kOpening;
        std::size_t length = kOpening.size();
        for (const Variable& variable : variables) {
            if (!text.starts_with(variable.name)) continue;
            value = variable.value;
            length = variable.name.size();
        }
        result += value;
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace

void replace_variables(json::Value& document, const ReadOptions& options) {
    if (document.is_string()) {
        std::string& text = document.as_string();
        if (text.find(kOpening) != std::string::npos) text = replaced(text, options);
    } else if (document.is_array()) {
        for (json::Value& element : document.as_array()) replace_variables(element, options);
    } else if (document.is_object()) {
        for (auto& member : document.as_object()) replace_variables(member.second, options);
    }
}

}  // namespace turnpike::openapi
