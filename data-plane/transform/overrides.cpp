#include "data-plane/transform/overrides.hpp"

#include "common/base/text.hpp"
#include "common/dynamic/text.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
using dynamic::List;
using dynamic::Map;
using dynamic::Value;

/// The heap frees nothing before its end.
std::pmr::string& new_text(Heap& heap) { return *heap.make<std::pmr::string>(heap.resource()); }

}  // namespace

void ParameterOverrides::set(std::string_view name, Value value) {
    const std::string_view key = names_ == Names::AnyCase ? heap_.copy(to_lower(name)) : name;
    if (set_now_.find(key) != nullptr) repeated_ = name;
    if (values_.size() == kNamesMax && values_.find(name) == nullptr) {
        too_many_ = true;
        return;
    }
    set_now_.put(key, Value::string(name));
    values_.put(name, value);
}

void ParameterOverrides::erase(std::string_view name) {
    values_.erase(name);
    texts_.erase(name);
}

void ParameterOverrides::end_template() {
    for (const Map::Member& member : set_now_.members()) {
        const std::string_view name = member.value.as_string();
        if (const Value* value = values_.find(name)) texts_.put(name, text_of(*value));
    }
}

Value ParameterOverrides::text_of(const Value& value) {
    if (!value.is_list()) return Value::string(parameter_text(value, heap_));
    if (lists_ == Lists::Kept) {
        List& texts = *heap_.make<List>(heap_);
        for (const Value& item : value.as_list().items) {
            texts.items.push_back(Value::string(parameter_text(item, heap_)));
        }
        return Value::list(texts);
    }
    std::pmr::string& joined = new_text(heap_);
    for (const Value& item : value.as_list().items) {
        if (!joined.empty()) joined += ',';
        joined += parameter_text(item, heap_);
    }
    return Value::string(joined);
}

void Overrides::set_status(Value value) {
    repeats_status |= has_set_status;
    has_set_status = true;
    response_status = value;
}

void Overrides::begin_template() {
    for (ParameterOverrides* kind : {&header, &path, &query_string, &response_header}) {
        kind->begin_template();
    }
    has_set_status = false;
}

Result<void> Overrides::end_template() {
    const auto twice = [](std::string_view name) {
        return invalid("the override of " + std::string(name) + " is set more than once");
    };
    for (ParameterOverrides* kind : {&header, &path, &query_string, &response_header}) {
        if (!kind->repeated().empty()) return twice(kind->repeated());
        if (kind->too_many()) return limit_exceeded("too many overrides");
        kind->end_template();
    }
    if (repeats_status) return twice("responseOverride.status");
    return {};
}

std::string_view parameter_text(const Value& value, Heap& heap) {
    if (value.is_string()) return value.as_string();
    if (value.is_null()) return {};
    std::pmr::string& out = new_text(heap);
    append_json(value, out);
    return out;
}

}  // namespace turnpike::transform
