#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace turnpike::tls {

/// Keys of session tickets, one set for each period of eight hours, derived from a key that all
/// workers share: they need not tell each other anything, and a stolen set opens no later traffic.
/// Immutable. Thread: any.
class TicketKeys {
public:
    static constexpr Seconds kPeriod{8 * 3600};

    struct Set {
        std::array<unsigned char, 16> name;  // ends with the period's number
        std::array<unsigned char, 32> encryption;
        std::array<unsigned char, 32> authentication;
    };
    explicit TicketKeys(std::string base_key) : base_key_(std::move(base_key)) {}
    ~TicketKeys();
    TicketKeys(TicketKeys&&) = default;
    TicketKeys& operator=(TicketKeys&&) = default;

    static std::int64_t period_of(WallTime now);
    Set for_period(std::int64_t period) const;
    /// The set that `name` belongs to, if it is of this period, the last, or the next (clocks of
    /// two workers differ).
    std::optional<Set> find(const unsigned char* name, WallTime now) const;

private:
    std::string base_key_;
};

}  // namespace turnpike::tls
