#include "common/redis/command_key.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/base/text.hpp"

namespace turnpike::redis {
namespace {

enum class Place : std::uint8_t { None, Second, AfterCount, AfterStreams };

struct Form {
    std::string_view name;
    Place place;
};

// All others: the first argument. SCAN is the director's, which asks one master after the other.
constexpr std::array kForms{
    Form{"ACL", Place::None},
    Form{"AUTH", Place::None},
    Form{"BITOP", Place::Second},
    Form{"CLIENT", Place::None},
    Form{"CLUSTER", Place::None},
    Form{"COMMAND", Place::None},
    Form{"CONFIG", Place::None},
    Form{"DBSIZE", Place::None},
    Form{"ECHO", Place::None},
    Form{"EVAL", Place::AfterCount},
    Form{"EVALSHA", Place::AfterCount},
    Form{"EVALSHA_RO", Place::AfterCount},
    Form{"EVAL_RO", Place::AfterCount},
    Form{"FCALL", Place::AfterCount},
    Form{"FCALL_RO", Place::AfterCount},
    Form{"FLUSHALL", Place::None},
    Form{"FLUSHDB", Place::None},
    Form{"FUNCTION", Place::None},
    Form{"INFO", Place::None},
    Form{"LASTSAVE", Place::None},
    Form{"MEMORY", Place::Second},
    Form{"OBJECT", Place::Second},
    Form{"PING", Place::None},
    Form{"PUBLISH", Place::None},
    Form{"RANDOMKEY", Place::None},
    Form{"ROLE", Place::None},
    Form{"SCRIPT", Place::None},
    Form{"TIME", Place::None},
    Form{"WAIT", Place::None},
    Form{"XGROUP", Place::Second},
    Form{"XINFO", Place::Second},
    Form{"XREAD", Place::AfterStreams},
    Form{"XREADGROUP", Place::AfterStreams},
};

std::optional<std::size_t> if_there(const Command& command, std::size_t position) {
    return position < command.size() ? std::optional(position) : std::nullopt;
}

/// EVAL script numkeys key…
std::optional<std::size_t> after_count(const Command& command) {
    if (command.size() < 3) return std::nullopt;
    const auto keys = parse_integer(command[2]);
    return keys && *keys > 0 ? if_there(command, 3) : std::nullopt;
}

std::optional<std::size_t> after_streams(const Command& command) {
    for (std::size_t i = 1; i < command.size(); ++i) {
        if (equals_ignoring_case(command[i], "STREAMS")) return if_there(command, i + 1);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> key_position(const Command& command) {
    if (command.empty()) return std::nullopt;
    const auto form = std::ranges::find_if(kForms, [&command](const Form& one) {
        return equals_ignoring_case(one.name, command.front());
    });
    if (form == kForms.end()) return if_there(command, 1);
    switch (form->place) {
        case Place::None:
            return std::nullopt;
        case Place::Second:
            return if_there(command, 2);
        case Place::AfterCount:
            return after_count(command);
        case Place::AfterStreams:
            return after_streams(command);
    }
    return std::nullopt;
}

}  // namespace turnpike::redis
