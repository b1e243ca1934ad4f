#include "data-plane/worker/published_reader.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"
#include "common/snapshot/limits.hpp"
#include "data-plane/worker/state_directory.hpp"

namespace turnpike::worker {

namespace {

constexpr std::string_view kPageCount = "500";
constexpr std::size_t kKeysPerPipeline = 1000;
constexpr std::string_view kAnswerSeconds = "60";
// In one step, or an answer that nobody takes could stay for good.
constexpr std::string_view kAnswerScript = R"(
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
)";

Result<std::uint64_t> parse_revision(std::string_view text) {
    const std::optional<long long> number = parse_integer(text);
    if (!number || *number < 0)
        return invalid("not a revision: " + std::string(text.substr(0, 40)));
    return static_cast<std::uint64_t>(*number);
}

/// Epoch and revision, read together.
Result<PublishedReader::Position> position_of(const Result<redis::Reply>& both) {
    if (!both) return both.error();
    if (both->elements.size() != 2) return internal_error("MGET gave too little");
    PublishedReader::Position position{both->elements[0].text, 0};
    if (both->elements[1].is_nil()) return position;
    const Result<std::uint64_t> number = parse_revision(both->elements[1].text);
    if (!number) return number.error();
    position.revision = *number;
    return position;
}

std::optional<std::string> text_of(const redis::Reply& reply) {
    if (reply.is_nil()) return std::nullopt;
    return reply.text;
}

/// The entries of one stream in a reply about several. Returns: null if it has none.
const std::vector<redis::Reply>* entries_of(const redis::Reply& reply, std::string_view stream) {
    for (const redis::Reply& one : reply.elements) {
        if (one.elements.size() == 2 && one.elements[0].text == stream) {
            return &one.elements[1].elements;
        }
    }
    return nullptr;
}

Result<PublishedChanges> parse_entry(const redis::Reply& entry) {
    if (entry.elements.size() != 2) return invalid("a stream entry has no fields");
    PublishedChanges changes;
    const std::string_view id = entry.elements[0].text;
    const Result<std::uint64_t> revision = parse_revision(id.substr(0, id.find('-')));
    if (!revision) return revision.error();
    changes.revision = *revision;
    const std::vector<redis::Reply>& fields = entry.elements[1].elements;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].text == "previous") {
            const Result<std::uint64_t> previous = parse_revision(fields[i + 1].text);
            if (!previous) return previous.error();
            changes.previous = *previous;
        } else if (fields[i].text == "changes") {
            const Result<json::Value> list =
                json::parse(fields[i + 1].text,
                            {.depth_max = 4, .bytes_max = snapshot::limits::kDeploymentBytesMax});
            if (!list || !list->is_array()) return invalid("the changes of a revision are no list");
            for (const json::Value& change : list->as_array()) {
                if (!change.is_array() || change.as_array().size() != 2 ||
                    !change.as_array()[0].is_string() || !change.as_array()[1].is_string()) {
                    return invalid("a change of a revision is not a pair of texts");
                }
                changes.changes.emplace_back(change.as_array()[0].as_string(),
                                             change.as_array()[1].as_string());
            }
        }
    }
    return changes;
}

}  // namespace

Result<PublishedReader::Position> PublishedReader::position() {
    return position_of(redis_.call({"MGET", names_.epoch(), names_.revision()}, timeout_));
}

void PublishedReader::report(const std::string& worker_id, const json::Value& report,
                             std::function<void(Result<Position>)> done) {
    // Both come on the client's thread; a cluster may answer them in either order.
    struct Replies {
        std::optional<Result<redis::Reply>> written;
        std::optional<Result<redis::Reply>> position;
        std::function<void(Result<Position>)> done;
        void finish() {
            if (!written || !position) return;
            done(*written ? position_of(*position) : Result<Position>(written->error()));
        }
    };
    auto replies = std::make_shared<Replies>();
    replies->done = std::move(done);
    redis_.send({"MGET", names_.epoch(), names_.revision()}, [replies](Result<redis::Reply> reply) {
        replies->position = std::move(reply);
        replies->finish();
    });
    redis_.send({"HSET", names_.workers(), worker_id, json::write(report)},
                [replies](Result<redis::Reply> reply) {
                    replies->written = std::move(reply);
                    replies->finish();
                });
}

void PublishedReader::forget(const std::string& worker_id) {
    // A worker that goes while Redis is away shows as away until the publisher forgets it.
    const auto ignored = redis_.call({"HDEL", names_.workers(), worker_id}, Milliseconds(500));
    (void)ignored;
}

Result<void> PublishedReader::each(const std::string& hash, const Visit& visit,
                                   const std::function<void()>& pause) {
    std::string cursor = "0";
    do {
        const Result<redis::Reply> page =
            redis_.call({"HSCAN", hash, cursor, "COUNT", std::string(kPageCount)}, timeout_);
        if (!page) return page.error();
        if (page->elements.size() != 2) return internal_error("HSCAN gave no page");
        cursor = page->elements[0].text;
        const std::vector<redis::Reply>& pairs = page->elements[1].elements;
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
            visit(pairs[i].text, pairs[i + 1].text);
        }
        pause();
    } while (cursor != "0");
    return {};
}

