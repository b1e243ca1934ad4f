#include "common/redis/sentinel_answer.hpp"

#include "common/base/text.hpp"

namespace turnpike::redis {

std::optional<MasterChoice> parse_master(const Reply& address, const Reply& facts) {
    if (address.elements.size() != 2 || address.elements[0].text.empty()) return std::nullopt;
    const auto port = parse_integer(address.elements[1].text);
    if (!port || *port < 1 || *port > 65535) return std::nullopt;
    MasterChoice choice{{address.elements[0].text, static_cast<std::uint16_t>(*port)}, 0};
    for (std::size_t i = 0; i + 1 < facts.elements.size(); i += 2) {
        if (facts.elements[i].text != "config-epoch") continue;
        const auto epoch = parse_integer(facts.elements[i + 1].text);
        if (epoch && *epoch > 0) choice.epoch = static_cast<std::uint64_t>(*epoch);
    }
    return choice;
}

}  // namespace turnpike::redis
