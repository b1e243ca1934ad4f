#pragma once

#include <cstddef>

#include "control-plane/openapi/limits.hpp"

namespace turnpike::openapi {

/// What looking at one more value of the document costs, so that loops are bounded as well.
constexpr std::size_t kLookBytes = 16;

/// Memory for what is made out of a document, since a few references can ask for a great many
/// copies. Thread: one.
class Budget {
public:
    /// Returns: false if it is spent, now or before; whoever asked then makes nothing.
    bool spend(std::size_t bytes) {
        if (bytes > left_bytes_) left_bytes_ = 0;
        if (left_bytes_ == 0) return false;
        left_bytes_ -= bytes;
        return true;
    }
    bool is_spent() const { return left_bytes_ == 0; }

private:
    std::size_t left_bytes_ = kResultBytesMax;
};

}  // namespace turnpike::openapi
