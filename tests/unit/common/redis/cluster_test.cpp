// What a client has to know of Redis Cluster and of sentinels, without any server.
#include <doctest/doctest.h>

#include "common/redis/codec.hpp"
#include "common/redis/command_key.hpp"
#include "common/redis/limits.hpp"
#include "common/redis/scan_cursor.hpp"
#include "common/redis/sentinel_answer.hpp"
#include "common/redis/slot.hpp"
#include "common/redis/slot_map.hpp"

using namespace turnpike::redis;

namespace {

const Endpoint kAsked{"asked", 7000};

/// A reply from its bytes.
Reply reply_of(std::string_view bytes) {
    ReplyReader reader;
    REQUIRE(reader.feed(bytes));
    auto reply = reader.next();
    REQUIRE(reply);
    REQUIRE(*reply);
    return **std::move(reply);
}

std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string range(int first, int last, std::string_view host, int port) {
    return "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) + "\r\n*3\r\n" +
           std::string(host) + ":" + std::to_string(port) + "\r\n" + bulk("id");
}

std::optional<std::size_t> key_of(const Command& command) { return key_position(command); }

}  // namespace

TEST_CASE("slots are those of the cluster specification and of a real server") {
    CHECK(crc16("123456789") == 0x31C3);
    // Told by CLUSTER KEYSLOT.
    CHECK(slot_of("") == 0);
    CHECK(slot_of("foo") == 12182);
    CHECK(slot_of("somekey") == 11058);
    CHECK(slot_of("foo{hash_tag}") == 2515);
    CHECK(slot_of("bar{hash_tag}") == slot_of("hash_tag"));
}

TEST_CASE("a hash tag is between the first brace and the next closing one") {
    CHECK(slot_of("{user1000}.following") == slot_of("user1000"));
    CHECK(slot_of("foo{{bar}}zap") == slot_of("{bar"));
    CHECK(slot_of("foo{bar}{zap}") == slot_of("bar"));
    CHECK(slot_of("foo{}{bar}") == crc16("foo{}{bar}") % kSlots);
    CHECK(slot_of("foo{bar") == crc16("foo{bar") % kSlots);
    CHECK(slot_of("}{") == crc16("}{") % kSlots);
}

TEST_CASE("the key of a command is where the command has it") {
    CHECK(key_of({"GET", "k"}) == 1);
    CHECK(key_of({"hset", "k", "f", "v"}) == 1);
    CHECK(key_of({"XADD", "k", "*", "f", "v"}) == 1);
    CHECK(key_of({"BLPOP", "k", "1"}) == 1);
    CHECK(key_of({"EVAL", "return 1", "2", "k", "l", "a"}) == 3);
    CHECK(key_of({"EVALSHA", "abc", "1", "k"}) == 3);
    CHECK(key_of({"XREAD", "COUNT", "1", "BLOCK", "5", "STREAMS", "k", "l", "0-0", "$"}) == 6);
    CHECK(key_of({"XINFO", "STREAM", "k"}) == 2);
}

TEST_CASE("a command without a key has none") {
    CHECK_FALSE(key_of({}));
    CHECK_FALSE(key_of({"PING"}));
    CHECK_FALSE(key_of({"script", "LOAD", "return 1"}));
    CHECK_FALSE(key_of({"GET"}));
    CHECK_FALSE(key_of({"EVAL", "return 1"}));
    CHECK_FALSE(key_of({"EVAL", "return 1", "0", "argument"}));
    CHECK_FALSE(key_of({"EVAL", "return 1", "x", "k"}));
    CHECK_FALSE(key_of({"EVAL", "return 1", "1"}));
    CHECK_FALSE(key_of({"XREAD", "COUNT", "1"}));
    CHECK_FALSE(key_of({"XREAD", "STREAMS"}));
}

TEST_CASE("a slot map tells each slot's master") {
    const auto map =
        SlotMap::parse(reply_of("*3\r\n" + range(0, 99, bulk("a"), 1) +
                                range(200, 16383, bulk("b"), 2) + range(100, 100, bulk("a"), 1)),
                       kAsked);
    REQUIRE(map);
    CHECK(map->masters().size() == 2);
    CHECK(*map->owner(0) == Endpoint{"a", 1});
    CHECK(*map->owner(100) == Endpoint{"a", 1});
    CHECK(map->owner(150) == nullptr);
    CHECK(*map->owner(16383) == Endpoint{"b", 2});
}

TEST_CASE("a server without a name is the one that was asked, or nobody's") {
    const auto map = SlotMap::parse(reply_of("*3\r\n" + range(0, 1, "$-1\r\n", 1) +
                                             range(2, 2, bulk(""), 2) + range(3, 3, bulk("?"), 3)),
                                    kAsked);
    REQUIRE(map);
    CHECK(*map->owner(1) == Endpoint{"asked", 1});
    CHECK(*map->owner(2) == Endpoint{"asked", 2});
    CHECK(map->owner(3) == nullptr);
}

