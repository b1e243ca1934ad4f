#include "control-plane/publish/redis_writer.hpp"

#include <functional>

#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "common/json/value.hpp"

namespace turnpike::publish {

namespace {

constexpr std::size_t kCommandsPerPipeline = 1000;
constexpr std::size_t kFillingCharacters = 16;
constexpr std::string_view kScanCount = "1000";

// KEYS: revision, epoch, stream, stages, plans. ARGV: revision, epoch, entries kept, changes as
// JSON, then four words for each write: a command, which of KEYS, a field, a value.
// One step, and refused unless it follows what is there: a control plane that lost the lead without
// noticing must not overwrite what its successor wrote.
constexpr std::string_view kPublishScript = R"(
local current = redis.call('GET', KEYS[1]) or '0'
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return redis.error_reply('TURNPIKE other epoch') end
if tonumber(ARGV[1]) <= tonumber(current) then return redis.error_reply('TURNPIKE stale') end
for i = 5, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[i + 1])]
  if ARGV[i] == 'HSET' then redis.call('HSET', key, ARGV[i + 2], ARGV[i + 3])
  else redis.call('HDEL', key, ARGV[i + 2]) end
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], ARGV[1] .. '-0',
           'previous', current, 'changes', ARGV[4])
return 1
)";

// KEYS: revision, epoch, stream, filling. ARGV: revision, epoch, changes as JSON, what filling
// says.
constexpr std::string_view kFinishScript = R"(
local current = redis.call('GET', KEYS[1]) or '0'
if tonumber(ARGV[1]) <= tonumber(current) then return redis.error_reply('TURNPIKE stale') end
if redis.call('GET', KEYS[4]) ~= ARGV[4] then return redis.error_reply('TURNPIKE emptied') end
redis.call('DEL', KEYS[3], KEYS[4])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('XADD', KEYS[3], ARGV[1] .. '-0', 'previous', '0', 'changes', ARGV[3])
return 1
)";

// KEYS: one mark. ARGV: what it says, what it is to say. A server that forgot something is not to
// look as if it had not.
constexpr std::string_view kMarkScript = R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('TURNPIKE emptied') end
redis.call('SET', KEYS[1], ARGV[2])
return 1
)";

// KEYS: one key record. ARGV: revision, record or nothing. What is gone leaves its revision for a
// day, so that a late writer cannot bring a deleted key back.
constexpr std::string_view kKeyScript = R"(
local current = redis.call('HGET', KEYS[1], 'r') or '0'
if tonumber(ARGV[1]) < tonumber(current) then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[1])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'd')
  redis.call('EXPIRE', KEYS[1], 86400)
else
  redis.call('HSET', KEYS[1], 'd', ARGV[2])
  redis.call('PERSIST', KEYS[1])
end
return 1
)";

std::uint64_t to_revision(const redis::Reply& reply) {
    const std::optional<long long> number = parse_integer(reply.text);
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

void add_change(json::Array& changes, std::string_view kind, std::string_view name) {
    changes.push_back(json::Array{json::Value(kind), json::Value(name)});
}

Error refusal(const Error& error) {
    return error.detail.find("TURNPIKE") == std::string::npos ? error : conflict(error.detail);
}

/// Calls `visit` for every page of keys that fit the pattern.
Result<void> scan(redis::Client& redis, const std::string& pattern, Milliseconds timeout,
                  const std::function<Result<void>(std::vector<std::string>)>& visit) {
    std::string cursor = "0";
    do {
        Result<redis::Reply> page = redis.call(
            {"SCAN", cursor, "MATCH", pattern, "COUNT", std::string(kScanCount)}, timeout);
        if (!page) return page.error();
        if (page->elements.size() != 2) return internal_error("SCAN gave no page");
        cursor = page->elements[0].text;
        std::vector<std::string> keys;
        for (redis::Reply& key : page->elements[1].elements) keys.push_back(std::move(key.text));
        if (keys.empty()) continue;
        if (Result<void> visited = visit(std::move(keys)); !visited) return visited;
    } while (cursor != "0");
    return {};
}

}  // namespace

