#pragma once

#include <utility>
#include <variant>

#include "common/base/assert.hpp"
#include "common/base/error.hpp"

namespace turnpike {

/// A value or the Error that prevented it; the subset of C++23 std::expected that we use, so that
/// the swap is one alias later. Converts from both, so `return error;` and `return value;` work.
template <typename T>
class [[nodiscard]] Result {
public:
    // NOLINTBEGIN(google-explicit-constructor): return statements read as what they return
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
    // NOLINTEND(google-explicit-constructor)

    bool has_value() const { return held_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return checked(); }
    const T& value() const& { return const_cast<Result*>(this)->checked(); }
    T&& value() && { return std::move(checked()); }
    T& operator*() & { return checked(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& {
        TURNPIKE_ASSERT(!has_value());
        return *std::get_if<1>(&held_);
    }
    Error&& error() && {
        TURNPIKE_ASSERT(!has_value());
        return std::move(*std::get_if<1>(&held_));
    }

private:
    T& checked() {
        TURNPIKE_ASSERT(has_value());
        return *std::get_if<0>(&held_);
    }
    std::variant<T, Error> held_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): return statements read as what they return
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    bool has_value() const { return !failed_; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const& {
        TURNPIKE_ASSERT(failed_);
        return error_;
    }
    Error&& error() && {
        TURNPIKE_ASSERT(failed_);
        return std::move(error_);
    }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace turnpike