TEST_CASE("a slot that moved has its new owner, and makes another map") {
    const std::string bytes = "*1\r\n" + range(0, 16383, bulk("a"), 1);
    SlotMap map = *SlotMap::parse(reply_of(bytes), kAsked);
    const SlotMap before = map;
    CHECK(map.is_same(before));
    map.move(7, {"b", 2});
    CHECK(*map.owner(7) == Endpoint{"b", 2});
    CHECK(*map.owner(8) == Endpoint{"a", 1});
    CHECK_FALSE(map.is_same(before));
    CHECK(map.has_master({"b", 2}));
}

TEST_CASE("replies that are no slot map are refused") {
    for (const std::string& bytes :
         {std::string("*0\r\n"), bulk("x"), std::string("*1\r\n:1\r\n"),
          std::string("*1\r\n*2\r\n:0\r\n:1\r\n"), std::string("*1\r\n*3\r\n:0\r\n:1\r\n*0\r\n"),
          "*1\r\n" + range(-1, 5, bulk("a"), 1), "*1\r\n" + range(5, 16384, bulk("a"), 1),
          "*1\r\n" + range(6, 5, bulk("a"), 1)}) {
        CAPTURE(bytes);
        CHECK_FALSE(SlotMap::parse(reply_of(bytes), kAsked));
    }
}

TEST_CASE("a slot map has a bound of masters") {
    std::string bytes = "*" + std::to_string(limits::kMastersMax + 1) + "\r\n";
    for (int i = 0; i <= static_cast<int>(limits::kMastersMax); ++i) {
        bytes += range(i, i, bulk("h"), i + 1);
    }
    CHECK_FALSE(SlotMap::parse(reply_of(bytes), kAsked));
}

TEST_CASE("MOVED and ASK tell where to go") {
    const auto moved = parse_redirection("MOVED 3999 127.0.0.1:6381", kAsked);
    REQUIRE(moved);
    CHECK(moved->is_moved);
    CHECK(moved->slot == 3999);
    CHECK(moved->to == Endpoint{"127.0.0.1", 6381});
    const auto ask = parse_redirection("ASK 0 fe80::1:6381", kAsked);
    REQUIRE(ask);
    CHECK_FALSE(ask->is_moved);
    CHECK(ask->to == Endpoint{"fe80::1", 6381});
    CHECK(parse_redirection("MOVED 1 :6381", kAsked)->to == Endpoint{"asked", 6381});
}

TEST_CASE("other errors are no redirections") {
    for (const char* error : {"", "ERR no", "MOVED", "MOVED 1", "MOVED x h:1", "MOVED 16384 h:1",
                              "MOVED -1 h:1", "MOVED 1 h", "MOVED 1 h:0", "MOVED 1 h:65536",
                              "MOVED 1 ?:1", "ASK 1 h:1 more", "moved 1 h:1"}) {
        CAPTURE(error);
        CHECK_FALSE(parse_redirection(error, kAsked));
    }
}

TEST_CASE("the cursor of a SCAN over a cluster is text that comes back") {
    const auto start = ScanCursor::parse("0");
    REQUIRE(start);
    CHECK(start->map_version == 0);
    CHECK(start->at == "0");
    const auto further = ScanCursor::parse(ScanCursor{3, 2, "18446744073709551615"}.text());
    REQUIRE(further);
    CHECK(further->map_version == 3);
    CHECK(further->master == 2);
    CHECK(further->at == "18446744073709551615");
    for (const char* cursor : {"", "1", "1-2", "0-0-5", "x-0-5", "1--5", "1-0-", "1-2-3-4"}) {
        CHECK_FALSE(ScanCursor::parse(cursor));
    }
}

TEST_CASE("a sentinel tells the master's address and since which election") {
    const Reply address = reply_of("*2\r\n" + bulk("10.0.0.1") + bulk("6379"));
    const Reply facts =
        reply_of("*4\r\n" + bulk("name") + bulk("m") + bulk("config-epoch") + bulk("7"));
    CHECK(parse_master(address, facts) == MasterChoice{{"10.0.0.1", 6379}, 7});
    CHECK(parse_master(address, reply_of("*-1\r\n"))->epoch == 0);
    CHECK_FALSE(parse_master(reply_of("*-1\r\n"), facts));
    CHECK_FALSE(parse_master(reply_of("*2\r\n" + bulk("h") + bulk("0")), facts));
    CHECK_FALSE(parse_master(reply_of("*2\r\n" + bulk("") + bulk("1")), facts));
}
