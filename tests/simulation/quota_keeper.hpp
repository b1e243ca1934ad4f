#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/limits/quota.hpp"

namespace turnpike::test {

/// What the script of quotas does, in plain C++: the keeper of one key's quota. A value.
class QuotaKeeper {
public:
    limits::QuotaAnswer answer(const limits::QuotaTerms& terms, const std::string& lessee,
                               const limits::QuotaQuestion& question, Microseconds lease,
                               std::int64_t now_us);

    /// It lost its memory, and is told what was used.
    void begin_with(std::int64_t window_s, std::int64_t used) {
        *this = {};
        window_s_ = window_s;
        used_ = used;
    }
    /// It is told what was used at least.
    void raise_to(std::int64_t window_s, std::int64_t used) {
        if (window_s_ != window_s) return begin_with(window_s, used);
        if (used_ + held() < used) used_ = used - held();
    }
    std::int64_t used() const { return used_; }
    std::int64_t held() const;
    /// What lessees may still hold of another window, of which this one does not know any more.
    std::int64_t forgotten(std::int64_t now_us) const;
    std::int64_t window_s() const { return window_s_; }

private:
    struct Lease {
        std::int64_t units = 0;
        std::int64_t expires_us = 0;
    };
    void enter_window(std::int64_t window_s);
    void end_expired(const std::string& asking, std::int64_t now_us);

    std::int64_t window_s_ = -1;
    std::int64_t used_ = 0;
    std::int64_t calls_ = 0;
    std::map<std::string, Lease> leases_;
    std::vector<Lease> forgotten_;
    struct Past {
        std::int64_t paid = 0;
        std::int64_t asked = 0;
        std::int64_t granted = 0;
    };
    std::map<std::string, Past> past_;
    std::map<std::string, Past> before_;  ///< Of the window before.
};

struct Window {
    std::int64_t first_s;
    std::int64_t end_s;
};
/// Source: docs/limits.md.
Window window_of(const std::string& period, std::int64_t now_us);

}  // namespace turnpike::test
