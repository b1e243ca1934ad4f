#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/json/value.hpp"
#include "control-plane/service/transaction.hpp"

namespace turnpike::publish {

/// One row of the outbox: something changed; what it is now is read when it is published.
struct OutboxRow {
    std::int64_t id = 0;
    service::Effect effect;
};

/// A stage as workers get it.
struct PublishedStage {
    /// The stage document without its tags, plus "apiId", "apiName", "snapshot" (hash of the blob
    /// of its deployment), "canarySnapshot" (of the canary's, if there is one on another
    /// deployment) and "disableExecuteApiEndpoint".
    json::Value record;
};

/// An API key as workers get it.
struct PublishedKey {
    std::string lookup;  ///< Lower-case hexadecimal HMAC of its value ("api-key-lookup" key).
    /// {"id","enabled","name","customerId"?,"plans":[plan ids]}
    json::Value record;
};

/// What the publisher needs from the database. The store implements it on a connection of its own,
/// since leadership is a session's advisory lock: when that connection is lost, so is the lead.
/// Every method may throw service::StoreUnavailable. Thread: the publisher's only.
class PublicationSource {
public:
    virtual ~PublicationSource() = default;

    /// Tries to get the lead, or finds out whether it still is held. Never waits for another
    /// leader.
    virtual bool try_lead() = 0;
    /// Gives the lead up, so that another control plane takes over at once.
    virtual void resign() = 0;
    /// Returns early when a transaction that emitted effects committed (LISTEN/NOTIFY), or when
    /// wake() was called.
    virtual void wait_for_work(Milliseconds timeout) = 0;
    /// Ends a wait_for_work() that is under way. Thread: any. Does not throw.
    virtual void wake() noexcept = 0;

    /// Oldest first, at most `rows_max`; they stay until mark_published().
    virtual std::vector<OutboxRow> take_outbox(std::size_t rows_max) = 0;
    virtual std::int64_t outbox_count() = 0;
    /// Removes the rows. `revision` is what they were published under.
    virtual void mark_published(const std::vector<std::int64_t>& ids, std::uint64_t revision) = 0;

    /// A number greater than every one before, from a sequence: never given twice, even if what it
    /// was for failed.
    virtual std::uint64_t next_revision() = 0;
    /// The greatest revision that mark_published() or set_epoch() was told; 0 at first.
    virtual std::uint64_t published_revision() = 0;
    /// Names what was last published as a whole; empty at first. Kept in the database.
    virtual std::string epoch() = 0;
    virtual void set_epoch(std::string_view epoch, std::uint64_t revision) = 0;

    /// Current state. Nothing: it does not exist (any more), or cannot be served yet (a stage
    /// without a deployment).
    virtual std::optional<PublishedStage> stage(std::string_view api_id,
                                                std::string_view stage_name) = 0;
    virtual std::optional<json::Value> plan(std::string_view id) = 0;
    virtual std::optional<PublishedKey> key(std::string_view id) = 0;
    /// The same of many, those that exist only; for publishing anew. To be overridden where one
    /// query for all is cheaper than one for each.
    virtual std::vector<std::pair<std::string, PublishedKey>> keys(
        const std::vector<std::string>& key_ids) {
        std::vector<std::pair<std::string, PublishedKey>> found;
        for (const std::string& id : key_ids) {
            if (std::optional<PublishedKey> one = key(id)) found.emplace_back(id, std::move(*one));
        }
        return found;
    }
    /// The deployment document with this hash.
    virtual std::optional<std::string> blob(std::string_view hash) = 0;

    /// Everything, for publishing anew: ids greater than `after` in ascending order, at most
    /// `ids_max`. For stages an id is "<api id>/<stage name>".
    virtual std::vector<std::string> ids(service::Effect::Kind kind, std::string_view after,
                                         std::size_t ids_max) = 0;
};

}  // namespace turnpike::publish
