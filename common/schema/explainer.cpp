#include "common/schema/explainer.hpp"

#include <algorithm>

#include "common/schema/phrases.hpp"

namespace turnpike::schema {

using dynamic::List;
using dynamic::Map;
using dynamic::Value;

bool Explainer::is_done() const {
    return problems_.size() >= limits_.problems_max || checker_.is_exceeded();
}

void Explainer::explain(std::uint32_t index, const Value& value) {
    if (!checker_.enter()) return;
    const Node& node = program_.nodes[index];
    for (const Check& check : slice(program_.checks, node.checks)) {
        if (checker_.charge(1) && !is_done()) explain_check(check, value);
    }
    // What was found anywhere before keeps the Java validator from going deeper.
    if (problems_.empty() && value.is_map() && node.object_rules != kNoIndex) {
        explain_members(program_.objects[node.object_rules], value.as_map());
    } else if (problems_.empty() && value.is_list() && node.array_rules != kNoIndex) {
        explain_items(program_.arrays[node.array_rules], value.as_list());
    }
    checker_.leave();
}

void Explainer::explain_members(const ObjectRules& rules, const Map& map) {
    if (!checker_.charge(map.size())) return;
    std::pmr::vector<const Map::Member*> members(heap_.resource());
    members.reserve(map.size());
    for (const Map::Member& member : map.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Map::Member* a, const Map::Member* b) { return a->name < b->name; });
    for (const Map::Member* member : members) {
        if (is_done()) return;
        checker_.each_schema(rules, member->name, [&](std::uint32_t child) {
            explain(child, member->value);
            return true;
        });
    }
}

void Explainer::explain_items(const ArrayRules& rules, const List& list) {
    for (std::size_t at = 0; at < list.items.size() && !is_done(); ++at) {
        const std::uint32_t child = checker_.item_node(rules, at);
        if (child != kNoIndex && checker_.charge(1)) explain(child, list.items[at]);
    }
}

void Explainer::explain_check(const Check& check, const Value& value) {
    if (checker_.passes(check, value) || checker_.is_exceeded()) return;
    if (check.keyword == Keyword::Dependencies) {
        explain_dependencies(check, value);
        return;
    }
    const bool counts = check.keyword == Keyword::AllOf || check.keyword == Keyword::OneOf;
    const std::size_t matched = counts ? checker_.count_matching(check, value) : 0;
    const Names names = names_of(check, value);
    const Subject subject{program_, check, value, limits_.value_bytes_max};
    add([&](Text& out) { append_phrase(subject, matched, names, out); });
}

void Explainer::explain_dependencies(const Check& check, const Value& value) {
    const Subject subject{program_, check, value, limits_.value_bytes_max};
    for (const Dependency& dependency : slice(program_.dependencies, check.range)) {
        if (is_done()) return;
        if (value.as_map().find(dependency.name) == nullptr) continue;
        if (dependency.node != kNoIndex) {
            explain(dependency.node, value);
            continue;
        }
        const Names names = missing(dependency.names, value.as_map());
        if (names.empty()) continue;
        add([&](Text& out) { append_dependency_phrase(dependency, subject, names, out); });
    }
}

Explainer::Names Explainer::missing(Range names, const Map& map) {
    Names absent(heap_.resource());
    for (const std::string_view name : slice(program_.names, names)) {
        if (map.find(name) == nullptr) absent.push_back(name);
    }
    return absent;
}

Explainer::Names Explainer::names_of(const Check& check, const Value& value) {
    if (check.keyword == Keyword::Required) return missing(check.range, value.as_map());
    Names names(heap_.resource());
    if (check.keyword != Keyword::AdditionalProperties) return names;
    for (const Map::Member& member : value.as_map().members()) {
        if (checker_.is_additional(program_.objects[check.index], member.name)) {
            names.push_back(member.name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

template <typename Append>
void Explainer::add(Append append) {
    Text& text = *heap_.make<Text>(heap_.resource());
    append(text);
    problems_.push_back(text);
}

}  // namespace turnpike::schema
