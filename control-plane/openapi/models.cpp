#include "control-plane/openapi/models.hpp"

#include <algorithm>

#include "common/crypto/digest.hpp"
#include "control-plane/openapi/schema.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::size_t kHashDigitsMin = 12;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string stripped(std::string_view name) {
    std::string left;
    std::copy_if(name.begin(), name.end(), std::back_inserter(left), is_letter_or_digit);
    return left;
}

/// The name in "https://.../restapis/{id}/models/{name}", of any host.
std::string_view name_in_model_url(std::string_view reference) {
    constexpr std::string_view kModels = "/models/";
    if (!reference.starts_with("https://") && !reference.starts_with("http://")) return {};
    if (reference.find("/restapis/") == std::string_view::npos) return {};
    const std::size_t at = reference.find(kModels);
    if (at == std::string_view::npos) return {};
    const std::string_view name = reference.substr(at + kModels.size());
    return std::all_of(name.begin(), name.end(), is_letter_or_digit) ? name : std::string_view{};
}

}  // namespace

void Models::declare(const Node& definitions) {
    // Names that can stay do, so that another that becomes the same by stripping has to give way.
    for (const auto& [name, schema] : definitions.members()) {
        if (!name.empty() && stripped(name) == name) {
            names_.insert(name);
            by_schema_.emplace(&schema, name);
        }
    }
    for (const auto& member : definitions.members()) {
        if (by_schema_.contains(&member.second)) continue;
        const std::string name = stripped(member.first);
        by_schema_.emplace(&member.second, name.empty()
                                               ? generated_name(member.first)
                                               : unique_name(name, definitions.member(member)));
    }
}

std::string Models::unique_name(const std::string& wanted, const Node& where) {
    if (names_.insert(wanted).second) return wanted;
    // By the name in the document, so that the order of members does not matter.
    const std::string name = wanted + crypto::sha256_hex(where.name).substr(0, kHashDigitsMin);
    diagnostics_.warn(where, "The model is called " + name + ": " + wanted + " is taken");
    names_.insert(name);
    return name;
}

std::string Models::generated_name(std::string_view text) {
    const std::string digits = crypto::sha256_hex(text);
    for (std::size_t length = kHashDigitsMin; length < digits.size(); ++length) {
        std::string name = "MODEL" + digits.substr(0, length);
        if (names_.insert(name).second) return name;
    }
    return "MODEL" + digits;
}

std::string Models::name_of(const Node& where) {
    const auto known = by_schema_.find(where.value);
    if (known != by_schema_.end()) return known->second;
    const std::string text = json::write(*where.value);
    if (!budget_.spend(text.size())) return {};
    std::string& name = generated_by_hash_[crypto::sha256_hex(text)];
    const bool is_new = name.empty();
    if (is_new) name = generated_name(text);
    const std::string found = by_schema_.emplace(where.value, name).first->second;
    if (is_new && where.parent == nullptr) {
        // Later: references may lead from one to the next without end.
        referred_.push_back({where.value, where.name, found});
    } else if (is_new) {
        add(where, found, generated_);
    }
    return found;
}

std::optional<std::string> Models::name_for(const Node& schema) {
    if (budget_.is_spent()) return std::nullopt;
    const std::string_view reference = reference_of(*schema.value);
    if (reference.empty()) return name_of(schema);
    if (const std::string_view name = name_in_model_url(reference); !name.empty()) {
        return std::string(name);
    }
    const json::Value* const target = references_.target(reference);
    if (target == nullptr) {
        diagnostics_.missing(schema, reference);
        return std::nullopt;
    }
    return name_of(Node{target, nullptr, reference, 0});
}

std::string Models::url_of(const Node& schema) {
    const auto name = name_for(schema);
    return name ? options_.url_prefix + *name : std::string{};
}

void Models::add(const Node& schema, const std::string& name, std::vector<json::Value>& models) {
    const ModelUrl model_url = [this](const Node& node) { return url_of(node); };
    json::Value document = json::Object{{"name", name}, {"contentType", "application/json"}};
    if (const std::string_view description = schema.text("description"); !description.empty()) {
        document["description"] = description;
    }
    std::string text = json::write(draft4_schema(schema, options_.is_3_1, model_url, diagnostics_));
    if (!budget_.spend(text.size())) return;
    document["schema"] = std::move(text);
    documentation_.describe(schema, {.type = "MODEL", .name = name});
    models.push_back(std::move(document));
}

std::vector<json::Value> Models::take(const Node& definitions) {
    std::vector<json::Value> models;
    for (const auto& member : definitions.members()) {
        if (budget_.is_spent()) return models;
        add(definitions.member(member), by_schema_.at(&member.second), models);
    }
    for (std::size_t at = 0; at < referred_.size() && !budget_.is_spent(); ++at) {
        const Referred next = referred_[at];
        add(Node{next.schema, nullptr, next.reference, 0}, next.name, generated_);
    }
    std::move(generated_.begin(), generated_.end(), std::back_inserter(models));
    generated_.clear();
    return models;
}

}  // namespace turnpike::openapi