Result<redis::Reply> RedisWriter::call(redis::Command command) {
    return redis_.call(std::move(command), options_.timeout);
}

Result<void> RedisWriter::run(std::vector<redis::Command> commands) {
    for (std::size_t at = 0; at < commands.size(); at += kCommandsPerPipeline) {
        const std::size_t end = std::min(at + kCommandsPerPipeline, commands.size());
        const auto replies = redis_.pipeline(
            {std::make_move_iterator(commands.begin() + static_cast<std::ptrdiff_t>(at)),
             std::make_move_iterator(commands.begin() + static_cast<std::ptrdiff_t>(end))},
            options_.timeout);
        if (!replies) return replies.error();
        for (const Result<redis::Reply>& reply : *replies) {
            if (!reply) return reply.error();
        }
    }
    return {};
}

Result<RedisWriter::Position> RedisWriter::position() {
    const auto both = call({"MGET", names_.epoch(), names_.revision()});
    if (!both) return both.error();
    if (both->elements.size() != 2) return internal_error("MGET gave too little");
    return Position{both->elements[0].text, to_revision(both->elements[1])};
}

Result<bool> RedisWriter::is_whole(std::string_view epoch) {
    std::vector<redis::Command> questions;
    questions.reserve(snapshot::kMarks);
    for (unsigned i = 0; i < snapshot::kMarks; ++i) questions.push_back({"GET", names_.mark(i)});
    const auto marks = redis_.pipeline(std::move(questions), options_.timeout);
    if (!marks) return marks.error();
    for (const Result<redis::Reply>& mark : *marks) {
        if (!mark) return mark.error();
        const bool is_same = marks->front() && mark->text == marks->front()->text;
        if (!is_same || !mark->text.starts_with(std::string(epoch) + " ")) return false;
    }
    marks_ = marks->front()->text;
    return true;
}

Result<void> RedisWriter::move_marks(std::string_view epoch, std::uint64_t revision) {
    std::vector<redis::Command> moves;
    moves.reserve(snapshot::kMarks);
    const std::string text = std::string(epoch) + " " + std::to_string(revision);
    for (unsigned i = 0; i < snapshot::kMarks; ++i) {
        moves.push_back({"EVAL", std::string(kMarkScript), "1", names_.mark(i), marks_, text});
    }
    if (Result<void> moved = run(std::move(moves)); !moved) return refusal(moved.error());
    marks_ = text;
    return {};
}

Result<void> RedisWriter::write_blobs(PublicationSource& source,
                                      const std::vector<std::string>& hashes,
                                      const Complain& complain) {
    if (hashes.empty()) return {};
    std::vector<redis::Command> questions;
    questions.reserve(hashes.size());
    for (const std::string& hash : hashes) questions.push_back({"EXISTS", names_.blob(hash)});
    const auto replies = redis_.pipeline(std::move(questions), options_.timeout);
    if (!replies) return replies.error();
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const Result<redis::Reply>& reply = (*replies)[i];
        if (!reply) return reply.error();
        if (reply->integer != 0) continue;
        std::optional<std::string> blob = source.blob(hashes[i]);
        if (!blob) {
            complain("there is no deployment document " + hashes[i]);
            continue;
        }
        const Result<redis::Reply> written =
            call({"SET", names_.blob(hashes[i]), *std::move(blob)});
        if (!written) return written.error();
    }
    return {};
}

redis::Command RedisWriter::key_command(std::string_view lookup, std::uint64_t revision,
                                        std::string_view record) const {
    return {"EVAL",
            std::string(kKeyScript),
            "1",
            names_.key(lookup),
            std::to_string(revision),
            std::string(record)};
}

