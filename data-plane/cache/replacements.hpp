#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "common/base/text.hpp"

namespace turnpike::cache {

/// What was replaced lately, so that the answer of a call that began before is not kept. Bounded:
/// of what is forgotten, every call that began before that counts as overtaken. Thread: one.
class Replacements {
public:
    /// The entry with this id is another one by now.
    void note(const std::string& id, SteadyTime now) {
        if (last_.size() >= kIdsMax) note_all(now);
        last_[id] = now;
        ++count_;
    }
    /// Any may be.
    void note_all(SteadyTime now) {
        last_.clear();
        all_until_ = now;
        ++count_;
    }
    /// Whether the answer of a call that began then may be of before a replacement.
    bool is_overtaken(std::string_view id, SteadyTime began) const {
        return began <= all_until_ || is_replaced(id, began);
    }
    /// Whether it is, as far as is remembered.
    bool is_replaced(std::string_view id, SteadyTime began) const {
        const auto found = last_.find(id);
        return found != last_.end() && began <= found->second;
    }
    /// Grows with each.
    std::size_t count() const { return count_; }

private:
    static constexpr std::size_t kIdsMax = 1000;
    std::unordered_map<std::string, SteadyTime, StringHash, std::equal_to<>> last_;
    SteadyTime all_until_ = SteadyTime::min();
    std::size_t count_ = 0;
};

}  // namespace turnpike::cache
