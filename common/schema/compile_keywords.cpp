#include <algorithm>
#include <array>
#include <bit>

#include "common/dynamic/text.hpp"
#include "common/schema/compiler.hpp"

namespace turnpike::schema {
namespace {

using dynamic::Map;
using dynamic::Value;

template <typename T>
std::uint32_t size_of(const std::vector<T>& all) {
    return static_cast<std::uint32_t>(all.size());
}

template <typename T>
Range append(std::vector<T>& all, const std::vector<T>& more) {
    const Range range{size_of(all), size_of(more)};
    all.insert(all.end(), more.begin(), more.end());
    return range;
}

bool is_boolean(const Value& value) { return value.kind() == dynamic::Kind::Boolean; }

}  // namespace

struct Compiler::Rule {
    std::string_view keyword;
    void (Compiler::*add)(const Place& value);
};

/// By name, which is the order of the checks.
std::span<const Compiler::Rule> Compiler::rules() {
    static constexpr std::array kRules{
        Rule{"additionalItems", &Compiler::additional_items},
        Rule{"additionalProperties", &Compiler::additional_properties},
        Rule{"allOf", &Compiler::all_of},
        Rule{"anyOf", &Compiler::any_of},
        Rule{"dependencies", &Compiler::dependencies},
        Rule{"enum", &Compiler::enumeration},
        Rule{"items", &Compiler::items},
        Rule{"maxItems", &Compiler::max_items},
        Rule{"maxLength", &Compiler::max_length},
        Rule{"maxProperties", &Compiler::max_properties},
        Rule{"maximum", &Compiler::maximum},
        Rule{"minItems", &Compiler::min_items},
        Rule{"minLength", &Compiler::min_length},
        Rule{"minProperties", &Compiler::min_properties},
        Rule{"minimum", &Compiler::minimum},
        Rule{"multipleOf", &Compiler::multiple_of},
        Rule{"not", &Compiler::negation},
        Rule{"oneOf", &Compiler::one_of},
        Rule{"pattern", &Compiler::pattern},
        Rule{"patternProperties", &Compiler::pattern_properties},
        Rule{"properties", &Compiler::properties},
        Rule{"required", &Compiler::required},
        Rule{"type", &Compiler::type},
        Rule{"uniqueItems", &Compiler::unique_items},
    };
    return kRules;
}

void Compiler::fill(std::uint32_t node, const Place& place) {
    filled_ = {};
    checks_.clear();
    schema_ = &place.value.as_map();
    const std::string base = base_within(place);
    for (const Rule& rule : rules()) {
        const Value* value = schema_->find(rule.keyword);
        if (value == nullptr) continue;
        (this->*rule.add)({*value, base, pointer_below(place.pointer, rule.keyword)});
    }
    filled_.checks = append(program_->checks, checks_);
    program_->nodes[node] = filled_;
}

void Compiler::add_count(const Place& value, Keyword keyword, Types applies) {
    if (!value.value.is_number() || !dynamic::is_spelled_whole(value.value) ||
        std::is_lt(dynamic::compare_numbers(value.value, Value::integer(0)))) {
        fail(value, "it must be a whole number that is not negative");
        return;
    }
    const bool is_small = value.value.kind() == dynamic::Kind::Integer;
    Check& check = add_check(keyword, applies);
    check.count =
        is_small ? static_cast<std::uint64_t>(value.value.as_integer()) : ~std::uint64_t{0};
    // "-0" is the one small number without 64 bits.
    if (!is_small && value.value.as_number() == 0) check.count = 0;
}

void Compiler::add_bound(const Place& value, Keyword keyword, std::string_view exclusive) {
    const Value* is_exclusive = sibling(exclusive);
    if (!value.value.is_number()) {
        fail(value, "it must be a number");
        return;
    }
    if (is_exclusive != nullptr && !is_boolean(*is_exclusive)) {
        fail(value, "its " + std::string(exclusive) + " must be a boolean");
        return;
    }
    Check& check = add_check(keyword, types::kNumeric);
    check.is_exclusive = is_exclusive != nullptr && is_exclusive->as_boolean();
    check.index = size_of(program_->numbers);
    program_->numbers.push_back(value.value);
}

void Compiler::add_schemas(const Place& value, Keyword keyword) {
    if (!value.value.is_list()) {
        fail(value, "it must be a list of schemas");
        return;
    }
    std::vector<std::uint32_t> nodes;
    for (const Value& schema : value.value.as_list().items) {
        nodes.push_back(node_below(value, std::to_string(nodes.size()), schema));
    }
    add_check(keyword, types::kAny).range = append(program_->node_lists, nodes);
}

/// Sorted, each once.
std::optional<Range> Compiler::add_names(const Place& value) {
    const auto is_text = [](const Value& name) { return name.is_string(); };
    if (!value.value.is_list() || !std::all_of(value.value.as_list().items.begin(),
                                               value.value.as_list().items.end(), is_text)) {
        fail(value, "it must be a list of names");
        return std::nullopt;
    }
    std::vector<std::string_view> names;
    for (const Value& name : value.value.as_list().items) names.push_back(name.as_string());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return append(program_->names, names);
}

ObjectRules& Compiler::object_rules() {
    if (filled_.object_rules == kNoIndex) {
        filled_.object_rules = size_of(program_->objects);
        program_->objects.emplace_back();
    }
    return program_->objects[filled_.object_rules];
}

ArrayRules& Compiler::array_rules() {
    if (filled_.array_rules == kNoIndex) {
        filled_.array_rules = size_of(program_->arrays);
        program_->arrays.emplace_back();
    }
    return program_->arrays[filled_.array_rules];
}

Rest Compiler::rest_of(const Place& value) {
    if (is_boolean(value.value)) return {value.value.as_boolean(), kNoIndex};
    return {true, node_of(value)};
}

void Compiler::additional_items(const Place& value) {
    const Rest rest = rest_of(value);
    const Value* items = sibling("items");
    if (items == nullptr || !items->is_list()) return;
    array_rules().rest = rest;
    if (rest.is_allowed) return;
    add_check(Keyword::AdditionalItems, types::kArray).count = items->as_list().items.size();
}

void Compiler::additional_properties(const Place& value) {
    const Rest rest = rest_of(value);
    object_rules().rest = rest;
    if (rest.is_allowed) return;
    add_check(Keyword::AdditionalProperties, types::kObject).index = filled_.object_rules;
}

/// Names first, then schemas, each sorted: as the Java validator goes through them.
void Compiler::dependencies(const Place& value) {
    if (!value.value.is_map()) {
        fail(value, "it must be an object");
        return;
    }
    std::vector<Dependency> all;
    for (const Map::Member& member : value.value.as_map().members()) {
        Dependency dependency{member.name, {}, kNoIndex};
        if (member.value.is_map()) {
            dependency.node = node_below(value, member.name, member.value);
        } else {
            dependency.names =
                add_names({member.value, value.base, pointer_below(value.pointer, member.name)})
                    .value_or(Range{});
        }
        all.push_back(dependency);
    }
    std::sort(all.begin(), all.end(), [](const Dependency& a, const Dependency& b) {
        const bool a_is_schema = a.node != kNoIndex;
        const bool b_is_schema = b.node != kNoIndex;
        return a_is_schema != b_is_schema ? b_is_schema : a.name < b.name;
    });
    add_check(Keyword::Dependencies, types::kObject).range = append(program_->dependencies, all);
}

void Compiler::enumeration(const Place& value) {
    if (!value.value.is_list()) {
        fail(value, "it must be a list of values");
        return;
    }
    std::vector<EnumEntry> entries;
    for (const Value& each : value.value.as_list().items) {
        entries.push_back({dynamic::hash(each), each});
    }
    std::sort(entries.begin(), entries.end(),
              [](const EnumEntry& a, const EnumEntry& b) { return a.hash < b.hash; });
    add_check(Keyword::Enum, types::kAny).index = size_of(program_->enums);
    program_->enums.push_back({append(program_->enum_entries, entries), value.value});
}

void Compiler::items(const Place& value) {
    if (!value.value.is_list()) {
        const std::uint32_t node = node_of(value);
        array_rules().rest = {true, node};
        return;
    }
    std::vector<std::uint32_t> nodes;
    for (const Value& schema : value.value.as_list().items) {
        nodes.push_back(node_below(value, std::to_string(nodes.size()), schema));
    }
    array_rules().items = append(program_->node_lists, nodes);
}

void Compiler::multiple_of(const Place& value) {
    const auto divisor =
        value.value.is_number() ? dynamic::Divisor::make(value.value) : std::nullopt;
    if (!divisor) {
        fail(value, "it must be a number above zero of at most 18 significant digits");
        return;
    }
    add_check(Keyword::MultipleOf, types::kNumeric).index = size_of(program_->multiples);
    program_->multiples.push_back({*divisor, value.value});
}

void Compiler::negation(const Place& value) {
    const std::uint32_t node = node_of(value);
    add_check(Keyword::Not, types::kAny).index = node;
}

void Compiler::pattern(const Place& value) {
    if (!value.value.is_string()) {
        fail(value, "it must be a text");
        return;
    }
    if (const auto index = add_pattern(value, value.value.as_string())) {
        add_check(Keyword::Pattern, types::kString).index = *index;
    }
}

void Compiler::pattern_properties(const Place& value) {
    if (!value.value.is_map()) {
        fail(value, "it must be an object");
        return;
    }
    std::vector<PatternProperty> all;
    for (const Map::Member& member : value.value.as_map().members()) {
        const auto index = add_pattern(value, member.name);
        if (!index) return;
        all.push_back({*index, node_below(value, member.name, member.value)});
    }
    object_rules().patterns = append(program_->pattern_properties, all);
}

void Compiler::properties(const Place& value) {
    if (!value.value.is_map()) {
        fail(value, "it must be an object");
        return;
    }
    const auto members = value.value.as_map().members();
    if (members.empty()) return;
    std::vector<Property> slots(std::bit_ceil(members.size() * 2));
    for (const Map::Member& member : members) {
        std::size_t slot = first_slot(member.name, slots.size());
        while (slots[slot & (slots.size() - 1)].node != kNoIndex) ++slot;
        slots[slot & (slots.size() - 1)] = {member.name,
                                            node_below(value, member.name, member.value)};
    }
    object_rules().properties = append(program_->properties, slots);
}

void Compiler::required(const Place& value) {
    if (const auto names = add_names(value)) {
        add_check(Keyword::Required, types::kObject).range = *names;
    }
}

void Compiler::type(const Place& value) {
    Types allowed = 0;
    bool is_usable = true;
    const auto add = [&](const Value& name) {
        const Types named = name.is_string() ? type_named(name.as_string()) : Types{0};
        is_usable = is_usable && named != 0;
        allowed |= named;
    };
    if (value.value.is_list()) {
        for (const Value& name : value.value.as_list().items) add(name);
    } else {
        add(value.value);
    }
    if (!is_usable) {
        fail(value, "it must be the name of a type or a list of them");
        return;
    }
    if ((allowed & types::kNumber) != 0) allowed |= types::kInteger;
    add_check(Keyword::Type, types::kAny).allowed = allowed;
}

void Compiler::unique_items(const Place& value) {
    if (!is_boolean(value.value)) {
        fail(value, "it must be a boolean");
    } else if (value.value.as_boolean()) {
        add_check(Keyword::UniqueItems, types::kArray);
    }
}

}  // namespace turnpike::schema