/// Returns: the look-ups that changed.
Result<std::vector<std::string>> RedisWriter::write_keys(const std::vector<Batch::Key>& keys,
                                                         std::uint64_t revision) {
    std::vector<std::string> changed;
    if (keys.empty()) return changed;
    std::vector<redis::Command> questions;
    questions.reserve(keys.size());
    for (const Batch::Key& key : keys) questions.push_back({"GET", names_.key_id(key.id)});
    const auto known = redis_.pipeline(std::move(questions), options_.timeout);
    if (!known) return known.error();
    std::vector<redis::Command> writes;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Batch::Key& key = keys[i];
        const Result<redis::Reply>& before = (*known)[i];
        if (!before) return before.error();
        if (!before->text.empty() && before->text != key.lookup) {
            writes.push_back(key_command(before->text, revision, {}));
            changed.push_back(before->text);
        }
        if (key.record) {
            writes.push_back(key_command(key.lookup, revision, *key.record));
            writes.push_back({"SET", names_.key_id(key.id), key.lookup});
            changed.push_back(key.lookup);
        } else {
            writes.push_back({"DEL", names_.key_id(key.id)});
        }
    }
    if (Result<void> written = run(std::move(writes)); !written) return written.error();
    return changed;
}

Result<void> RedisWriter::publish(const Batch& batch, std::string_view epoch,
                                  std::uint64_t revision) {
    const Result<std::vector<std::string>> keys = write_keys(batch.keys, revision);
    if (!keys) return keys.error();
    if (!batch.keys.empty() || !batch.blobs.empty()) {
        if (Result<void> marked = move_marks(epoch, revision); !marked) return marked;
    }
    json::Array changes;
    for (const std::string& lookup : *keys) add_change(changes, snapshot::change::kKey, lookup);
    redis::Command writes;
    const auto add = [&writes](std::string_view key, const std::string& field,
                               const std::optional<std::string>& value) {
        writes.insert(writes.end(), {value ? "HSET" : "HDEL", std::string(key), field,
                                     value.value_or(std::string())});
    };
    for (const Batch::Stage& stage : batch.stages) {
        add("4", stage.name, stage.record);
        add_change(changes, snapshot::change::kStage, stage.name);
    }
    for (const Batch::Plan& plan : batch.plans) {
        add("5", plan.id, plan.record);
        add_change(changes, snapshot::change::kPlan, plan.id);
    }
    redis::Command command{"EVAL",
                           std::string(kPublishScript),
                           "5",
                           names_.revision(),
                           names_.epoch(),
                           names_.stream(),
                           names_.stages(),
                           names_.plans(),
                           std::to_string(revision),
                           std::string(epoch),
                           std::to_string(options_.stream_entries_max),
                           json::write(json::Value(std::move(changes)))};
    command.insert(command.end(), std::make_move_iterator(writes.begin()),
                   std::make_move_iterator(writes.end()));
    const Result<redis::Reply> done = call(std::move(command));
    if (!done) return refusal(done.error());
    return {};
}

Result<void> RedisWriter::begin_anew() {
    marks_ = "filling " + random_id(kFillingCharacters);
    std::vector<redis::Command> start = {
        {"DEL", names_.epoch(), names_.stream(), names_.revision()}, {"SET", filling(), marks_}};
    for (unsigned i = 0; i < snapshot::kMarks; ++i) {
        start.push_back({"SET", names_.mark(i), marks_});
    }
    if (Result<void> done = run(std::move(start)); !done) return done;
    if (Result<void> done = remove_matching(names_.key_pattern()); !done) return done;
    return remove_matching(names_.key_id("*"));
}

Result<void> RedisWriter::add_anew(const Batch& batch, std::uint64_t revision) {
    std::vector<redis::Command> writes;
    for (const Batch::Stage& stage : batch.stages) {
        if (stage.record) writes.push_back({"HSET", names_.stages(), stage.name, *stage.record});
    }
    for (const Batch::Plan& plan : batch.plans) {
        if (plan.record) writes.push_back({"HSET", names_.plans(), plan.id, *plan.record});
    }
    for (const Batch::Key& key : batch.keys) {
        if (!key.record) continue;
        writes.push_back(key_command(key.lookup, revision, *key.record));
        writes.push_back({"SET", names_.key_id(key.id), key.lookup});
    }
    return run(std::move(writes));
}

