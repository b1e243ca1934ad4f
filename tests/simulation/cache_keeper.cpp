#include "tests/simulation/cache_keeper.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "tests/simulation/virtual_machine.hpp"

namespace turnpike::test {
namespace {

constexpr std::size_t kTimeBytes = 8;

std::int64_t number(const std::string& text) { return parse_integer(text).value(); }

std::string packed(std::int64_t value) {
    std::string bytes;
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        bytes += static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xffU);
    }
    return bytes;
}

std::int64_t unpacked(const std::string& bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return static_cast<std::int64_t>(value);
}

}  // namespace

const CacheKeeper::Value* CacheKeeper::find(const std::string& key) {
    const auto found = memory_.values.find(key);
    if (found == memory_.values.end()) return nullptr;
    if (found->second.expires_us > redis_clock_us()) return &found->second;
    memory_.values.erase(found);
    return nullptr;
}

redis::Reply CacheKeeper::get(const std::string& key) {
    const Value* const value = find(key);
    return value ? text_reply(value->text) : redis::Reply{};
}

void CacheKeeper::unlock(const std::string& key, const std::string& token) {
    const Value* const lock = find(key);
    if (lock && lock->text == token) memory_.values.erase(key);
}

VirtualRedis::Answer CacheKeeper::execute(const redis::Command& command) {
    const std::string& name = command[0];
    if (name == "GET") return get(command[1]);
    if (name == "TIME") return integer_reply(redis_clock_us() / 1000);
    if (name == "LAST") {
        const auto& replaced = memory_.replaced;
        return text_reply(replaced.empty() ? "0" : std::to_string(replaced.back().number));
    }
    if (name == "AFTER") {
        redis::Reply news = text_reply(command[2]);
        const auto& replaced = memory_.replaced;
        auto next = std::upper_bound(
            replaced.begin(), replaced.end(), number(command[2]),
            [](std::int64_t last, const Replaced& one) { return last < one.number; });
        for (; next != replaced.end(); ++next) {
            news.elements.push_back(text_reply(next->id));
            news.text = std::to_string(next->number);
        }
        return news;
    }
    if (name == "EVAL" && command[2] == "1") {
        unlock(command[3], command[4]);
        return integer_reply(1);
    }
    if (name == "PEXPIRE") {
        if (find(command[1])) {
            memory_.values[command[1]].expires_us = redis_clock_us() + number(command[2]) * 1000;
        }
        return integer_reply(1);
    }
    if (is_full) return internal_error("OOM command not allowed");
    if (name == "SET") {  // NX PX
        if (find(command[1])) return redis::Reply{};
        memory_.values[command[1]] = {command[2], redis_clock_us() + number(command[5]) * 1000};
        return text_reply("OK");
    }
    if (name == "XADD") {
        memory_.replaced.push_back({++last_number_, command.back()});
        on_told(command.back());
        return text_reply(std::to_string(last_number_));
    }
    return store(command);
}

bool CacheKeeper::make_room(const std::string& prefix, const std::string& id, std::int64_t size,
                            std::int64_t most) {
    memory_.index.erase(id);
    std::erase_if(memory_.index,
                  [](const auto& one) { return one.second.expires_us <= redis_clock_us(); });
    const auto total = [this] {
        std::int64_t bytes = 0;
        for (const auto& [other, indexed] : memory_.index) bytes += indexed.bytes;
        return bytes;
    };
    while (size <= most && total() + size > most) {
        const auto first = std::min_element(
            memory_.index.begin(), memory_.index.end(), [](const auto& one, const auto& other) {
                return one.second.expires_us < other.second.expires_us;
            });
        memory_.values.erase(prefix + first->first);
        memory_.index.erase(first);
    }
    return total() + size <= most;
}

/// EVAL script 4, keys: entry, index, sizes, lock; id, entry, its time, what it counts, how much
/// there may be, prefix of entries, token of the lock, when its call began, when it was sent.
redis::Reply CacheKeeper::store(const redis::Command& command) {
    const std::string& key = command[3];
    const std::string& id = command[7];
    const std::int64_t began = number(command[14]);
    const std::int64_t now_us = redis_clock_us();
    const std::int64_t kept_us = number(command[9]) * 1000;
    const std::int64_t expires_us = std::min(now_us, number(command[15]) * 1000) + kept_us;
    const Value* const before = find(key);
    if (expires_us <= now_us || (before && unpacked(before->text, kTimeBytes) > began)) {
        unlock(command[6], command[13]);
        return integer_reply(0);
    }
    const bool fits = make_room(command[12], id, number(command[10]), number(command[11]));
    memory_.values.erase(key);
    if (fits) {
        memory_.values[key] = {packed(expires_us / 1000) + packed(began) + command[8], expires_us};
        memory_.index[id] = {expires_us, number(command[10])};
        on_stored(id);
    }
    unlock(command[6], command[13]);
    return integer_reply(fits ? 1 : 0);
}

}  // namespace turnpike::test
