#include "data-plane/transform/input_object.hpp"

#include <unordered_map>

#include "common/base/text.hpp"
#include "common/dynamic/text.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
using dynamic::Map;
using dynamic::Value;
using pipeline::Exchange;

/// Compiled expressions of this thread: templates name the same few again and again.
Result<jsonpath::Path> path_of(std::string_view expression) {
    constexpr std::size_t kPathsMax = 1000;
    using Paths = std::unordered_map<std::string, jsonpath::Path, StringHash, std::equal_to<>>;
    thread_local Paths paths;
    if (const auto found = paths.find(expression); found != paths.end()) return found->second;
    auto compiled = jsonpath::compile(expression);
    if (!compiled) return compiled;
    if (paths.size() >= kPathsMax) paths.clear();
    return paths.emplace(expression, *std::move(compiled)).first->second;
}

/// A map of its own for whoever asks: templates may change it.
Value copy_of(const Map& original, Heap& heap) {
    Map& map = *heap.make<Map>(heap);
    map.reserve(original.size());
    for (const Map::Member& member : original.members()) map.put(member.name, member.value);
    return Value::map(map);
}

}  // namespace

Value InputObject::member(std::string_view name) {
    return name == "body" ? Value::string(body_.text()) : Value();
}

Result<Value> InputObject::call(std::string_view name, std::span<const Value> arguments,
                                Heap& heap) {
    if (name == "params" && arguments.empty()) return parameters(heap);
    if (arguments.size() != 1) return Value();
    if (name == "path") return path(arguments[0], heap);
    if (name == "json") return json(arguments[0], heap);
    if (name == "params" && arguments[0].is_string()) {
        return transformation_.parameters().find(arguments[0].as_string());
    }
    return Value();
}

Result<std::optional<Value>> InputObject::find(const Value& expression, Heap& heap) {
    if (!expression.is_string()) return std::optional<Value>{};
    const auto compiled = path_of(expression.as_string());
    if (!compiled) return compiled.error();
    // Templates take forms apart themselves.
    if (expression.as_string() == "$" && is_form() && body_.json(heap) == nullptr) {
        return std::optional(Value::string(body_.text()));
    }
    if (!compiled->is_definite() && !transformation_.may_search(body_)) {
        return limit_exceeded("the template searches too much in its body");
    }
    return body_.find(*compiled, heap);
}

bool InputObject::is_form() const {
    if (&body_ != &transformation_.request_body()) return false;
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    const auto type = exchange_.head().fields().find(http::KnownHeader::ContentType);
    return type && equals_ignoring_case(trim(type->substr(0, type->find_first_of(";,"))), kForm);
}

Result<Value> InputObject::path(const Value& expression, Heap& heap) {
    const auto found = find(expression, heap);
    if (!found) return found.error();
    return found->value_or(Value());
}

Result<Value> InputObject::json(const Value& expression, Heap& heap) {
    const auto found = find(expression, heap);
    if (!found) return found.error();
    // What is missing is an empty text, as JSON.
    if (!*found) return Value::string("\"\"");
    auto& out = *heap.make<std::pmr::string>(heap.resource());
    append_json(**found, out);
    return Value::string(out);
}

Value InputObject::parameters(Heap& heap) {
    RequestParameters& all = transformation_.parameters();
    Map& map = *heap.make<Map>(heap);
    map.put("path", copy_of(all.path(), heap));
    map.put("querystring", copy_of(all.query_string(), heap));
    map.put("header", copy_of(all.header(), heap));
    return Value::map(map);
}

}  // namespace turnpike::transform