Result<void> RedisWriter::finish_anew(std::string_view epoch, std::uint64_t revision,
                                      const std::set<std::string>& stage_names,
                                      const std::set<std::string>& plan_ids) {
    if (Result<void> done = remove_others(names_.stages(), stage_names); !done) return done;
    if (Result<void> done = remove_others(names_.plans(), plan_ids); !done) return done;
    const std::string token = marks_;
    if (Result<void> done = move_marks(epoch, revision); !done) return done;
    json::Array changes;
    add_change(changes, snapshot::change::kEpoch, epoch);
    const Result<redis::Reply> done =
        call({"EVAL", std::string(kFinishScript), "4", names_.revision(), names_.epoch(),
              names_.stream(), filling(), std::to_string(revision), std::string(epoch),
              json::write(json::Value(std::move(changes))), token});
    if (!done) return refusal(done.error());
    return {};
}

Result<void> RedisWriter::remove_matching(const std::string& pattern) {
    return scan(redis_, pattern, options_.timeout, [this](std::vector<std::string> keys) {
        std::vector<redis::Command> removals;
        removals.reserve(keys.size());
        for (std::string& key : keys) removals.push_back({"UNLINK", std::move(key)});
        return run(std::move(removals));
    });
}

Result<void> RedisWriter::remove_others(const std::string& hash,
                                        const std::set<std::string>& kept) {
    const Result<redis::Reply> fields = call({"HKEYS", hash});
    if (!fields) return fields.error();
    std::vector<redis::Command> removals;
    for (const redis::Reply& field : fields->elements) {
        if (!kept.contains(field.text)) removals.push_back({"HDEL", hash, field.text});
    }
    return run(std::move(removals));
}

Result<void> RedisWriter::collect(std::int64_t forget_before_ms) {
    const Result<std::set<std::string>> referenced = referenced_blobs();
    if (!referenced) return referenced.error();
    if (Result<void> done = remove_unreferenced(*referenced); !done) return done;
    return forget_workers(forget_before_ms);
}

Result<std::set<std::string>> RedisWriter::referenced_blobs() {
    std::set<std::string> referenced;
    std::string cursor = "0";
    do {
        const Result<redis::Reply> page =
            call({"HSCAN", names_.stages(), cursor, "COUNT", std::string(kScanCount)});
        if (!page) return page.error();
        if (page->elements.size() != 2) return internal_error("HSCAN gave no page");
        cursor = page->elements[0].text;
        const std::vector<redis::Reply>& pairs = page->elements[1].elements;
        for (std::size_t i = 1; i < pairs.size(); i += 2) {
            const Result<json::Value> record = json::parse(pairs[i].text);
            if (!record) return internal_error("a stage record in Redis is not JSON");
            for (const std::string_view member : {"snapshot", "canarySnapshot"}) {
                referenced.emplace(names_.blob(record->text(member)));
            }
        }
    } while (cursor != "0");
    return referenced;
}

Result<void> RedisWriter::remove_unreferenced(const std::set<std::string>& referenced) {
    std::set<std::string> unreferenced;
    std::vector<redis::Command> removals;
    Result<void> scanned = scan(redis_, names_.blob_pattern(), options_.timeout,
                                [&](std::vector<std::string> keys) -> Result<void> {
                                    for (std::string& key : keys) {
                                        if (referenced.contains(key)) continue;
                                        if (unreferenced_.contains(key)) {
                                            removals.push_back({"UNLINK", std::move(key)});
                                        } else {
                                            unreferenced.insert(std::move(key));
                                        }
                                    }
                                    return {};
                                });
    if (!scanned) return scanned;
    unreferenced_ = std::move(unreferenced);
    return run(std::move(removals));
}

Result<void> RedisWriter::forget_workers(std::int64_t before_ms) {
    const Result<redis::Reply> workers = call({"HGETALL", names_.workers()});
    if (!workers) return workers.error();
    std::vector<redis::Command> removals;
    for (std::size_t i = 0; i + 1 < workers->elements.size(); i += 2) {
        const Result<json::Value> report = json::parse(workers->elements[i + 1].text);
        const std::int64_t seen = report ? report->integer("lastSeen").value_or(0) : 0;
        if (seen >= before_ms) continue;
        removals.push_back({"HDEL", names_.workers(), workers->elements[i].text});
    }
    return run(std::move(removals));
}

}  // namespace turnpike::publish
