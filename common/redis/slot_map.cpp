#include "common/redis/slot_map.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/redis/limits.hpp"

namespace turnpike::redis {
namespace {

constexpr std::string_view kUnknownHost = "?";
constexpr std::size_t kHostBytesMax = 255;

std::optional<std::uint16_t> port_of(long long number) {
    if (number < 1 || number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(number);
}

std::optional<Endpoint> endpoint_of(std::string_view host, long long port, const Endpoint& asked) {
    const auto valid = port_of(port);
    if (!valid || host == kUnknownHost || host.size() > kHostBytesMax) return std::nullopt;
    return Endpoint{host.empty() ? asked.host : std::string(host), *valid};
}

bool is_slot(std::int64_t number) { return number >= 0 && number < kSlots; }

}  // namespace

Result<SlotMap> SlotMap::parse(const Reply& reply, const Endpoint& asked) {
    if (reply.kind != Reply::Kind::Array || reply.elements.empty()) {
        return invalid("the cluster has no slots");
    }
    SlotMap map;
    for (const Reply& range : reply.elements) {
        if (range.elements.size() < 3 || range.elements[2].elements.size() < 2) {
            return invalid("CLUSTER SLOTS gave a range without a master");
        }
        const std::int64_t first = range.elements[0].integer;
        const std::int64_t last = range.elements[1].integer;
        if (!is_slot(first) || !is_slot(last) || first > last) {
            return invalid("CLUSTER SLOTS gave slots that do not exist");
        }
        const std::vector<Reply>& master = range.elements[2].elements;
        const auto endpoint = endpoint_of(master[0].text, master[1].integer, asked);
        if (!endpoint) continue;
        const std::uint16_t index = map.index_of(*endpoint);
        if (index == kNobody) return invalid("the cluster has too many masters");
        std::fill(map.owners_.begin() + first, map.owners_.begin() + last + 1, index);
    }
    return map;
}

bool SlotMap::has_master(const Endpoint& endpoint) const {
    return std::ranges::find(masters_, endpoint) != masters_.end();
}

void SlotMap::move(std::uint16_t slot, const Endpoint& to) {
    const std::uint16_t index = index_of(to);
    if (index != kNobody) owners_[slot] = index;
}

bool SlotMap::is_same(const SlotMap& other) const {
    if (masters_.size() != other.masters_.size()) return false;
    for (std::uint16_t slot = 0; slot < kSlots; ++slot) {
        const Endpoint* const mine = owner(slot);
        const Endpoint* const theirs = other.owner(slot);
        if ((mine == nullptr) != (theirs == nullptr)) return false;
        if (mine != nullptr && *mine != *theirs) return false;
    }
    return true;
}

std::uint16_t SlotMap::index_of(const Endpoint& endpoint) {
    const auto found = std::ranges::find(masters_, endpoint);
    if (found != masters_.end()) return static_cast<std::uint16_t>(found - masters_.begin());
    if (masters_.size() >= limits::kMastersMax) return kNobody;
    masters_.push_back(endpoint);
    return static_cast<std::uint16_t>(masters_.size() - 1);
}

std::optional<Redirection> parse_redirection(std::string_view error, const Endpoint& from) {
    const std::vector<std::string_view> words = split(error, ' ');
    if (words.size() != 3 || (words[0] != "MOVED" && words[0] != "ASK")) return std::nullopt;
    const auto slot = parse_integer(words[1]);
    // An IPv6 address stands there without brackets.
    const std::size_t colon = words[2].rfind(':');
    if (!slot || !is_slot(*slot) || colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_integer(words[2].substr(colon + 1));
    if (!port) return std::nullopt;
    auto to = endpoint_of(words[2].substr(0, colon), *port, from);
    if (!to) return std::nullopt;
    return Redirection{words[0] == "MOVED", static_cast<std::uint16_t>(*slot), *std::move(to)};
}

}  // namespace turnpike::redis
