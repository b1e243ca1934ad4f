#include "common/schema/documents.hpp"

#include <array>
#include <vector>

#include "common/dynamic/text.hpp"
#include "common/http/uri.hpp"
#include "common/schema/limits.hpp"
#include "common/schema/uri_reference.hpp"

namespace turnpike::schema {
namespace {

/// Keywords that hold a schema or a list of them, and schemas by name.
constexpr std::array<std::string_view, 7> kSchemas{
    "additionalItems", "additionalProperties", "allOf", "anyOf", "items", "not", "oneOf"};
constexpr std::array<std::string_view, 4> kSchemaMaps{"definitions", "dependencies",
                                                      "patternProperties", "properties"};

std::string unescaped(std::string_view token) {
    std::string name;
    for (std::size_t at = 0; at < token.size(); ++at) {
        if (token[at] == '~' && at + 1 < token.size() &&
            (token[at + 1] == '0' || token[at + 1] == '1')) {
            name += token[++at] == '0' ? '~' : '/';
        } else {
            name += token[at];
        }
    }
    return name;
}

/// One step of a JSON pointer. Returns: false if it leads nowhere.
bool step_down(Place& place, const std::string& token) {
    std::string base = base_within(place);
    if (place.value.is_map()) {
        const dynamic::Value* member = place.value.as_map().find(token);
        if (member == nullptr) return false;
        place.value = *member;
    } else if (place.value.is_list()) {
        const auto& items = place.value.as_list().items;
        const auto index = parse_integer(token);
        const bool is_plain = token == "0" || (!token.starts_with('0') && !token.starts_with('+'));
        if (!index || !is_plain || *index < 0) return false;
        if (static_cast<std::size_t>(*index) >= items.size()) return false;
        place.value = items[static_cast<std::size_t>(*index)];
    } else {
        return false;
    }
    place.base = std::move(base);
    place.pointer = pointer_below(place.pointer, token);
    return true;
}

void add_below(const Place& place, std::vector<Place>& waiting) {
    if (!place.value.is_map()) return;
    const std::string base = base_within(place);
    const auto add_all = [&](const dynamic::Value& value, const std::string& pointer) {
        if (value.is_map()) waiting.push_back({value, base, pointer});
        if (!value.is_list()) return;
        for (std::size_t at = 0; at < value.as_list().items.size(); ++at) {
            waiting.push_back(
                {value.as_list().items[at], base, pointer_below(pointer, std::to_string(at))});
        }
    };
    for (const dynamic::Map::Member& member : place.value.as_map().members()) {
        const auto is_one_of = [&member](const auto& names) {
            return std::find(names.begin(), names.end(), member.name) != names.end();
        };
        const std::string pointer = pointer_below(place.pointer, member.name);
        if (is_one_of(kSchemas)) add_all(member.value, pointer);
        if (!is_one_of(kSchemaMaps) || !member.value.is_map()) continue;
        for (const dynamic::Map::Member& named : member.value.as_map().members()) {
            if (named.value.is_map()) add_all(named.value, pointer_below(pointer, named.name));
        }
    }
}

}  // namespace

std::string_view text_member(const dynamic::Value& value, std::string_view name) {
    if (!value.is_map()) return {};
    const dynamic::Value* member = value.as_map().find(name);
    return member != nullptr && member->is_string() ? member->as_string() : std::string_view{};
}

std::string pointer_below(std::string_view pointer, std::string_view name) {
    constexpr std::string_view kCut = "/...";
    if (pointer.ends_with(kCut)) return std::string(pointer);
    if (pointer.size() + name.size() > limits::kPointerBytesMax) {
        return std::string(pointer) + std::string(kCut);
    }
    std::string below = std::string(pointer) + "/";
    for (const char c : name) {
        if (c == '~') {
            below += "~0";
        } else if (c == '/') {
            below += "~1";
        } else {
            below += c;
        }
    }
    return below;
}

namespace {

/// The address that an "id" gives to a schema; empty if it gives none.
std::string own_uri(const Place& place) {
    const std::string_view id = text_member(place.value, "id");
    if (id.empty() || id.size() > limits::kUriBytesMax) return {};
    if (!text_member(place.value, "$ref").empty()) return {};
    std::string uri = resolve_reference(place.base, id);
    if (uri.size() > limits::kUriBytesMax) return {};
    return uri;
}

}  // namespace

std::string base_within(const Place& place) {
    const std::string uri = own_uri(place);
    if (uri.empty()) return place.base;
    return std::string(split_fragment(uri).document);
}

Result<Place> Documents::read(std::string_view text, std::string_view uri) {
    const auto value = dynamic::parse_json(text, heap_);
    if (!value) return value.error();
    const std::string_view document = split_fragment(uri).document;
    Place place{*value, std::string(document), std::string(document) + "#"};
    by_uri_.insert_or_assign(std::string(document), place);
    register_ids(place);
    return place;
}

void Documents::register_ids(const Place& root) {
    std::vector<Place> waiting{root};
    while (!waiting.empty()) {
        const Place place = std::move(waiting.back());
        waiting.pop_back();
        add_below(place, waiting);
        std::string uri = own_uri(place);
        if (uri.empty()) continue;
        if (uri.ends_with('#')) uri.pop_back();
        by_uri_.try_emplace(std::move(uri), place);
    }
}

const Place* Documents::document(const std::string& uri) {
    if (const auto found = by_uri_.find(uri); found != by_uri_.end()) return &found->second;
    // What was asked for in vain is remembered as a place without value.
    const Place& missing = by_uri_[uri];
    if (!resolver_ || asked_ == limits::kDocumentsMax) return &missing;
    ++asked_;
    if (const auto text = resolver_(uri)) (void)read(*text, uri).has_value();
    return &by_uri_.find(uri)->second;
}

std::optional<Place> Documents::find(std::string_view uri) {
    const auto [document_uri, fragment] = split_fragment(uri);
    const Place* start = document(std::string(document_uri));
    const auto decoded = http::percent_decode(fragment);
    if (start->value.is_null() || !decoded) return std::nullopt;
    if (decoded->empty()) return *start;
    if (!decoded->starts_with('/')) {
        const auto named = by_uri_.find(uri);
        if (named == by_uri_.end()) return std::nullopt;
        return named->second;
    }
    Place place = *start;
    for (const std::string_view token : split(std::string_view(*decoded).substr(1), '/')) {
        if (!step_down(place, unescaped(token))) return std::nullopt;
    }
    return place;
}

}  // namespace turnpike::schema
