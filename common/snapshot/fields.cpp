#include "common/snapshot/fields.hpp"

#include "common/snapshot/limits.hpp"

namespace turnpike::snapshot {

namespace {

const json::Object no_object;
const json::Array no_array;

}  // namespace

Fields::Fields(const json::Value& object, Failure& failure, std::string_view what)
    : object_(object), failure_(failure), what_(what) {
    if (!object_.is_object()) fail("", "is not an object");
}

void Fields::fail(std::string_view name, std::string_view reason) {
    if (failure_) return;
    std::string message(what_);
    if (!name.empty()) message += "." + std::string(name);
    failure_ = invalid(message + " " + std::string(reason));
}

const json::Value* Fields::find(std::string_view name) {
    if (failure_) return nullptr;
    const json::Value* const value = object_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::text(std::string_view name, std::size_t bytes_max, std::string_view otherwise) {
    const json::Value* const value = find(name);
    if (value == nullptr) return std::string(otherwise);
    if (!value->is_string()) {
        fail(name, "is not a string");
        return {};
    }
    if (value->as_string().size() > bytes_max) {
        fail(name, "is too long");
        return {};
    }
    return value->as_string();
}

std::string Fields::required_text(std::string_view name, std::size_t bytes_max) {
    std::string value = text(name, bytes_max);
    if (value.empty()) fail(name, "is missing");
    return value;
}

std::optional<bool> Fields::optional_flag(std::string_view name) {
    const json::Value* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_bool()) {
        fail(name, "is not a boolean");
        return std::nullopt;
    }
    return value->as_bool();
}

bool Fields::flag(std::string_view name, bool otherwise) {
    return optional_flag(name).value_or(otherwise);
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t low,
                                            std::int64_t high) {
    const json::Value* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_integer()) {
        fail(name, "is not an integer");
        return std::nullopt;
    }
    if (value->as_integer() < low || value->as_integer() > high) {
        fail(name, "is out of range");
        return std::nullopt;
    }
    return value->as_integer();
}

std::optional<double> Fields::number(std::string_view name) {
    const json::Value* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        fail(name, "is not a number");
        return std::nullopt;
    }
    return value->as_number();
}

const json::Object& Fields::object(std::string_view name, std::size_t count_max) {
    const json::Value* const value = find(name);
    if (value == nullptr) return no_object;
    if (!value->is_object()) {
        fail(name, "is not an object");
        return no_object;
    }
    if (value->as_object().size() > count_max) {
        fail(name, "has too many entries");
        return no_object;
    }
    return value->as_object();
}

const json::Array& Fields::array(std::string_view name, std::size_t count_max) {
    const json::Value* const value = find(name);
    if (value == nullptr) return no_array;
    if (!value->is_array()) {
        fail(name, "is not an array");
        return no_array;
    }
    if (value->as_array().size() > count_max) {
        fail(name, "has too many entries");
        return no_array;
    }
    return value->as_array();
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t count_max,
                                       std::size_t bytes_max) {
    std::vector<std::string> items;
    for (const json::Value& item : array(name, count_max)) {
        if (!item.is_string() || item.as_string().size() > bytes_max) {
            fail(name, "holds something that is not a short string");
            return {};
        }
        items.push_back(item.as_string());
    }
    return items;
}

model::StringMap Fields::text_map(std::string_view name, std::size_t bytes_max) {
    model::StringMap map;
    const json::Object& members = object(name, limits::kMapEntriesMax);
    map.reserve(members.size());
    for (const auto& [key, value] : members) {
        const bool is_text =
            value.is_null() || (value.is_string() && value.as_string().size() <= bytes_max);
        if (key.size() > limits::kNameBytesMax || !is_text) {
            fail(name, "holds something that is not a string, or too long");
            return {};
        }
        map.emplace_back(key, value.is_null() ? std::string{} : value.as_string());
    }
    return map;
}

}  // namespace turnpike::snapshot
