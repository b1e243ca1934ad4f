#include "common/schema/checker.hpp"

#include <algorithm>

namespace turnpike::schema {
namespace {

using dynamic::List;
using dynamic::Map;
using dynamic::Value;

/// So many bytes of a text are one step.
constexpr std::size_t kBytesPerStep = 64;
/// Up to here, comparing each with each is quicker than hashing.
constexpr std::size_t kFewItems = 8;

}  // namespace

bool Checker::charge(std::size_t steps) {
    if (steps > steps_left_) {
        steps_left_ = 0;
        is_exceeded_ = true;
        return false;
    }
    steps_left_ -= steps;
    return true;
}

bool Checker::enter() {
    if (depth_left_ == 0) is_exceeded_ = true;
    if (is_exceeded_) return false;
    --depth_left_;
    return true;
}

bool Checker::charge_value(const Value& value) {
    if (value.is_string()) return charge(1 + value.as_string().size() / kBytesPerStep);
    if (!charge(1)) return false;
    if (value.kind() == dynamic::Kind::Decimal) {
        return charge(value.as_decimal().text.size() / kBytesPerStep);
    }
    if (value.is_list()) {
        const auto& items = value.as_list().items;
        return std::all_of(items.begin(), items.end(),
                           [this](const Value& item) { return charge_value(item); });
    }
    if (value.is_map()) {
        const auto members = value.as_map().members();
        return std::all_of(members.begin(), members.end(), [this](const Map::Member& member) {
            return charge(1 + member.name.size() / kBytesPerStep) && charge_value(member.value);
        });
    }
    return true;
}

bool Checker::is_found(std::uint32_t pattern, std::string_view text) {
    return charge(1 + text.size() / kBytesPerStep) && program_.patterns[pattern].is_found_in(text);
}

bool Checker::is_valid(std::uint32_t index, const Value& value) {
    if (!enter()) return false;
    const Node& node = program_.nodes[index];
    const bool is_valid = passes_all(node, value) && children_are_valid(node, value);
    leave();
    return is_valid;
}

bool Checker::passes_all(const Node& node, const Value& value) {
    const Types type = type_of(value);
    if (!charge(1 + node.checks.size)) return false;
    for (const Check& check : slice(program_.checks, node.checks)) {
        if ((check.applies & type) == 0) continue;
        if (check.keyword == Keyword::Type) {
            if ((check.allowed & type) == 0) return false;
            continue;
        }
        // Members that are not allowed are met with the children.
        if (check.keyword == Keyword::AdditionalProperties) continue;
        if (!passes(check, value, type)) return false;
    }
    return true;
}

bool Checker::children_are_valid(const Node& node, const Value& value) {
    if (value.is_map() && node.object_rules != kNoIndex) {
        const ObjectRules& rules = program_.objects[node.object_rules];
        for (const Map::Member& member : value.as_map().members()) {
            const bool is_valid_member =
                charge(1) && each_schema(rules, member.name, [&](std::uint32_t child) {
                    return is_valid(child, member.value);
                });
            if (!is_valid_member) return false;
        }
    }
    if (value.is_list() && node.array_rules != kNoIndex) {
        const ArrayRules& rules = program_.arrays[node.array_rules];
        const auto& items = value.as_list().items;
        for (std::size_t at = 0; at < items.size(); ++at) {
            const std::uint32_t child = item_node(rules, at);
            if (child != kNoIndex && !is_valid(child, items[at])) return false;
        }
    }
    return true;
}

std::uint32_t Checker::item_node(const ArrayRules& rules, std::size_t index) const {
    if (index < rules.items.size) return program_.node_lists[rules.items.first + index];
    return rules.rest.node;
}

bool Checker::passes(const Check& check, const Value& value) {
    return passes(check, value, type_of(value));
}

bool Checker::passes(const Check& check, const Value& value, Types type) {
    if ((check.applies & type) == 0) return true;
    switch (check.keyword) {
        case Keyword::AdditionalProperties:
            return has_no_additional(check, value.as_map());
        case Keyword::AllOf:
        case Keyword::AnyOf: {
            const auto nodes = slice(program_.node_lists, check.range);
            const auto matches = [&](std::uint32_t node) { return is_valid(node, value); };
            return check.keyword == Keyword::AllOf
                       ? std::all_of(nodes.begin(), nodes.end(), matches)
                       : std::any_of(nodes.begin(), nodes.end(), matches);
        }
        case Keyword::Dependencies:
            return has_dependencies(check, value);
        case Keyword::Enum:
            return is_in_enum(check, value);
        case Keyword::Maximum:
        case Keyword::Minimum:
            return passes_bound(check, value);
        case Keyword::MultipleOf:
            return charge_value(value) && program_.multiples[check.index].divisor.divides(value);
        case Keyword::Never:
            return false;
        case Keyword::Not:
            return !is_valid(check.index, value) && !is_exceeded_;
        case Keyword::OneOf:
            return count_matching(check, value) == 1;
        case Keyword::Pattern:
            return is_found(check.index, value.as_string());
        case Keyword::Required: {
            const auto names = slice(program_.names, check.range);
            return charge(names.size()) &&
                   std::all_of(names.begin(), names.end(), [&](std::string_view name) {
                       return value.as_map().find(name) != nullptr;
                   });
        }
        case Keyword::Type:
            return (check.allowed & type) != 0;
        case Keyword::UniqueItems:
            return has_unique_items(value.as_list());
        default:
            return passes_size(check, value);
    }
}

bool Checker::passes_size(const Check& check, const Value& value) const {
    switch (check.keyword) {
        case Keyword::AdditionalItems:
        case Keyword::MaxItems:
            return value.as_list().items.size() <= check.count;
        case Keyword::MinItems:
            return value.as_list().items.size() >= check.count;
        // A code point has one to four bytes: few texts have to be counted.
        case Keyword::MaxLength:
            return value.as_string().size() <= check.count ||
                   code_points(value.as_string()) <= check.count;
        case Keyword::MinLength:
            return value.as_string().size() >= check.count &&
                   code_points(value.as_string()) >= check.count;
        case Keyword::MaxProperties:
            return value.as_map().size() <= check.count;
        default:  // MinProperties
            return value.as_map().size() >= check.count;
    }
}

bool Checker::passes_bound(const Check& check, const Value& value) const {
    const auto order = dynamic::compare_numbers(value, program_.numbers[check.index]);
    if (std::is_eq(order)) return !check.is_exclusive;
    return check.keyword == Keyword::Maximum ? std::is_lt(order) : std::is_gt(order);
}

bool Checker::is_additional(const ObjectRules& rules, std::string_view name) {
    if (program_.find_property(rules, name) != nullptr) return false;
    const auto patterns = slice(program_.pattern_properties, rules.patterns);
    return std::none_of(patterns.begin(), patterns.end(), [&](const PatternProperty& property) {
        return is_found(property.pattern, name);
    });
}

bool Checker::has_no_additional(const Check& check, const Map& members) {
    const ObjectRules& rules = program_.objects[check.index];
    return charge(members.size()) &&
           std::none_of(
               members.members().begin(), members.members().end(),
               [&](const Map::Member& member) { return is_additional(rules, member.name); });
}

bool Checker::has_dependencies(const Check& check, const Value& value) {
    const auto dependencies = slice(program_.dependencies, check.range);
    return charge(dependencies.size()) &&
           std::all_of(dependencies.begin(), dependencies.end(), [&](const Dependency& dependency) {
               if (value.as_map().find(dependency.name) == nullptr) return true;
               if (dependency.node != kNoIndex) return is_valid(dependency.node, value);
               const auto names = slice(program_.names, dependency.names);
               return charge(names.size()) &&
                      std::all_of(names.begin(), names.end(), [&](std::string_view name) {
                          return value.as_map().find(name) != nullptr;
                      });
           });
}

bool Checker::is_in_enum(const Check& check, const Value& value) {
    const auto entries = slice(program_.enum_entries, program_.enums[check.index].entries);
    if (!charge_value(value)) return false;
    if (entries.size() <= kFewItems) {
        return std::any_of(entries.begin(), entries.end(), [&](const EnumEntry& entry) {
            return dynamic::equal(entry.value, value);
        });
    }
    const std::uint64_t hash = dynamic::hash(value);
    auto entry = std::lower_bound(
        entries.begin(), entries.end(), hash,
        [](const EnumEntry& each, std::uint64_t wanted) { return each.hash < wanted; });
    for (; entry != entries.end() && entry->hash == hash; ++entry) {
        if (dynamic::equal(entry->value, value)) return true;
    }
    return false;
}

bool Checker::has_unique_items(const List& list) {
    const auto& items = list.items;
    if (!std::all_of(items.begin(), items.end(),
                     [this](const Value& item) { return charge_value(item); })) {
        return false;
    }
    if (items.size() <= kFewItems) {
        for (std::size_t later = 1; later < items.size(); ++later) {
            for (std::size_t at = 0; at < later; ++at) {
                if (dynamic::equal(items[at], items[later])) return false;
            }
        }
        return true;
    }
    std::pmr::vector<EnumEntry> entries(heap_.resource());
    entries.reserve(items.size());
    for (const Value& item : items) entries.push_back({dynamic::hash(item), item});
    std::sort(entries.begin(), entries.end(),
              [](const EnumEntry& a, const EnumEntry& b) { return a.hash < b.hash; });
    for (std::size_t first = 0; first < entries.size(); ++first) {
        for (std::size_t other = first + 1;
             other < entries.size() && entries[other].hash == entries[first].hash; ++other) {
            if (dynamic::equal(entries[first].value, entries[other].value)) return false;
        }
    }
    return true;
}

std::size_t Checker::count_matching(const Check& check, const Value& value) {
    const auto nodes = slice(program_.node_lists, check.range);
    return static_cast<std::size_t>(std::count_if(
        nodes.begin(), nodes.end(), [&](std::uint32_t node) { return is_valid(node, value); }));
}

}  // namespace turnpike::schema
