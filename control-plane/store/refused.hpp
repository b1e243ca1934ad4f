#pragma once

#include <stdexcept>
#include <utility>

#include "common/base/error.hpp"

namespace turnpike::store {

/// Ends an operation with an Error from a method of Transaction that cannot return one: a text that
/// the database cannot keep, a position that no list gave, a lock that is not to be had. Store::run
/// turns it back into the Error; nothing else sees it.
class Refused : public std::exception {
public:
    explicit Refused(Error error) : error_(std::move(error)) {}
    const Error& error() const { return error_; }
    const char* what() const noexcept override { return error_.message.c_str(); }

private:
    Error error_;
};

}  // namespace turnpike::store
