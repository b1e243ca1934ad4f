#include "control-plane/service/conventions.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/random.hpp"
#include "common/base/text.hpp"

namespace turnpike::service {

namespace {

constexpr std::int64_t kPageDefault = 25;
constexpr std::int64_t kPageMax = 500;
constexpr std::size_t kPartIdLength = 6;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Letters beyond ASCII are allowed too, as in the original.
bool is_tag_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || is_alphanumeric(c) ||
               std::string_view(" .:+=@_/-").find(c) != std::string_view::npos;
    });
}

}  // namespace

std::string management_arn(const Installation& installation, std::string_view path) {
    return "arn:" + installation.partition + ":apigateway:" + installation.region +
           "::" + std::string(path);
}

PageRequest page_request(const Call& call) {
    const std::int64_t limit = call.input.integer("limit").value_or(kPageDefault);
    return {std::clamp<std::int64_t>(limit, 1, kPageMax), std::string(call.input.text("position"))};
}

json::Value page_answer(Page page) {
    json::Value answer = json::Object{};
    answer["items"] = std::move(page.items);
    if (page.position) answer["position"] = *std::move(page.position);
    return answer;
}

Result<json::Value> import_answer(const Call& call, json::Array ids,
                                  const std::vector<std::string>& warnings) {
    if (call.input.flag("failOnWarnings") && !warnings.empty()) {
        return invalid("Warnings found during import:\n\t" + join(warnings, "\n\t"));
    }
    json::Value answer = json::Object{{"ids", std::move(ids)}};
    if (!warnings.empty()) answer["warnings"] = json::Array(warnings.begin(), warnings.end());
    return answer;
}

Error api_not_found(const Call& call, std::string_view api_id) {
    return not_found("Invalid API identifier specified " + call.installation.account_id + ":" +
                     std::string(api_id));
}

Result<json::Value> find_rest_api(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    auto document = transaction.find(Table::RestApis, {"", api_id});
    if (!document) return api_not_found(call, api_id);
    return *std::move(document);
}

std::string new_part_id(Transaction& transaction, Table table, const std::string& api_id) {
    std::string id = random_id(kPartIdLength);
    while (transaction.exists(table, {api_id, id})) id = random_id(kPartIdLength);
    return id;
}

Result<Page> list_of_rest_api(Transaction& transaction, const Call& call, Table table,
                              const Filter& filter) {
    Page page = transaction.list(table, call.input.text("restApiId"), page_request(call), filter);
    if (page.items.empty()) {
        if (const auto api = find_rest_api(transaction, call); !api) return api.error();
    }
    return page;
}

double shown_account_rate(const Installation& installation) {
    return std::isfinite(installation.account_rate_limit) ? installation.account_rate_limit : -1;
}

json::Value created_date(const Call& call) { return epoch_seconds(call.now); }

Result<void> check_tags(const json::Object& tags) {
    if (tags.size() > kTagsMax) {
        return invalid("Resource cannot have more than " + std::to_string(kTagsMax) + " tags");
    }
    for (const auto& [key, value] : tags) {
        if (key.empty() || character_count(key) > kTagKeyMax || !is_tag_text(key)) {
            return invalid("Invalid tag key: " + key);
        }
        if (equals_ignoring_case(std::string_view(key).substr(0, 4), "aws:")) {
            return invalid("Tag keys starting with 'aws:' are reserved for system use");
        }
        const std::string_view text = value.is_string() ? value.as_string() : std::string_view{};
        if (character_count(text) > kTagValueMax || !is_tag_text(text)) {
            return invalid("Invalid value of tag: " + key);
        }
    }
    return {};
}

json::Value with_tags(json::Value document) {
    if (document.find("tags") == nullptr) document["tags"] = json::Object{};
    return document;
}

json::Value without_empty_tags(json::Value document) {
    if (document.is_object() && document.object("tags").empty()) document.as_object().erase("tags");
    return document;
}

std::size_t character_count(std::string_view text) {
    // Every byte but those that continue a character.
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool is_word(std::string_view text, std::string_view others) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [others](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

Result<void> check_document_size(const json::Value& document, std::size_t bytes_max) {
    if (json::write(document).size() <= bytes_max) return {};
    return invalid("The resource exceeds the maximum size of " + std::to_string(bytes_max) +
                   " bytes.");
}

void copy_members(const json::Value& input, std::initializer_list<std::string_view> names,
                  json::Value& document) {
    for (const std::string_view name : names) {
        const json::Value* member = input.find(name);
        if (member != nullptr && !member->is_null()) document[name] = *member;
    }
}

}  // namespace turnpike::service
