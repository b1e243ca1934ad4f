#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/schema/program.hpp"
#include "common/schema/schema.hpp"

namespace turnpike::schema {

/// Tells whether values match nodes, as quickly as that can be told. Beyond a limit nothing matches
/// and is_exceeded() says so: then no answer counts. Thread: one. May throw std::bad_alloc.
class Checker {
public:
    Checker(const Program& program, dynamic::Heap& heap, const Limits& limits)
        : program_(program),
          heap_(heap),
          steps_left_(limits.steps_max),
          depth_left_(limits.depth_max) {}

    bool is_valid(std::uint32_t node, const dynamic::Value& value);
    bool passes(const Check& check, const dynamic::Value& value);

    /// Calls `visit(node)` for each schema that a member's value must match, until it returns
    /// false. Returns: whether it never did.
    template <typename Visit>
    bool each_schema(const ObjectRules& rules, std::string_view name, Visit visit);
    /// Whether the member falls under neither "properties" nor "patternProperties".
    bool is_additional(const ObjectRules& rules, std::string_view name);
    /// The schema of the item at `index`; kNoIndex: any value will do.
    std::uint32_t item_node(const ArrayRules& rules, std::size_t index) const;
    std::size_t count_matching(const Check& check, const dynamic::Value& value);

    /// Takes steps. Returns: false beyond the limit.
    bool charge(std::size_t steps);
    bool enter();
    void leave() { ++depth_left_; }
    bool is_exceeded() const { return is_exceeded_; }

private:
    bool passes(const Check& check, const dynamic::Value& value, Types type);
    bool charge_value(const dynamic::Value& value);
    bool is_found(std::uint32_t pattern, std::string_view text);
    bool passes_all(const Node& node, const dynamic::Value& value);
    bool children_are_valid(const Node& node, const dynamic::Value& value);
    bool passes_size(const Check& check, const dynamic::Value& value) const;
    bool passes_bound(const Check& check, const dynamic::Value& value) const;
    bool has_no_additional(const Check& check, const dynamic::Map& members);
    bool has_dependencies(const Check& check, const dynamic::Value& value);
    bool is_in_enum(const Check& check, const dynamic::Value& value);
    bool has_unique_items(const dynamic::List& list);

    const Program& program_;
    dynamic::Heap& heap_;
    std::size_t steps_left_;
    std::size_t depth_left_;
    bool is_exceeded_ = false;
};

template <typename Visit>
bool Checker::each_schema(const ObjectRules& rules, std::string_view name, Visit visit) {
    bool is_named = false;
    if (const Property* property = program_.find_property(rules, name)) {
        is_named = true;
        if (!visit(property->node)) return false;
    }
    for (const PatternProperty& property : slice(program_.pattern_properties, rules.patterns)) {
        if (!is_found(property.pattern, name)) continue;
        is_named = true;
        if (!visit(property.node)) return false;
    }
    if (is_named || !rules.rest.is_allowed) return is_named;
    return rules.rest.node == kNoIndex || visit(rules.rest.node);
}

}  // namespace turnpike::schema
