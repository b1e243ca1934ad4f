#include "data-plane/transform/overrides.hpp"

#include "common/base/text.hpp"
#include "common/dynamic/text.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
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
    set_now_.put(key, Value());
    values_.put(name, value);
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

Result<void> Overrides::check() const {
    const auto twice = [](std::string_view name) {
        return invalid("the override of " + std::string(name) + " is set more than once");
    };
    for (const ParameterOverrides* kind : {&header, &path, &query_string, &response_header}) {
        if (!kind->repeated().empty()) return twice(kind->repeated());
        if (kind->too_many()) return limit_exceeded("too many overrides");
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

std::string_view override_text(const Value& value, Heap& heap) {
    if (!value.is_list()) return parameter_text(value, heap);
    std::pmr::string& out = new_text(heap);
    for (const Value& item : value.as_list().items) {
        if (!out.empty()) out += ',';
        out += parameter_text(item, heap);
    }
    return out;
}

}  // namespace turnpike::transform
