#include <algorithm>
#include <optional>

#include "common/template/methods.hpp"
#include "common/template/objects.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::List;
using dynamic::Map;
using dynamic::Value;

namespace {

using Items = std::pmr::vector<Value>;

Value number(std::size_t value) { return Value::integer(static_cast<std::int64_t>(value)); }

Items::iterator place_of(Items& items, std::size_t index) {
    return items.begin() + static_cast<std::ptrdiff_t>(index);
}

/// An index below `end`, or a problem.
std::optional<std::size_t> index_of(MethodCall& call, std::size_t place, std::size_t end,
                                    std::size_t size) {
    const std::int64_t index = call.arguments[place].as_integer();
    if (index < 0 || index >= static_cast<std::int64_t>(end)) {
        call.fail("index " + std::to_string(index) + " is outside a list of size " +
                  std::to_string(size));
        return std::nullopt;
    }
    return static_cast<std::size_t>(index);
}

/// Once the steps are spent everything is found, so that searches inside searches end.
bool is_wanted(MethodCall& call, const Value& item, const Value& wanted) {
    return call.budget.is_spent() || java_equals(item, wanted, call.budget);
}

Items::iterator find_value(MethodCall& call, Items& items, const Value& wanted) {
    return std::find_if(items.begin(), items.end(),
                        [&](const Value& item) { return is_wanted(call, item, wanted); });
}

Value find_in(MethodCall& call, List& self) {
    if (!call.has(1)) return {};
    Items& items = self.items;
    if (call.method == Method::LastIndexOf) {
        const auto found = std::find_if(items.rbegin(), items.rend(), [&](const Value& item) {
            return is_wanted(call, item, call.arguments[0]);
        });
        return Value::integer(found == items.rend() ? -1 : items.rend() - found - 1);
    }
    const auto found = find_value(call, items, call.arguments[0]);
    if (call.method == Method::Contains) return Value::boolean(found != items.end());
    return Value::integer(found == items.end() ? -1 : found - items.begin());
}

Value add_to(MethodCall& call, List& self) {
    Items& items = self.items;
    if (call.has(1)) {
        items.push_back(call.arguments[0]);
        return Value::boolean(true);
    }
    if (!call.has(2) || !call.is_integer(0)) return {};
    const auto at = index_of(call, 0, items.size() + 1, items.size());
    if (!at) return {};
    call.budget.charge(items.size());
    items.insert(place_of(items, *at), call.arguments[1]);
    return {};
}

Value remove_from(MethodCall& call, List& self) {
    if (!call.has(1)) return {};
    Items& items = self.items;
    call.budget.charge(items.size());
    if (call.is_integer(0)) {
        const auto at = index_of(call, 0, items.size(), items.size());
        if (!at) return {};
        const Value removed = items[*at];
        items.erase(place_of(items, *at));
        return removed;
    }
    const auto found = find_value(call, items, call.arguments[0]);
    if (found == items.end()) return Value::boolean(false);
    items.erase(found);
    return Value::boolean(true);
}

Value set_in(MethodCall& call, List& self) {
    if (!call.has(2) || !call.is_integer(0)) return {};
    const auto at = index_of(call, 0, self.items.size(), self.items.size());
    if (!at) return {};
    return std::exchange(self.items[*at], call.arguments[1]);
}

Value get_from(MethodCall& call, List& self) {
    if (!call.has(1) || !call.is_integer(0)) return {};
    const auto at = index_of(call, 0, self.items.size(), self.items.size());
    return at ? self.items[*at] : Value();
}

Value sub_list(MethodCall& call, List& self) {
    if (!call.has(2) || !call.is_integer(0) || !call.is_integer(1)) return {};
    Items& items = self.items;
    const auto from = index_of(call, 0, items.size() + 1, items.size());
    const auto to = index_of(call, 1, items.size() + 1, items.size());
    if (!from || !to) return {};
    if (*from > *to) return call.fail("the list ends before it begins");
    List& part = *call.heap.make<List>(call.heap);
    call.budget.charge(*to - *from);
    part.items.assign(place_of(items, *from), place_of(items, *to));
    return Value::list(part);
}

/// addAll, removeAll, retainAll and containsAll. The argument may be the list itself.
Value with_all(MethodCall& call, List& self) {
    const bool has_index = call.method == Method::AddAll && call.has(2) && call.is_integer(0);
    if (!has_index && !call.has(1)) return {};
    const Value& argument = call.arguments[has_index ? 1 : 0];
    if (argument.is_null()) return call.fail("an argument is null");
    if (!argument.is_list()) return {};
    Items& items = self.items;
    Items others(argument.as_list().items, call.heap.resource());
    call.budget.charge(items.size() + others.size());
    if (call.method == Method::AddAll) {
        const auto at = has_index ? index_of(call, 0, items.size() + 1, items.size())
                                  : std::optional(items.size());
        if (!at) return {};
        items.insert(place_of(items, *at), others.begin(), others.end());
        return Value::boolean(!others.empty());
    }
    if (call.method == Method::ContainsAll) {
        return Value::boolean(std::all_of(others.begin(), others.end(), [&](const Value& other) {
            return find_value(call, items, other) != items.end();
        }));
    }
    const bool keeps = call.method == Method::RetainAll;
    return Value::boolean(std::erase_if(items, [&](const Value& item) {
                              return (find_value(call, others, item) != others.end()) != keeps;
                          }) > 0);
}

Value list_without_arguments(MethodCall& call, List& self) {
    if (!call.has(0)) return {};
    switch (call.method) {
        case Method::Size:
            return number(self.items.size());
        case Method::IsEmpty:
            return Value::boolean(self.items.empty());
        case Method::Clear:
            self.items.clear();
            return {};
        case Method::Iterator:
            return Value::object(*call.heap.make<ListIterator>(self));
        default:
            return Value::list(self);
    }
}

std::string_view key_of(MethodCall& call, std::size_t place) {
    const std::string_view key = text_of(call.arguments[place], call.heap);
    call.budget.charge(key.size());
    return key;
}

Value keys_of(MethodCall& call, Map& self) {
    List& list = *call.heap.make<List>(call.heap);
    list.items.reserve(self.size());
    call.budget.charge(self.size());
    for (const Map::Member& member : self.members()) {
        if (call.method == Method::KeySet) {
            list.items.push_back(Value::string(member.name));
        } else if (call.method == Method::Values) {
            list.items.push_back(member.value);
        } else {
            list.items.push_back(Value::object(*call.heap.make<Entry>(self, member, call.heap)));
        }
    }
    return Value::list(list);
}

Value map_without_arguments(MethodCall& call, Map& self) {
    if (!call.has(0)) return {};
    switch (call.method) {
        case Method::Size:
            return number(self.size());
        case Method::IsEmpty:
            return Value::boolean(self.empty());
        case Method::Clear:
            self.clear();
            return {};
        default:
            return keys_of(call, self);
    }
}

Value get_member(MethodCall& call, Map& self) {
    const bool has_default = call.method == Method::GetOrDefault;
    if (!call.has(has_default ? 2 : 1)) return {};
    const Value* found = self.find(key_of(call, 0));
    if (found != nullptr) return *found;
    return has_default ? call.arguments[1] : Value();
}

Value put_member(MethodCall& call, Map& self) {
    if (!call.has(2)) return {};
    const std::string_view key = key_of(call, 0);
    const Value* found = self.find(key);
    const Value before = found == nullptr ? Value() : *found;
    if (call.method != Method::PutIfAbsent || before.is_null()) self.put(key, call.arguments[1]);
    return before;
}

Value remove_member(MethodCall& call, Map& self) {
    if (!call.has(1)) return {};
    const std::string_view key = key_of(call, 0);
    const Value* found = self.find(key);
    if (found == nullptr) return {};
    const Value before = *found;
    call.budget.charge_steps(self.size() / 8);
    self.erase(key);
    return before;
}

Value put_all(MethodCall& call, Map& self) {
    if (!call.has(1)) return {};
    if (call.arguments[0].is_null()) return call.fail("an argument is null");
    if (!call.arguments[0].is_map()) return {};
    Map& other = call.arguments[0].as_map();
    call.budget.charge_steps(other.size() / 8);
    if (&other == &self) return {};
    for (const Map::Member& member : other.members()) self.put(member.name, member.value);
    return {};
}

}  // namespace

