#include "control-plane/api/convert.hpp"

#include <cmath>
#include <limits>

#include "common/base/text.hpp"
#include "control-plane/api/text_check.hpp"

namespace turnpike::api {
namespace {

constexpr std::string_view kNulText = "NUL characters are not supported";

std::string_view name_of_wire_type(const json::Value& value) {
    if (value.is_bool()) return "java.lang.Boolean";
    if (value.is_number()) return "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
    return "java.lang.String";
}

std::string_view name_of_kind(Kind kind) {
    switch (kind) {
        case Kind::Integer:
            return "Integer";
        case Kind::Long:
            return "Long";
        case Kind::Double:
            return "Double";
        case Kind::Boolean:
            return "Boolean";
        case Kind::EpochTimestamp:
        case Kind::IsoTimestamp:
            return "Date";
        default:
            return "String";
    }
}

/// Texts are those of the service, article included: clients compare them.
TypeMismatch mismatch(Kind wanted, const json::Value& given) {
    if (given.is_object()) return {"Start of structure or map found where not expected."};
    if (given.is_array()) return {"Start of list found where not expected"};
    if (wanted == Kind::List) return {"Expected list or null"};
    if (wanted == Kind::Structure || wanted == Kind::Map) return {"Expected map or null"};
    std::string message = "class ";
    message += name_of_wire_type(given);
    message += " can not be converted to an ";
    message += name_of_kind(wanted);
    return {std::move(message)};
}

Converted convert_integer(Kind kind, const json::Value& wire) {
    if (!wire.is_number()) return mismatch(kind, wire);
    const double number = std::trunc(wire.as_number());
    const bool is_narrow = kind == Kind::Integer;
    const double bound = is_narrow ? 2147483648.0 : 9223372036854775808.0;
    if (!(number >= -bound && number < bound)) return mismatch(kind, wire);
    if (wire.is_integer()) return wire;
    return json::Value(static_cast<std::int64_t>(number));
}

Converted convert_scalar(Kind kind, json::Value wire) {
    switch (kind) {
        case Kind::Integer:
        case Kind::Long:
            return convert_integer(kind, wire);
        case Kind::Double:
            if (!wire.is_number()) return mismatch(kind, wire);
            return json::Value(wire.as_number());
        case Kind::Boolean:
            if (!wire.is_bool()) return mismatch(kind, wire);
            return wire;
        case Kind::EpochTimestamp:
            if (!wire.is_number()) return mismatch(kind, wire);
            return wire;
        default:
            if (!wire.is_string()) return mismatch(kind, wire);
            if (wire.as_string().find('\0') != std::string::npos) {
                return TypeMismatch{std::string(kNulText)};
            }
            return wire;
    }
}

Converted convert_list(const Shape& shape, json::Value wire) {
    if (!wire.is_array()) return mismatch(Kind::List, wire);
    const Shape& element = api::shape(shape.element);
    for (json::Value& item : wire.as_array()) {
        if (item.is_null()) continue;  // refused as a violation, with its place
        Converted converted = convert(element, std::move(item));
        if (std::holds_alternative<TypeMismatch>(converted)) return converted;
        item = std::get<json::Value>(std::move(converted));
    }
    return wire;
}

/// `keeps_null`: the service keeps and echoes null templates; other null entries are as if absent.
Converted convert_map(const Shape& shape, json::Value wire, bool keeps_null) {
    if (!wire.is_object()) return mismatch(Kind::Map, wire);
    const Shape& element = api::shape(shape.element);
    json::Object result;
    for (auto& [key, value] : wire.as_object()) {
        if (key.find('\0') != std::string::npos) return TypeMismatch{std::string(kNulText)};
        if (value.is_null()) {
            if (keeps_null) result.append(key, nullptr);
            continue;
        }
        Converted converted = convert(element, std::move(value));
        if (std::holds_alternative<TypeMismatch>(converted)) return converted;
        result.append(key, std::get<json::Value>(std::move(converted)));
    }
    return json::Value(std::move(result));
}

bool keeps_null_entries(const Member& member) {
    return member.name == "requestTemplates" || member.name == "responseTemplates";
}

Converted convert_member(const Member& member, json::Value wire) {
    const Shape& type = shape(member.shape);
    if (type.kind == Kind::Map)
        return convert_map(type, std::move(wire), keeps_null_entries(member));
    return convert(type, std::move(wire));
}

Converted convert_structure(const Shape& shape, json::Value wire) {
    if (!wire.is_object()) return mismatch(Kind::Structure, wire);
    json::Object result;
    for (const Member& member : members(shape)) {
        json::Value* given = wire.as_object().find(member.wire);
        if (given == nullptr || given->is_null()) continue;
        Converted converted = convert_member(member, std::move(*given));
        if (std::holds_alternative<TypeMismatch>(converted)) return converted;
        result.append(std::string(member.name), std::get<json::Value>(std::move(converted)));
    }
    return json::Value(std::move(result));
}

TypeMismatch text_mismatch(std::string_view text, Kind kind) {
    std::string message(cut_text(text, 64));
    message += " can not be converted to an ";
    message += name_of_kind(kind);
    return {std::move(message)};
}

}  // namespace

Converted convert(const Shape& shape, json::Value wire) {
    switch (shape.kind) {
        case Kind::Structure:
            return convert_structure(shape, std::move(wire));
        case Kind::List:
            return convert_list(shape, std::move(wire));
        case Kind::Map:
            return convert_map(shape, std::move(wire), false);
        default:
            return convert_scalar(shape.kind, std::move(wire));
    }
}

Converted convert_text(const Shape& shape, std::string_view text) {
    switch (shape.kind) {
        case Kind::Integer:
        case Kind::Long: {
            const std::optional<long long> number = parse_integer(text);
            if (!number) return text_mismatch(text, shape.kind);
            return convert_integer(shape.kind, json::Value(static_cast<std::int64_t>(*number)));
        }
        case Kind::Double: {
            const std::optional<double> number = parse_number(text);
            if (!number) return text_mismatch(text, shape.kind);
            return json::Value(*number);
        }
        case Kind::Boolean:
            if (!equals_ignoring_case(text, "true") && !equals_ignoring_case(text, "false")) {
                return text_mismatch(text, shape.kind);
            }
            return json::Value(equals_ignoring_case(text, "true"));
        default:
            return json::Value(text);
    }
}

}  // namespace turnpike::api
