#include "data-plane/transform/context_map.hpp"

#include <algorithm>

#include "common/template/objects.hpp"

namespace turnpike::transform {

using dynamic::Heap;
using dynamic::List;
using dynamic::Map;
using dynamic::Value;

Result<Value> ContextMap::call(std::string_view name, std::span<const Value> arguments,
                               Heap& heap) {
    if (arguments.empty()) return everything(name, heap);
    if (!arguments[0].is_string()) return Value();
    const std::string_view key = arguments[0].as_string();
    if (arguments.size() == 1 && name == "get") return member(key);
    const auto listed = [&] {
        const Names known = names();
        return std::ranges::find(known, key) != known.end();
    };
    if (arguments.size() == 1 && name == "containsKey") return Value::boolean(listed());
    if (arguments.size() != 2) return Value();
    if (name == "getOrDefault") return listed() ? member(key) : arguments[1];
    if (name != "put") return Value();
    const Value before = member(key);
    set_member(key, arguments[1]);
    return before;
}

/// Methods without arguments.
Value ContextMap::everything(std::string_view method, Heap& heap) {
    const Names known = names();
    if (method == "size") return Value::integer(static_cast<std::int64_t>(known.size()));
    if (method == "isEmpty") return Value::boolean(known.empty());
    if (method != "keySet" && method != "values" && method != "entrySet") return {};
    List& list = *heap.make<List>(heap);
    Map& map = *heap.make<Map>(heap);
    map.reserve(known.size());
    for (const std::string_view name : known) {
        map.put(name, method == "keySet" ? Value() : member(name));
    }
    for (const Map::Member& member : map.members()) {
        if (method == "keySet") {
            list.items.push_back(Value::string(member.name));
        } else if (method == "values") {
            list.items.push_back(member.value);
        } else {
            list.items.push_back(Value::object(*heap.make<velocity::Entry>(map, member, heap)));
        }
    }
    return Value::list(list);
}

}  // namespace turnpike::transform
