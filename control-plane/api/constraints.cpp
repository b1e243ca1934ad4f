#include "control-plane/api/constraints.hpp"

#include "common/base/text.hpp"
#include "common/snapshot/pattern.hpp"
#include "control-plane/api/limits.hpp"
#include "control-plane/api/text_check.hpp"

namespace turnpike::api {
namespace {

/// The patterns of the contract, compiled when first needed; whole texts must match.
bool matches_pattern(std::string_view pattern, std::string_view text) {
    static const auto kPatterns = [] {
        std::map<std::string_view, snapshot::Pattern> compiled;
        for (const Shape& shape : shapes()) {
            if (shape.pattern.empty()) continue;
            auto made = snapshot::Pattern::compile(shape.pattern);
            TURNPIKE_ASSERT(made.has_value());
            compiled.try_emplace(shape.pattern, *made);
        }
        return compiled;
    }();
    return kPatterns.at(pattern).matches(text);
}

bool is_enum_value(const Shape& shape, std::string_view text) {
    const auto values = enum_values(shape);
    return std::find(values.begin(), values.end(), text) != values.end();
}

std::string enum_constraint(const Shape& shape) {
    std::string text = "Member must satisfy enum value set: [";
    bool is_first = true;
    for (const std::string_view value : enum_values(shape)) {
        if (!is_first) text += ", ";
        text += value;
        is_first = false;
    }
    return text + ']';
}

/// As the service writes values into messages: strings bare, lists "[a, b]", maps "{k=v}".
void append_echo(std::string& out, const json::Value& value) {
    if (out.size() > limits::kEchoBytesMax) return;
    if (value.is_string()) {
        out += cut_text(value.as_string(), limits::kEchoBytesMax);
    } else if (value.is_array()) {
        std::string_view separator;
        out += '[';
        for (const json::Value& item : value.as_array()) {
            out += separator;
            append_echo(out, item);
            separator = ", ";
        }
        out += ']';
    } else if (value.is_object()) {
        std::string_view separator;
        out += '{';
        for (const auto& [key, item] : value.as_object()) {
            out += separator;
            out += cut_text(key, limits::kEchoBytesMax);
            out += '=';
            append_echo(out, item);
            separator = ", ";
        }
        out += '}';
    } else {
        out += json::write(value);
    }
}

std::string with_number(std::string_view text, std::int64_t number) {
    return std::string(text) + std::to_string(number);
}

bool has_constraint(const Shape& shape) {
    return shape.count > 0 || !shape.pattern.empty() || shape.min != kUnbounded ||
           shape.max != kUnbounded;
}

/// What a length breaks; empty if nothing.
std::string broken_by_length(const Shape& shape, std::size_t length) {
    const auto given = static_cast<std::int64_t>(length);
    if (shape.min != kUnbounded && given < shape.min) {
        return with_number("Member must have length greater than or equal to ", shape.min);
    }
    if (shape.max != kUnbounded && given > shape.max) {
        return with_number("Member must have length less than or equal to ", shape.max);
    }
    return {};
}

/// What a string's content breaks; empty if nothing.
std::string broken_by_content(const Shape& shape, std::string_view text) {
    if (shape.count > 0 && !is_enum_value(shape, text)) return enum_constraint(shape);
    if (!shape.pattern.empty() && !matches_pattern(shape.pattern, text)) {
        return "Member must satisfy regular expression pattern: " + std::string(shape.pattern);
    }
    return {};
}

/// What one string in a list or map breaks; those are reported once, at the collection.
std::string broken_by_element(const Shape& shape, std::string_view text) {
    std::string broken = broken_by_content(shape, text);
    return broken.empty() ? broken_by_length(shape, count_code_points(text)) : broken;
}

}  // namespace

void ConstraintCheck::check_structure(const Shape& structure, const json::Value& value,
                                      const std::string& path) {
    for (const Member& member : members(structure)) {
        check_member(member, value, path + '.' + path_name(member.name));
    }
}

void ConstraintCheck::check_member(const Member& member, const json::Value& object,
                                   const std::string& path) {
    const json::Value* value = object.find(member.name);
    if (value != nullptr && !value->is_null()) {
        check_value(shape(member.shape), *value, path);
    } else if (member.required) {
        add(nullptr, path, "Member must not be null");
    }
}

void ConstraintCheck::check_value(const Shape& shape, const json::Value& value,
                                  const std::string& path) {
    switch (shape.kind) {
        case Kind::Structure:
            return check_structure(shape, value, path);
        case Kind::List:
            return check_list(shape, value, path);
        case Kind::Map:
            return check_map(shape, value, path);
        case Kind::String:
        case Kind::Blob:
            return check_string(shape, value, path);
        case Kind::Integer:
        case Kind::Long:
        case Kind::Double:
            return check_number(shape, value, path);
        default:
            return;
    }
}

void ConstraintCheck::check_string(const Shape& shape, const json::Value& value,
                                   const std::string& path) {
    if (!has_constraint(shape)) return;
    const std::string& text = value.as_string();
    const std::string broken = broken_by_content(shape, text);
    if (!broken.empty()) add(value, path, broken);
    const bool is_blob = shape.kind == Kind::Blob;
    check_length(shape, is_blob ? text.size() : count_code_points(text), value, path);
}

void ConstraintCheck::check_length(const Shape& shape, std::size_t length, const json::Value& value,
                                   const std::string& path) {
    const std::string broken = broken_by_length(shape, length);
    if (broken.empty()) return;
    ++length_violations_;
    add(value, path, broken);
}

void ConstraintCheck::check_number(const Shape& shape, const json::Value& value,
                                   const std::string& path) {
    if (shape.min != kUnbounded && value.as_number() < static_cast<double>(shape.min)) {
        add(value, path,
            with_number("Member must have value greater than or equal to ", shape.min));
    }
    if (shape.max != kUnbounded && value.as_number() > static_cast<double>(shape.max)) {
        add(value, path, with_number("Member must have value less than or equal to ", shape.max));
    }
}

void ConstraintCheck::check_list(const Shape& list, const json::Value& value,
                                 const std::string& path) {
    check_length(list, value.as_array().size(), value, path);
    const Shape& element = shape(list.element);
    std::size_t index = 0;  // counted from 1 in paths
    for (const json::Value& item : value.as_array()) {
        ++index;
        if (item.is_null()) {
            add(nullptr, path + '.' + std::to_string(index) + ".member", "Member must not be null");
        } else if (element.kind == Kind::String) {
            const std::string broken = broken_by_element(element, item.as_string());
            if (!broken.empty()) {
                return add(value, path, "Member must satisfy constraint: [" + broken + ']');
            }
        } else {
            check_value(element, item, path + '.' + std::to_string(index) + ".member");
        }
    }
}

void ConstraintCheck::check_map(const Shape& map, const json::Value& value,
                                const std::string& path) {
    check_length(map, value.as_object().size(), value, path);
    const Shape& element = shape(map.element);
    for (const auto& [key, item] : value.as_object()) {
        const std::string broken_key = broken_by_element(shape(map.key), key);
        if (!broken_key.empty()) {
            return add(value, path, "Map keys must satisfy constraint: [" + broken_key + ']');
        }
        if (item.is_null()) continue;
        if (element.kind != Kind::String) {
            check_value(element, item, path + '.' + key + ".member");
            continue;
        }
        const std::string broken = broken_by_element(element, item.as_string());
        if (!broken.empty()) {
            return add(value, path, "Map value must satisfy constraint: [" + broken + ']');
        }
    }
}

void ConstraintCheck::add(const json::Value& value, const std::string& path,
                          const std::string& constraint) {
    if (count_ == 0) first_path_ = path;
    if (++count_ > limits::kViolationsMax) return;
    if (!text_.empty()) text_ += "; ";
    if (value.is_null()) {
        text_ += "Value null";
    } else {
        std::string echo;
        append_echo(echo, value);
        text_ += "Value '" + echo + '\'';
    }
    text_ += " at '" + path + "' failed to satisfy constraint: " + constraint;
}

std::optional<Failure> ConstraintCheck::failure(Contract contract) const {
    if (count_ == 0) return std::nullopt;
    if (contract == Contract::HttpV2 && length_violations_ == count_) {
        const std::size_t dot = first_path_.rfind('.');
        return bad_request("Invalid " + first_path_.substr(dot + 1) + " specified");
    }
    std::string message = std::to_string(count_);
    message += count_ == 1 ? " validation error detected: " : " validation errors detected: ";
    return validation_failure(message + text_);
}

std::string path_name(std::string_view name) {
    std::string path(name);
    path[0] = to_lower(path[0]);
    return path;
}

std::string input_path(const Operation& operation) { return path_name(operation.name) + "Input"; }

}  // namespace turnpike::api
