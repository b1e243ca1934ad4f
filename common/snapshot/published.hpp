#pragma once

#include <string>
#include <string_view>

namespace turnpike::snapshot {

/// Usage and quotas lie in as many shards, each in one slot of Redis Cluster; docs/limits.md.
inline constexpr unsigned kUsageShards = 16;

/// So many marks tell whether a server of a cluster forgot something: one in ten thousand
/// clusters of six masters has one without a mark, at most.
inline constexpr unsigned kMarks = 64;

/// The shard of what a key uses under a plan: CRC-32 (zlib's) of "<plan id>/<key id>" modulo
/// kUsageShards. Time: linear in the ids; to be called when a key is loaded, not for a request.
unsigned usage_shard(std::string_view plan_id, std::string_view key_id);

/// Names of what the publisher writes to Redis and workers read; docs/publishing.md is the schema.
/// What one script changes together shares a hash tag, so that Redis Cluster keeps it in one place.
class PublishedNames {
public:
    explicit PublishedNames(std::string_view name_space)
        : plain_(name_space), tagged_("{" + std::string(name_space) + "}") {}

    std::string epoch() const { return tagged_ + ":epoch"; }
    std::string revision() const { return tagged_ + ":revision"; }
    std::string stream() const { return tagged_ + ":stream"; }
    std::string stages() const { return tagged_ + ":stages"; }
    std::string plans() const { return tagged_ + ":plans"; }
    std::string workers() const { return tagged_ + ":workers"; }
    std::string blob(std::string_view hash) const { return joined(":blob:", hash); }
    std::string blob_pattern() const { return plain_ + ":blob:*"; }
    /// `lookup`: hexadecimal HMAC of the key's value.
    std::string key(std::string_view lookup) const { return joined(":key:", lookup); }
    std::string key_pattern() const { return plain_ + ":key:*"; }
    std::string key_id(std::string_view id) const { return joined(":key-id:", id); }
    /// Stream of the tests that one worker process is to run; read together with stream().
    std::string test_inbox(std::string_view inbox) const {
        return tagged_ + ":test-inbox:" + std::string(inbox);
    }
    /// One of kMarks texts "<epoch> <revision>" that lie on all servers of a cluster, as good as
    /// surely. Each is written after the keys and documents of that revision.
    std::string mark(unsigned number) const { return joined(":mark:", std::to_string(number)); }
    std::string test_call(std::string_view id) const { return joined(":test-call:", id); }
    std::string test_answer(std::string_view id) const { return joined(":test-answer:", id); }
    std::string test_document(std::string_view hash) const {
        return joined(":test-document:", hash);
    }
    /// Requests that were recorded: ids by time, and a document of each; one script writes both.
    std::string explained_ids() const { return explained() + ":ids"; }
    std::string explained_documents() const { return explained() + ":documents"; }

    /// Tokens of a throttle and who holds them. `name`: as in docs/limits.md; a path in it may have
    /// braces, which must not look like a hash tag.
    std::string bucket(std::string_view name) const {
        return joined(":bucket:", without_braces(name));
    }
    /// Of one shard of usage: what one script touches together. Requires: shard < kUsageShards.
    std::string usage_since(unsigned shard) const { return usage(shard) + ":since"; }
    std::string usage_quota(unsigned shard, std::string_view plan_id,
                            std::string_view key_id) const {
        return usage(shard) + ":quota:" + std::string(plan_id) + "/" + std::string(key_id);
    }
    std::string usage_counts(unsigned shard) const { return usage(shard) + ":counts"; }
    std::string usage_moving(unsigned shard) const { return usage(shard) + ":moving"; }
    std::string usage_filling(unsigned shard) const { return usage(shard) + ":filling"; }
    std::string usage_seen(unsigned shard) const { return usage(shard) + ":seen"; }

private:
    /// A hash tag of its own: every worker writes here, with load that the rest need not share.
    std::string explained() const { return "{" + plain_ + ":explain}"; }
    std::string usage(unsigned shard) const {
        return "{" + plain_ + ":usage:" + std::to_string(shard) + "}";
    }
    /// With %7B, %7D and %25 in their place, and that of what would look like them.
    static std::string without_braces(std::string_view name);
    std::string joined(std::string_view infix, std::string_view rest) const {
        return plain_ + std::string(infix) + std::string(rest);
    }
    std::string plain_;
    std::string tagged_;
};

/// Kinds of change in an entry of the stream.
namespace change {
inline constexpr std::string_view kStage = "stage";  ///< "<api id>/<stage name>"
inline constexpr std::string_view kPlan = "plan";    ///< plan id
inline constexpr std::string_view kKey = "key";      ///< hexadecimal HMAC of the value
inline constexpr std::string_view kEpoch = "epoch";  ///< everything was published anew
}  // namespace change

}  // namespace turnpike::snapshot
