#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/random.hpp"

namespace turnpike::pipeline {

/// The names of one request: its id, the extended id, and its trace. A value without allocations.
/// Source: the reference, data-plane section 1.2 and observability section 4.
class RequestIds {
public:
    /// `supplied`: the caller's x-amzn-RequestId, taken over if it is a UUID. `trace`: the caller's
    /// X-Amzn-Trace-Id, completed; what is missing or not usable is made up.
    void assign(FastRandom& random, WallTime now, std::optional<std::string_view> supplied,
                std::optional<std::string_view> trace);

    std::string_view request_id() const { return {request_id_.data(), request_id_.size()}; }
    std::string_view extended_id() const { return {extended_id_.data(), extended_id_.size()}; }
    /// "Root=1-...;Parent=...;Sampled=0".
    std::string_view trace() const { return {trace_.data(), trace_size_}; }
    /// The value of Root alone.
    std::string_view trace_root() const { return {trace_.data() + 5, root_size_}; }
    /// The caller's id was not a UUID and therefore not used.
    bool replaced_supplied_id() const { return replaced_supplied_id_; }

private:
    void assign_extended_id(FastRandom& random);
    void assign_trace(FastRandom& random, WallTime now, std::optional<std::string_view> given);
    void append(std::string_view text);
    void append_hex(std::uint32_t number);
    /// Sixteen digits.
    void append_hex(FastRandom& random);

    std::array<char, 36> request_id_;
    std::array<char, 16> extended_id_;
    std::array<char, 160> trace_;
    std::size_t trace_size_ = 0;
    std::size_t root_size_ = 0;
    bool replaced_supplied_id_ = false;
};

/// 8-4-4-4-12 hexadecimal digits, any version.
bool is_uuid(std::string_view text);

}  // namespace turnpike::pipeline
