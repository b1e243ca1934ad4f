#include "control-plane/publish/explanations.hpp"

#include <algorithm>
#include <utility>

#include "control-plane/publish/explanation.hpp"

namespace turnpike::publish {

namespace {

/// For all reads of one call together.
constexpr Milliseconds kTimeout{2000};
constexpr std::size_t kIdsMax = 1000;  ///< As many as workers keep.
constexpr std::size_t kIdBytesMax = 256;
constexpr std::size_t kIdsPerRead = 50;
constexpr std::int64_t kDocumentBytesMax = std::int64_t{1} << 20U;
constexpr std::int64_t kReadBytesMax = std::int64_t{4} << 20U;
constexpr std::int64_t kItemsMax = 100;
constexpr std::int64_t kItemsDefault = 25;

// KEYS: documents. ARGV: bytes of a document, bytes of an answer, ids. Asks for lengths first, so
// that whatever lies in Redis, no more than that comes over.
constexpr std::string_view kReadScript = R"(
local found, bytes = {}, 0
for i = 3, #ARGV do
  local length = redis.call('HSTRLEN', KEYS[1], ARGV[i])
  if length > tonumber(ARGV[1]) then length = 0 end
  if #found > 0 and bytes + length > tonumber(ARGV[2]) then break end
  bytes = bytes + length
  found[#found + 1] = length > 0 and redis.call('HGET', KEYS[1], ARGV[i]) or ''
end
return found
)";

Error not_recorded() {
    return not_found(
        "Nothing is recorded of this request: it was not sampled, or what was recorded is no "
        "longer kept");
}

/// What a list shows.
struct Wanted {
    std::string_view api_id;
    std::string_view stage_name;
    std::size_t items_max = 0;

    bool includes(const json::Value& explanation) const {
        return (api_id.empty() || explanation.text("apiId") == api_id) &&
               (stage_name.empty() || explanation.text("stage") == stage_name);
    }
};

/// Lifetime: `input`'s. Errors: Invalid.
Result<Wanted> wanted_of(const json::Value& input) {
    const std::int64_t limit = input.integer("limit").value_or(kItemsDefault);
    if (limit < 1 || limit > kItemsMax) {
        return invalid("Invalid value for limit: it must be between 1 and " +
                       std::to_string(kItemsMax));
    }
    return Wanted{input.text("restApiId"), input.text("stageName"),
                  static_cast<std::size_t>(limit)};
}

/// Takes over the texts of a list. Errors: Internal if it is none.
Result<std::vector<std::string>> texts_of(Result<redis::Reply> reply) {
    if (!reply) return std::move(reply).error();
    if (reply->kind != redis::Reply::Kind::Array) return internal_error("Redis gave no list");
    std::vector<std::string> texts;
    texts.reserve(reply->elements.size());
    for (redis::Reply& element : reply->elements) texts.push_back(std::move(element.text));
    return texts;
}

}  // namespace

Explanations::Explanations(redis::Client& redis, snapshot::PublishedNames names)
    : redis_(redis), names_(std::move(names)) {}

Result<redis::Reply> Explanations::call(redis::Command command, SteadyTime deadline) const {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - steady_now());
    if (left.count() <= 0) return timed_out("explanations take too long to read");
    return redis_.call(std::move(command), left);
}

Result<std::vector<std::string>> Explanations::ids(SteadyTime deadline) const {
    auto ids = texts_of(
        call({"ZREVRANGE", names_.explained_ids(), "0", std::to_string(kIdsMax - 1)}, deadline));
    if (ids) std::erase_if(*ids, [](const std::string& id) { return id.size() > kIdBytesMax; });
    return ids;
}

Result<std::vector<std::string>> Explanations::documents(const std::vector<std::string>& ids,
                                                         std::size_t first,
                                                         SteadyTime deadline) const {
    redis::Command command{"EVAL",
                           std::string(kReadScript),
                           "1",
                           names_.explained_documents(),
                           std::to_string(kDocumentBytesMax),
                           std::to_string(kReadBytesMax)};
    const std::size_t end = std::min(ids.size(), first + kIdsPerRead);
    command.insert(command.end(), ids.begin() + static_cast<std::ptrdiff_t>(first),
                   ids.begin() + static_cast<std::ptrdiff_t>(end));
    auto documents = texts_of(call(std::move(command), deadline));
    if (documents && (documents->empty() || documents->size() > end - first)) {
        return internal_error("Redis gave another number of documents");
    }
    return documents;
}

Result<json::Value> Explanations::find(const std::string& request_id) const {
    if (request_id.size() > kIdBytesMax) return not_recorded();
    const auto found = documents({request_id}, 0, steady_now() + kTimeout);
    if (!found) return found.error();
    auto explanation = read_explanation(request_id, found->front());
    if (!explanation) return not_recorded();
    return *std::move(explanation);
}

Result<json::Value> Explanations::list(const json::Value& input) const {
    const auto wanted = wanted_of(input);
    if (!wanted) return wanted.error();
    const SteadyTime deadline = steady_now() + kTimeout;
    const auto kept = ids(deadline);
    if (!kept) return kept.error();
    json::Array items;
    for (std::size_t at = 0; at < kept->size() && items.size() < wanted->items_max;) {
        const auto read = documents(*kept, at, deadline);
        if (!read) return read.error();
        for (const std::string& text : *read) {
            const auto explanation = read_explanation((*kept)[at++], text);
            if (items.size() == wanted->items_max || !explanation) continue;
            if (wanted->includes(*explanation)) items.push_back(summary_of(*explanation));
        }
    }
    return json::Value(json::Object{{"items", std::move(items)}});
}

}  // namespace turnpike::publish
