#include "control-plane/openapi/node.hpp"

#include <algorithm>

#include "control-plane/openapi/limits.hpp"

namespace turnpike::openapi {

const json::Object& Node::members() const {
    static const json::Object empty;
    return is_object() ? value->as_object() : empty;
}

const json::Array& Node::elements() const {
    static const json::Array empty;
    return is_array() ? value->as_array() : empty;
}

Node Node::member(std::string_view member_name) const& {
    return {value == nullptr ? nullptr : value->find(member_name), this, member_name, 0};
}

Node Node::member(const json::Object::Member& member) const& {
    return {&member.second, this, member.first, 0};
}

Node Node::element(std::size_t at) const& { return {&value->as_array()[at], this, {}, at}; }

Steps steps_of(const Node& node) {
    Steps reversed;
    const Node* at = &node;
    for (; at->parent != nullptr; at = at->parent) {
        reversed.push_back(at->parent->is_array() ? std::to_string(at->index)
                                                  : std::string(at->name));
    }
    Steps steps;
    if (at->name.size() <= kPointerBytesMax) {
        steps = steps_of_reference(at->name).value_or(Steps{});
    }
    steps.insert(steps.end(), reversed.rbegin(), reversed.rend());
    std::size_t bytes = 0;
    const auto end = std::find_if(steps.begin(), steps.end(), [&bytes](const std::string& step) {
        bytes += step.size() + 1;
        return bytes > kPointerBytesMax;
    });
    steps.erase(end, steps.end());
    return steps;
}

}  // namespace turnpike::openapi