Value call_list(MethodCall& call, List& self) {
    switch (call.method) {
        case Method::Get:
            return get_from(call, self);
        case Method::Set:
            return set_in(call, self);
        case Method::Add:
            return add_to(call, self);
        case Method::Remove:
            return remove_from(call, self);
        case Method::Contains:
        case Method::IndexOf:
        case Method::LastIndexOf:
            return find_in(call, self);
        case Method::SubList:
            return sub_list(call, self);
        case Method::AddAll:
        case Method::RemoveAll:
        case Method::RetainAll:
        case Method::ContainsAll:
            return with_all(call, self);
        case Method::Size:
        case Method::IsEmpty:
        case Method::Clear:
        case Method::Iterator:
        case Method::ToArray:
            return list_without_arguments(call, self);
        default:
            return {};
    }
}

Value call_map(MethodCall& call, Map& self) {
    switch (call.method) {
        case Method::Get:
        case Method::GetOrDefault:
            return get_member(call, self);
        case Method::Put:
        case Method::PutIfAbsent:
            return put_member(call, self);
        case Method::Remove:
            return remove_member(call, self);
        case Method::ContainsKey:
            return call.has(1) ? Value::boolean(self.find(key_of(call, 0)) != nullptr) : Value();
        case Method::ContainsValue: {
            if (!call.has(1)) return {};
            const auto members = self.members();
            return Value::boolean(
                std::any_of(members.begin(), members.end(), [&](const Map::Member& member) {
                    return is_wanted(call, member.value, call.arguments[0]);
                }));
        }
        case Method::PutAll:
            return put_all(call, self);
        case Method::Size:
        case Method::IsEmpty:
        case Method::Clear:
        case Method::KeySet:
        case Method::Values:
        case Method::EntrySet:
            return map_without_arguments(call, self);
        default:
            return {};
    }
}

}  // namespace turnpike::velocity
