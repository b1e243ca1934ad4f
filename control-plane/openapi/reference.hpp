#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/base/text.hpp"
#include "control-plane/openapi/budget.hpp"
#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/node.hpp"

namespace turnpike::openapi {

/// Follows `$ref`s within one document. What cannot be found is reported, and is no value then.
/// Thread: one. Lifetime: the document, which must not change, and the diagnostics outlive it.
class References {
public:
    References(const json::Value& root, Diagnostics& diagnostics, Budget& budget)
        : root_(root), diagnostics_(diagnostics), budget_(budget) {}

    /// What "#/components/schemas/Pet" points to; null if nothing.
    const json::Value* target(std::string_view reference);

    /// The node itself, or what its `$ref` leads to after any number of steps. Following one costs
    /// as much as looking at all that it leads to.
    Node resolved(const Node& node);

    /// A copy in which every `$ref` inside has been replaced by what it leads to. Those that lead
    /// to nothing or into themselves are reported and become null.
    json::Value expanded(const Node& node);

private:
    const json::Value* member(const json::Object& object, std::string_view name);
    const json::Value* walk(const Steps& steps);
    std::size_t size_of(const json::Value& value);

    using Index = std::unordered_map<std::string_view, const json::Value*>;

    const json::Value& root_;
    Diagnostics& diagnostics_;
    Budget& budget_;
    std::unordered_map<const json::Object*, Index> indices_;  ///< Of large objects.
    std::unordered_map<std::string, const json::Value*, StringHash, std::equal_to<>> targets_;
    std::unordered_map<const json::Value*, std::size_t> sizes_;  ///< Of targets.
    std::unordered_set<const json::Value*> expanding_;
};

/// The text of a `$ref` member, empty if the value has none.
std::string_view reference_of(const json::Value& value);

}  // namespace turnpike::openapi
