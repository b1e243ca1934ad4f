#pragma once

#include <cstddef>
#include <string_view>

#include "common/json/value.hpp"
#include "control-plane/openapi/pointer.hpp"

namespace turnpike::openapi {

/// A value of the document together with the way to it, which is written out only when something
/// must be said about it. A plain view. Lifetime: the document, the nodes it was reached through
/// and the names given to member() outlive it; that is why it cannot be reached through a
/// temporary.
struct Node {
    const json::Value* value = nullptr;  ///< Null: there is no such value.
    const Node* parent = nullptr;
    std::string_view name{};  ///< In the parent; without a parent: the reference that led here.
    std::size_t index = 0;    ///< In a parent that is an array.

    explicit operator bool() const { return value != nullptr; }
    bool is_object() const { return value != nullptr && value->is_object(); }
    bool is_array() const { return value != nullptr && value->is_array(); }
    /// The members, or none.
    const json::Object& members() const;
    const json::Array& elements() const;
    std::string_view text(std::string_view member_name) const {
        return value == nullptr ? std::string_view{} : value->text(member_name);
    }

    Node member(std::string_view member_name) const&;
    Node member(std::string_view member_name) const&& = delete;
    /// One of members().
    Node member(const json::Object::Member& member) const&;
    Node member(const json::Object::Member& member) const&& = delete;
    Node element(std::size_t at) const&;
    Node element(std::size_t at) const&& = delete;
};

/// Where the value stands; when that is very long, where something that encloses it stands.
Steps steps_of(const Node& node);

}  // namespace turnpike::openapi
