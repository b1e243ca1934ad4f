#include "common/snapshot/published.hpp"

#include <doctest/doctest.h>

#include <set>

namespace turnpike::snapshot {

TEST_CASE("a shard is the CRC-32 of plan and key, modulo their number") {
    // As zlib tells: crc32("plan01/key0000001") is 0xc9264920.
    CHECK(usage_shard("plan01", "key0000001") == 0);
    CHECK(usage_shard("plan01", "key0000002") == 10);
    CHECK(usage_shard("a1b2c3", "z9y8x7w6v5") == 4);
    CHECK(usage_shard("", "") == 4);
    CHECK(usage_shard("ab", "c") != usage_shard("a", "bc"));
}

TEST_CASE("keys spread over every shard") {
    std::set<unsigned> shards;
    for (int key = 0; key < 200; ++key) shards.insert(usage_shard("plan01", std::to_string(key)));
    CHECK(shards.size() == kUsageShards);
    CHECK(*shards.rbegin() == kUsageShards - 1);
}

TEST_CASE("what a script of usage touches together lies in one slot") {
    const PublishedNames names("tp");
    CHECK(names.usage_since(3) == "{tp:usage:3}:since");
    CHECK(names.usage_quota(15, "p1", "k1") == "{tp:usage:15}:quota:p1/k1");
    CHECK(names.usage_counts(0) == "{tp:usage:0}:counts");
    CHECK(names.usage_moving(0) == "{tp:usage:0}:moving");
    CHECK(names.usage_seen(0) == "{tp:usage:0}:seen");
    CHECK(names.bucket("client:p1/k1") == "tp:bucket:client:p1/k1");
}

TEST_CASE("a path with braces makes no hash tag of a bucket's name, and no other name either") {
    const PublishedNames names("tp");
    CHECK(names.bucket("stage:api/prod/pets/{id}/GET") ==
          "tp:bucket:stage:api/prod/pets/%7Bid%7D/GET");
    CHECK(names.bucket("stage:api/prod/pets/%7Bid%7D/GET") ==
          "tp:bucket:stage:api/prod/pets/%257Bid%257D/GET");
}

}  // namespace turnpike::snapshot
