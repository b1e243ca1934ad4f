#include "control-plane/openapi/reference.hpp"

#include <algorithm>

namespace turnpike::openapi {
namespace {

/// Smaller objects are searched as they are.
constexpr std::size_t kIndexedMembersMin = 32;
/// What a copied value takes besides its texts.
constexpr std::size_t kValueBytes = 64;

std::size_t position_in(const json::Array& array, std::string_view step) {
    const auto index = parse_integer(step);
    if (!index || *index < 0) return array.size();
    return std::min(static_cast<std::size_t>(*index), array.size());
}

/// Values in all, itself included. Recursion is bounded by kDepthMax.
std::size_t count_values(const json::Value& value) {
    std::size_t count = 1;
    if (value.is_array()) {
        for (const json::Value& element : value.as_array()) count += count_values(element);
    } else if (value.is_object()) {
        for (const auto& member : value.as_object()) count += count_values(member.second);
    }
    return count;
}

}  // namespace

std::string_view reference_of(const json::Value& value) { return value.text("$ref"); }

const json::Value* References::member(const json::Object& object, std::string_view name) {
    if (object.size() < kIndexedMembersMin) return object.find(name);
    Index& index = indices_[&object];
    if (index.empty()) {
        for (const auto& [key, value] : object) index.emplace(key, &value);
    }
    const auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

const json::Value* References::walk(const Steps& steps) {
    const json::Value* at = &root_;
    for (const std::string& step : steps) {
        if (at->is_object()) {
            at = member(at->as_object(), step);
        } else if (at->is_array()) {
            const json::Array& array = at->as_array();
            const std::size_t index = position_in(array, step);
            at = index < array.size() ? &array[index] : nullptr;
        } else {
            at = nullptr;
        }
        if (at == nullptr) return nullptr;
    }
    return at;
}

const json::Value* References::target(std::string_view reference) {
    const auto known = targets_.find(reference);
    if (known != targets_.end()) return known->second;
    if (reference.size() > kReferenceBytesMax) return nullptr;
    const auto steps = steps_of_reference(reference);
    const json::Value* const found = steps ? walk(*steps) : nullptr;
    targets_.emplace(reference, found);
    return found;
}

std::size_t References::size_of(const json::Value& value) {
    std::size_t& size = sizes_[&value];
    if (size == 0) size = count_values(value);
    return size;
}

Node References::resolved(const Node& node) {
    Node at = node;
    for (std::size_t hop = 0; hop < kReferenceHopsMax; ++hop) {
        const std::string_view reference = at ? reference_of(*at.value) : std::string_view{};
        if (reference.empty()) return at;
        const json::Value* const found = target(reference);
        if (found == nullptr) {
            diagnostics_.missing(node, reference);
            return {};
        }
        if (!budget_.spend(kLookBytes * size_of(*found))) return {};
        at = Node{found, nullptr, reference, 0};
    }
    diagnostics_.warn(node, "The reference leads to itself and is left out");
    return {};
}

json::Value References::expanded(const Node& node) {
    const Node found = resolved(node);
    if (!found || !budget_.spend(kValueBytes)) return {};
    const json::Value& value = *found.value;
    if (value.is_string()) {
        return budget_.spend(value.as_string().size()) ? value : json::Value();
    }
    if (!value.is_array() && !value.is_object()) return value;
    if (expanding_.contains(&value) || expanding_.size() >= kDepthMax) {
        diagnostics_.warn(node, "The reference leads into itself or too deep and is left out");
        return {};
    }
    expanding_.insert(&value);
    json::Value copy = value.is_array() ? json::Value(json::Array{}) : json::Value(json::Object{});
    for (std::size_t at = 0; at < found.elements().size() && !budget_.is_spent(); ++at) {
        copy.as_array().push_back(expanded(found.element(at)));
    }
    for (const auto& member : found.members()) {
        if (!budget_.spend(member.first.size())) break;
        copy.as_object().append(member.first, expanded(found.member(member)));
    }
    expanding_.erase(&value);
    return copy;
}

}  // namespace turnpike::openapi
