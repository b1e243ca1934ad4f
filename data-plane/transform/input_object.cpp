#include "data-plane/transform/input_object.hpp"

#include <unordered_map>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/dynamic/text.hpp"
#include "common/http/uri.hpp"
#include "data-plane/transform/parameter_value.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
using dynamic::Map;
using dynamic::Value;
using pipeline::Exchange;

/// What a caller sent may be any bytes; what a template works on is UTF-8.
Value text_value(std::string_view text, Heap& heap) {
    return Value::string(is_utf8(text) ? text : heap.copy(valid_utf8(text)));
}

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

Value path_parameters(Exchange& exchange, Heap& heap) {
    Map& map = *heap.make<Map>(heap);
    for (const std::string& name : exchange.method->resource->parameter_names) {
        const std::string_view value = path_value(exchange, name);
        if (value.data() != nullptr) map.put(name, text_value(value, heap));
    }
    return Value::map(map);
}

/// The last value of each name.
Value query_parameters(Exchange& exchange, Heap& heap) {
    Map& map = *heap.make<Map>(heap);
    for_each_query_parameter(exchange, [&](std::string_view name, std::string_view value) {
        map.put(text_value(name, heap).as_string(), text_value(value, heap));
    });
    return Value::map(map);
}

/// Names as they were sent; the last value of each.
Value header_fields(Exchange& exchange, Heap& heap) {
    Map& map = *heap.make<Map>(heap);
    for (const http::Field field : exchange.head().fields()) {
        if (!is_hidden(field.known)) map.put(field.name, text_value(field.value, heap));
    }
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
        return parameter(arguments[0].as_string(), heap);
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

Value InputObject::parameter(std::string_view name, Heap& heap) {
    const std::string_view in_path = path_value(exchange_, name);
    if (in_path.data() != nullptr) return text_value(in_path, heap);
    using Kind = snapshot::ParameterSource::Kind;
    snapshot::ParameterSource source;
    source.name = std::string(name);
    for (const Kind kind : {Kind::QueryLast, Kind::HeaderLast}) {
        source.kind = kind;
        const std::string_view value = value_of(exchange_, source);
        if (!value.empty()) return text_value(value, heap);
    }
    return Value::string("");
}

Value InputObject::parameters(Heap& heap) {
    Map& map = *heap.make<Map>(heap);
    map.put("path", path_parameters(exchange_, heap));
    map.put("querystring", query_parameters(exchange_, heap));
    map.put("header", header_fields(exchange_, heap));
    return Value::map(map);
}

}  // namespace turnpike::transform
