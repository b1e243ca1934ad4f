// What a Redis server, a sentinel or a cluster answers: read without harm, and within bounds.
#include "common/redis/codec.hpp"
#include "common/redis/limits.hpp"
#include "common/redis/scan_cursor.hpp"
#include "common/redis/sentinel_answer.hpp"
#include "common/redis/slot_map.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike::redis;

namespace {

const Endpoint kAsked{"asked", 6379};

void check_map(const Reply& reply) {
    const auto map = SlotMap::parse(reply, kAsked);
    if (!map) return;
    FUZZ_CHECK(map->masters().size() <= limits::kMastersMax);
    for (std::uint16_t slot = 0; slot < kSlots; ++slot) {
        const Endpoint* const owner = map->owner(slot);
        FUZZ_CHECK(owner == nullptr || map->has_master(*owner));
    }
    FUZZ_CHECK(map->is_same(*map));
}

void check_error(const std::string& error) {
    const auto redirection = parse_redirection(error, kAsked);
    if (!redirection) return;
    FUZZ_CHECK(redirection->slot < kSlots && redirection->to.port != 0);
    FUZZ_CHECK(!redirection->to.host.empty());
    SlotMap map;
    map.move(redirection->slot, redirection->to);
    FUZZ_CHECK(*map.owner(redirection->slot) == redirection->to);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto cursor = ScanCursor::parse(text); cursor && cursor->map_version != 0) {
        const auto again = ScanCursor::parse(cursor->text());
        FUZZ_CHECK(again && again->at == cursor->at && again->master == cursor->master);
    }
    check_error(text);
    ReplyReader reader;
    reader.feed(text);
    Reply before;
    for (auto reply = reader.next(); reply; reply = reader.next()) {
        if (!*reply) {
            check_error(reply->error().detail);
            continue;
        }
        check_map(**reply);
        if (const auto master = parse_master(**reply, before))
            FUZZ_CHECK(master->endpoint.port != 0);
        before = **reply;
    }
    return 0;
}
