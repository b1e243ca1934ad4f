#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/json/value.hpp"
#include "control-plane/api/contract.hpp"
#include "control-plane/api/errors.hpp"

namespace turnpike::api {

/// Collects what of an operation's input breaks the constraints of its shapes: enumerations,
/// patterns, lengths, ranges, required members. One per request.
class ConstraintCheck {
public:
    /// The members of a structure in the order of the model; `path` is "createRestApiInput".
    void check_structure(const Shape& structure, const json::Value& value, const std::string& path);
    /// A member that `object` may have. `path` is the member's own.
    void check_member(const Member& member, const json::Value& object, const std::string& path);

    /// All violations in one message of the service's form, or nothing.
    std::optional<Failure> failure(Contract contract) const;

private:
    void check_value(const Shape& shape, const json::Value& value, const std::string& path);
    void check_string(const Shape& shape, const json::Value& value, const std::string& path);
    void check_number(const Shape& shape, const json::Value& value, const std::string& path);
    void check_list(const Shape& shape, const json::Value& value, const std::string& path);
    void check_map(const Shape& shape, const json::Value& value, const std::string& path);
    void check_length(const Shape& shape, std::size_t length, const json::Value& value,
                      const std::string& path);
    void add(const json::Value& value, const std::string& path, const std::string& constraint);

    std::string text_;
    std::size_t count_ = 0;
    std::size_t length_violations_ = 0;
    std::string first_path_;
};

/// A member's name in paths: v2 capitalises model names.
std::string path_name(std::string_view name);
/// The input's name in paths: "createRestApiInput" for "CreateRestApi".
std::string input_path(const Operation& operation);

}  // namespace turnpike::api
