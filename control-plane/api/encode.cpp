#include "control-plane/api/encode.hpp"

#include "common/base/clock.hpp"
#include "common/http/header_writer.hpp"

namespace turnpike::api {
namespace {

constexpr std::string_view kJson = "application/json";

json::Value to_wire(const Shape& shape, const json::Value& value);

json::Value timestamp_to_wire(Kind kind, const json::Value& value) {
    if (!value.is_number()) return value;
    const auto seconds = static_cast<std::int64_t>(value.as_number());
    if (kind == Kind::EpochTimestamp) return json::Value(seconds);
    return json::Value(to_iso8601(WallTime{Seconds{seconds}}));
}

json::Value list_to_wire(const Shape& list, const json::Value& value) {
    json::Array items;
    items.reserve(value.as_array().size());
    const Shape& element = shape(list.element);
    for (const json::Value& item : value.as_array()) items.push_back(to_wire(element, item));
    return json::Value(std::move(items));
}

/// Null entries stay: the service answers null templates.
json::Value map_to_wire(const Shape& map, const json::Value& value) {
    json::Object entries;
    const Shape& element = shape(map.element);
    for (const auto& [key, item] : value.as_object()) entries.append(key, to_wire(element, item));
    return json::Value(std::move(entries));
}

json::Value structure_to_wire(const Shape& structure, const json::Value& value) {
    json::Object result;
    for (const Member& member : members(structure)) {
        const json::Value* given = value.find(member.name);
        if (given == nullptr || given->is_null()) continue;
        result.append(std::string(member.wire), to_wire(shape(member.shape), *given));
    }
    return json::Value(std::move(result));
}

json::Value to_wire(const Shape& shape, const json::Value& value) {
    switch (shape.kind) {
        case Kind::Structure:
            return value.is_object() ? structure_to_wire(shape, value) : value;
        case Kind::List:
            return value.is_array() ? list_to_wire(shape, value) : value;
        case Kind::Map:
            return value.is_object() ? map_to_wire(shape, value) : value;
        case Kind::EpochTimestamp:
        case Kind::IsoTimestamp:
            return timestamp_to_wire(shape.kind, value);
        case Kind::Double:
            return value.is_number() ? json::Value(value.as_number()) : value;
        default:
            return value;
    }
}

void add_field(Answer& answer, std::string_view name, std::string_view value) {
    // A value that cannot be sent (a line break in a stored text) is left out.
    if (http::is_field_value(value)) answer.fields.emplace_back(name, value);
}

void add_body(const Operation& operation, const json::Value& output, Answer& answer) {
    if (!operation.output_payload.empty()) {
        answer.body = output.text(operation.output_payload);
        return;
    }
    add_field(answer, "Content-Type", kJson);
    answer.body = json::write(to_wire(shape(operation.output), output));
}

}  // namespace

Answer encode(const Operation& operation, const json::Value& output) {
    Answer answer;
    answer.status = operation.status;
    for (const Member& member : response_headers(operation)) {
        const std::string_view value = output.text(member.name);
        if (!value.empty()) add_field(answer, member.wire, value);
    }
    if (operation.output != kNoShape) add_body(operation, output, answer);
    return answer;
}

Answer encode(const Failure& failure) {
    Answer answer;
    answer.status = failure.status;
    add_field(answer, "Content-Type", kJson);
    add_field(answer, "x-amzn-ErrorType", failure.type);
    if (failure.retry_after_s > 0) {
        add_field(answer, "Retry-After", std::to_string(failure.retry_after_s));
    }
    answer.body = "{\"message\":" + json::quote(failure.message) + '}';
    return answer;
}

}  // namespace turnpike::api
