#include "common/template/objects.hpp"

#include "common/dynamic/text.hpp"

namespace turnpike::velocity {

using dynamic::Heap;
using dynamic::Value;

namespace {

/// "getIndex" and "isFirst" name "index" and "first".
std::string_view property_of(std::string_view getter, std::string_view name) {
    for (const std::string_view prefix : {std::string_view("get"), std::string_view("is")}) {
        if (getter.size() == prefix.size() + name.size() && getter.starts_with(prefix) &&
            (getter[prefix.size()] | 0x20) == name[0] &&
            getter.substr(prefix.size() + 1) == name.substr(1)) {
            return name;
        }
    }
    return getter;
}

}  // namespace

Value LoopScope::member(std::string_view name) {
    if (name == "hasNext") return Value::boolean(index_ + 1 < size_);
    if (name == "index") return Value::integer(static_cast<std::int64_t>(index_));
    if (name == "count") return Value::integer(static_cast<std::int64_t>(index_) + 1);
    if (name == "first") return Value::boolean(index_ == 0);
    if (name == "last") return Value::boolean(index_ + 1 == size_);
    if (name == "parent") return parent_;
    if (name == "topmost") {
        return parent_.is_null() ? Value::object(*this) : parent_.as_object().member(name);
    }
    return {};
}

Result<Value> LoopScope::call(std::string_view name, std::span<const Value> arguments, Heap&) {
    if (!arguments.empty()) return Value();
    if (name == "hasNext") return member(name);
    for (const std::string_view known :
         {"hasNext", "index", "count", "first", "last", "parent", "topmost"}) {
        if (property_of(name, known) != name) return member(known);
    }
    return Value();
}

Result<Value> ListIterator::call(std::string_view name, std::span<const Value> arguments, Heap&) {
    if (!arguments.empty()) return Value();
    if (name == "hasNext") return Value::boolean(left() > 0);
    if (name != "next") return Value();
    if (left() == 0) return invalid("there is no next element");
    return take();
}

Value Entry::member(std::string_view name) {
    if (name == "key") return Value::string(name_);
    return name == "value" ? value_ : Value();
}

Result<Value> Entry::call(std::string_view name, std::span<const Value> arguments, Heap&) {
    if (name == "setValue" && arguments.size() == 1) {
        const Value before = value_;
        value_ = arguments[0];
        map_.put(name_, value_);
        return before;
    }
    if (!arguments.empty()) return Value();
    if (name == "getKey") return Value::string(name_);
    if (name == "getValue") return value_;
    if (name == "toString") return Value::string(text());
    return Value();
}

std::string_view Entry::text() {
    // Entries may hold lists that hold entries, to any depth or for ever.
    constexpr int kDepthMax = 32;
    thread_local int depth = 0;
    struct Level {
        Level() { ++depth; }
        ~Level() { --depth; }
    } level;
    if (depth > kDepthMax) return "...";
    std::pmr::string text(heap_.resource());
    text += name_;
    text += '=';
    if (value_.is_null()) text += "null";
    dynamic::append_java_text(value_, text);
    return heap_.copy(text);
}

}  // namespace turnpike::velocity