Result<void> PublishedReader::each_stage(const Visit& visit, const std::function<void()>& pause) {
    return each(names_.stages(), visit, pause);
}

Result<void> PublishedReader::each_plan(const Visit& visit, const std::function<void()>& pause) {
    return each(names_.plans(), visit, pause);
}

Result<PublishedReader::Records> PublishedReader::members(const std::string& hash,
                                                          const std::vector<std::string>& fields) {
    if (fields.empty()) return Records{};
    redis::Command command{"HMGET", hash};
    command.insert(command.end(), fields.begin(), fields.end());
    const Result<redis::Reply> reply = redis_.call(std::move(command), timeout_);
    if (!reply) return reply.error();
    if (reply->elements.size() != fields.size()) return internal_error("HMGET gave too little");
    Records records;
    for (const redis::Reply& element : reply->elements) records.push_back(text_of(element));
    return records;
}

Result<PublishedReader::Records> PublishedReader::stages(const std::vector<std::string>& names) {
    return members(names_.stages(), names);
}

Result<PublishedReader::Records> PublishedReader::plans(const std::vector<std::string>& ids) {
    return members(names_.plans(), ids);
}

Result<PublishedReader::Records> PublishedReader::keys(const std::vector<std::string>& lookups) {
    Records records;
    for (std::size_t at = 0; at < lookups.size(); at += kKeysPerPipeline) {
        std::vector<redis::Command> commands;
        const std::size_t end = std::min(at + kKeysPerPipeline, lookups.size());
        for (std::size_t i = at; i < end; ++i) {
            commands.push_back({"HGET", names_.key(lookups[i]), "d"});
        }
        const auto replies = redis_.pipeline(std::move(commands), timeout_);
        if (!replies) return replies.error();
        for (const Result<redis::Reply>& reply : *replies) {
            if (!reply) return reply.error();
            records.push_back(text_of(*reply));
        }
    }
    return records;
}

Result<std::string> PublishedReader::blob(std::string_view hash) {
    return document(hash, names_.blob(hash));
}

Result<std::string> PublishedReader::test_document(std::string_view hash) {
    return document(hash, names_.test_document(hash));
}

Result<std::optional<std::string>> PublishedReader::claim_test(std::string_view inbox,
                                                               const TestTicket& ticket) {
    const auto replies = redis_.pipeline({{"XDEL", names_.test_inbox(inbox), ticket.entry},
                                          {"GET", names_.test_call(ticket.call_id)}},
                                         timeout_);
    if (!replies) return replies.error();
    const Result<redis::Reply>& claimed = (*replies)[0];
    const Result<redis::Reply>& call = (*replies)[1];
    if (!claimed) return claimed.error();
    if (claimed->integer != 1) return std::optional<std::string>();
    if (!call) return call.error();
    return text_of(*call);
}

void PublishedReader::answer_test(std::string_view call_id, std::string answer) {
    const std::string key = names_.test_answer(call_id);
    // Who waits gives up by itself if this is lost.
    redis_.send({"EVAL", std::string(kAnswerScript), "1", key, std::move(answer),
                 std::string(kAnswerSeconds)},
                [](const Result<redis::Reply>&) {});
}

Result<std::string> PublishedReader::document(std::string_view hash, std::string key) {
    if (!is_blob_hash(hash)) return invalid("not the hash of a document");
    Result<redis::Reply> reply = redis_.call({"GET", std::move(key)}, timeout_);
    if (!reply) return reply.error();
    if (reply->is_nil()) return not_found("document " + std::string(hash) + " is not in Redis");
    if (reply->text.size() > snapshot::limits::kDeploymentBytesMax ||
        crypto::sha256_hex(reply->text) != hash) {
        return invalid("document " + std::string(hash) + " is not what its name says");
    }
    return std::move(reply->text);
}

Result<std::vector<PublishedChanges>> parse_stream(const redis::Reply& reply,
                                                   std::string_view stream) {
    std::vector<PublishedChanges> entries;
    if (reply.is_nil()) return entries;
    const bool has_form = std::ranges::all_of(
        reply.elements, [](const redis::Reply& one) { return one.elements.size() == 2; });
    if (reply.elements.empty() || !has_form) return invalid("XREAD gave no stream");
    const std::vector<redis::Reply>* const found = entries_of(reply, stream);
    if (found == nullptr) return entries;
    for (const redis::Reply& element : *found) {
        Result<PublishedChanges> entry = parse_entry(element);
        if (!entry) return entry.error();
        entries.push_back(std::move(*entry));
    }
    return entries;
}

std::vector<TestTicket> parse_inbox(const redis::Reply& reply, std::string_view inbox) {
    std::vector<TestTicket> tickets;
    const std::vector<redis::Reply>* const found = entries_of(reply, inbox);
    if (found == nullptr) return tickets;
    for (const redis::Reply& entry : *found) {
        if (entry.elements.size() != 2 || entry.elements[1].elements.size() != 2) continue;
        tickets.push_back({entry.elements[0].text, entry.elements[1].elements[1].text});
    }
    return tickets;
}

}  // namespace turnpike::worker
