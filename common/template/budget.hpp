#pragma once

#include <cstddef>
#include <cstdint>

namespace turnpike::velocity {

/// The steps that an evaluation has left.
class Budget {
public:
    explicit Budget(std::int64_t steps) : left_(steps) {}
    void step() { --left_; }
    /// For work that reads so many characters or elements.
    void charge(std::size_t elements) { left_ -= static_cast<std::int64_t>(elements / 64); }
    void charge_steps(std::size_t steps) { left_ -= static_cast<std::int64_t>(steps); }
    bool is_spent() const { return left_ < 0; }

private:
    std::int64_t left_;
};

}  // namespace turnpike::velocity
