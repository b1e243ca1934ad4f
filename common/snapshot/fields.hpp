#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "common/json/value.hpp"
#include "common/model/deployment.hpp"

namespace turnpike::snapshot {

/// Reads the members of one published object. The first that has a wrong type or breaks a bound
/// fails the document as a whole: later reads give defaults, and the decoder returns the failure in
/// the end. A member that is null counts as absent. Used by the decoders of this folder only.
class Fields {
public:
    using Failure = std::optional<Error>;

    Fields(const json::Value& object, Failure& failure, std::string_view what);

    std::string text(std::string_view name, std::size_t bytes_max, std::string_view otherwise = {});
    std::string required_text(std::string_view name, std::size_t bytes_max);
    bool flag(std::string_view name, bool otherwise = false);
    std::optional<bool> optional_flag(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);
    std::optional<double> number(std::string_view name);
    std::vector<std::string> texts(std::string_view name, std::size_t count_max,
                                   std::size_t bytes_max);
    /// Null is the empty text.
    model::StringMap text_map(std::string_view name, std::size_t bytes_max);
    /// An object or array member; empty if absent.
    const json::Object& object(std::string_view name, std::size_t count_max);
    const json::Array& array(std::string_view name, std::size_t count_max);

    void fail(std::string_view name, std::string_view reason);

private:
    const json::Value* find(std::string_view name);

    const json::Value& object_;
    Failure& failure_;
    std::string_view what_;  // for messages: "integration"
};

}  // namespace turnpike::snapshot
