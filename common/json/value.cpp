#include "common/json/value.hpp"

#include "common/base/assert.hpp"

template class std::vector<turnpike::json::Value>;
template class std::vector<turnpike::json::Object::Member>;

namespace turnpike::json {
namespace {

const Array kEmptyArray;
const Object kEmptyObject;

}  // namespace

Object::Object() = default;
Object::Object(std::initializer_list<Member> members) {
    members_.reserve(members.size());
    for (const Member& member : members) set(member.first, member.second);
}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view name) const {
    for (const Member& member : members_) {
        if (member.first == name) return &member.second;
    }
    return nullptr;
}

Value* Object::find(std::string_view name) {
    return const_cast<Value*>(static_cast<const Object*>(this)->find(name));
}

Value& Object::operator[](std::string_view name) {
    if (Value* found = find(name)) return *found;
    return members_.emplace_back(std::string(name), Value{}).second;
}

void Object::set(std::string_view name, Value value) { (*this)[name] = std::move(value); }

bool Object::erase(std::string_view name) {
    return std::erase_if(members_, [name](const Member& member) { return member.first == name; }) >
           0;
}

void Object::append(std::string name, Value value) {
    members_.emplace_back(std::move(name), std::move(value));
}

std::size_t Object::size() const { return members_.size(); }
std::vector<Object::Member>::iterator Object::begin() { return members_.begin(); }
std::vector<Object::Member>::iterator Object::end() { return members_.end(); }
std::vector<Object::Member>::const_iterator Object::begin() const { return members_.begin(); }
std::vector<Object::Member>::const_iterator Object::end() const { return members_.end(); }

bool Object::operator==(const Object& other) const {
    if (size() != other.size()) return false;
    for (const Member& member : members_) {
        const Value* theirs = other.find(member.first);
        if (theirs == nullptr || !(*theirs == member.second)) return false;
    }
    return true;
}

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;
Value::Value(std::nullptr_t) {}
Value::Value(bool value) : held_(value) {}
Value::Value(int value) : held_(static_cast<std::int64_t>(value)) {}
Value::Value(std::int64_t value) : held_(value) {}
Value::Value(double value) : held_(value) {}
Value::Value(std::string value) : held_(std::move(value)) {}
Value::Value(std::string_view value) : held_(std::string(value)) {}
Value::Value(const char* value) : held_(std::string(value)) {}
Value::Value(Array value) : held_(std::move(value)) {}
Value::Value(Object value) : held_(std::move(value)) {}

// Not defaulted here: clang 16 ends with a fault of its own.
bool Value::operator==(const Value& other) const { return held_ == other.held_; }

bool Value::as_bool() const {
    TURNPIKE_ASSERT(is_bool());
    return *std::get_if<bool>(&held_);
}
std::int64_t Value::as_integer() const {
    TURNPIKE_ASSERT(is_integer());
    return *std::get_if<std::int64_t>(&held_);
}
double Value::as_number() const {
    if (is_integer()) return static_cast<double>(as_integer());
    TURNPIKE_ASSERT(is_number());
    return *std::get_if<double>(&held_);
}
const std::string& Value::as_string() const {
    TURNPIKE_ASSERT(is_string());
    return *std::get_if<std::string>(&held_);
}
std::string& Value::as_string() {
    TURNPIKE_ASSERT(is_string());
    return *std::get_if<std::string>(&held_);
}
const Array& Value::as_array() const {
    TURNPIKE_ASSERT(is_array());
    return *std::get_if<Array>(&held_);
}
Array& Value::as_array() {
    TURNPIKE_ASSERT(is_array());
    return *std::get_if<Array>(&held_);
}
const Object& Value::as_object() const {
    TURNPIKE_ASSERT(is_object());
    return *std::get_if<Object>(&held_);
}
Object& Value::as_object() {
    TURNPIKE_ASSERT(is_object());
    return *std::get_if<Object>(&held_);
}

const Value* Value::find(std::string_view name) const {
    return is_object() ? as_object().find(name) : nullptr;
}

std::string_view Value::text(std::string_view name, std::string_view otherwise) const {
    const Value* member = find(name);
    return member != nullptr && member->is_string() ? std::string_view(member->as_string())
                                                    : otherwise;
}

bool Value::flag(std::string_view name, bool otherwise) const {
    const Value* member = find(name);
    return member != nullptr && member->is_bool() ? member->as_bool() : otherwise;
}

std::optional<std::int64_t> Value::integer(std::string_view name) const {
    const Value* member = find(name);
    if (member == nullptr || !member->is_integer()) return std::nullopt;
    return member->as_integer();
}

std::optional<double> Value::number(std::string_view name) const {
    const Value* member = find(name);
    if (member == nullptr || !member->is_number()) return std::nullopt;
    return member->as_number();
}

const Array& Value::array(std::string_view name) const {
    const Value* member = find(name);
    return member != nullptr && member->is_array() ? member->as_array() : kEmptyArray;
}

const Object& Value::object(std::string_view name) const {
    const Value* member = find(name);
    return member != nullptr && member->is_object() ? member->as_object() : kEmptyObject;
}

Value& Value::operator[](std::string_view name) {
    if (is_null()) held_ = Object{};
    return as_object()[name];
}

}  // namespace turnpike::json
