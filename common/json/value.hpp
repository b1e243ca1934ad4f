#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.hpp"

namespace turnpike::json {

class Value;
using Array = std::vector<Value>;

/// Members in the order in which they were added; look-up is linear, which wins for the small
/// objects of the contract. Duplicate names: the last one given wins.
class Object {
public:
    using Member = std::pair<std::string, Value>;

    Object();
    Object(std::initializer_list<Member> members);
    Object(const Object&);
    Object(Object&&) noexcept;
    Object& operator=(const Object&);
    Object& operator=(Object&&) noexcept;
    ~Object();

    /// Returns: null if there is no such member. Lifetime: until the object changes.
    const Value* find(std::string_view name) const;
    Value* find(std::string_view name);
    bool contains(std::string_view name) const { return find(name) != nullptr; }
    /// Adds a null member if there is none.
    Value& operator[](std::string_view name);
    void set(std::string_view name, Value value);
    bool erase(std::string_view name);
    /// Adds without looking for the name; for parsers that guarantee distinct names.
    void append(std::string name, Value value);

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::vector<Member>::iterator begin();
    std::vector<Member>::iterator end();
    std::vector<Member>::const_iterator begin() const;
    std::vector<Member>::const_iterator end() const;
    bool operator==(const Object& other) const;  ///< Order of members does not matter.

private:
    std::vector<Member> members_;
};

/// One JSON value (RFC 8259). Integers that fit 64 bits stay integers; other numbers are doubles.
/// A plain value: copied, compared, no thread of its own.
class Value {
public:
    Value();
    Value(const Value&);
    Value(Value&&) noexcept;
    Value& operator=(const Value&);
    Value& operator=(Value&&) noexcept;
    ~Value();
    // NOLINTBEGIN(google-explicit-constructor): documents are written as literals
    Value(std::nullptr_t);
    Value(bool value);
    Value(int value);
    Value(std::int64_t value);
    Value(double value);
    Value(std::string value);
    Value(std::string_view value);
    Value(const char* value);
    Value(Array value);
    Value(Object value);
    // NOLINTEND(google-explicit-constructor)

    bool is_null() const { return held_.index() == 0; }
    bool is_bool() const { return std::holds_alternative<bool>(held_); }
    bool is_integer() const { return std::holds_alternative<std::int64_t>(held_); }
    bool is_number() const { return is_integer() || std::holds_alternative<double>(held_); }
    bool is_string() const { return std::holds_alternative<std::string>(held_); }
    bool is_array() const { return std::holds_alternative<Array>(held_); }
    bool is_object() const { return std::holds_alternative<Object>(held_); }

    /// Each requires the matching is_…(); as_number() also takes integers.
    bool as_bool() const;
    std::int64_t as_integer() const;
    double as_number() const;
    const std::string& as_string() const;
    std::string& as_string();
    const Array& as_array() const;
    Array& as_array();
    const Object& as_object() const;
    Object& as_object();

    /// Reads that never fail: the member if this is an object that has it, else null.
    const Value* find(std::string_view name) const;
    /// The string member, or `otherwise` when it is absent or of another type.
    std::string_view text(std::string_view name, std::string_view otherwise = {}) const;
    bool flag(std::string_view name, bool otherwise = false) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<double> number(std::string_view name) const;
    /// The array or object member, or an empty one.
    const Array& array(std::string_view name) const;
    const Object& object(std::string_view name) const;

    /// Member of an object, added as null if absent. A null value becomes an object first.
    Value& operator[](std::string_view name);

    bool operator==(const Value& other) const;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> held_;
};

}  // namespace turnpike::json

// Many files use these; they are made once, in value.cpp.
extern template class std::vector<turnpike::json::Value>;
extern template class std::vector<turnpike::json::Object::Member>;

namespace turnpike::json {

struct ParseLimits {
    std::size_t depth_max = 128;
    std::size_t bytes_max = 32U << 20U;
};

/// Strict RFC 8259 in UTF-8, one value, nothing after it. Memory and time are linear in the text.
/// Errors: Invalid, with the reason and byte offset in `detail`.
Result<Value> parse(std::string_view text, const ParseLimits& limits = {});

/// Compact text, UTF-8. Doubles that are whole keep a fraction ("50.0").
std::string write(const Value& value);
/// Two spaces a level, for people.
std::string write_pretty(const Value& value);
/// `text` as a JSON string, quotes included.
std::string quote(std::string_view text);

}  // namespace turnpike::json
