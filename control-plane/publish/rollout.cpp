#include "control-plane/publish/rollout.hpp"

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::publish {

namespace {

constexpr Milliseconds kTimeout{2000};
constexpr std::size_t kWorkersMax = 10'000;
constexpr std::size_t kErrorsMax = 100;

std::string date_of(std::int64_t milliseconds) {
    return to_iso8601(WallTime(Milliseconds(milliseconds)));
}

std::vector<std::string> texts(const json::Value& report, std::string_view member) {
    std::vector<std::string> found;
    for (const json::Value& item : report.array(member)) {
        if (item.is_string() && found.size() < kErrorsMax) found.push_back(item.as_string());
    }
    return found;
}

WorkerReport parse_report(std::string_view id, const json::Value& report, WallTime now) {
    WorkerReport worker;
    worker.id = std::string(id);
    worker.revision = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, report.integer("revision").value_or(0)));
    worker.pid = report.integer("pid").value_or(0);
    worker.host = std::string(report.text("host"));
    worker.listen = texts(report, "listen");
    worker.started_ms = report.integer("started").value_or(0);
    worker.last_seen_ms = report.integer("lastSeen").value_or(0);
    worker.is_ready = report.flag("ready");
    worker.errors = texts(report, "errors");
    worker.inbox = std::string(report.text("inbox"));
    worker.is_away = epoch_milliseconds(now) - worker.last_seen_ms > kWorkerAwayAfter.count();
    return worker;
}

json::Value list_of(const std::vector<std::string>& items) {
    json::Array list;
    for (const std::string& item : items) list.emplace_back(item);
    return json::Value(std::move(list));
}

json::Value to_document(const WorkerReport& worker) {
    json::Object document;
    document.set("id", worker.id);
    document.set("revision", static_cast<std::int64_t>(worker.revision));
    document.set("pid", worker.pid);
    document.set("host", worker.host);
    document.set("listen", list_of(worker.listen));
    document.set("started", date_of(worker.started_ms));
    document.set("lastSeen", date_of(worker.last_seen_ms));
    document.set("isReady", worker.is_ready);
    document.set("isAway", worker.is_away);
    document.set("errors", list_of(worker.errors));
    return json::Value(std::move(document));
}

json::Value to_documents(const std::vector<WorkerReport>& workers) {
    json::Array list;
    for (const WorkerReport& worker : workers) list.push_back(to_document(worker));
    return json::Value(std::move(list));
}

}  // namespace

Rollout::Rollout(redis::Client& redis, snapshot::PublishedNames names, UnpublishedCount unpublished)
    : redis_(redis), names_(std::move(names)), unpublished_(std::move(unpublished)) {}

Result<std::vector<WorkerReport>> Rollout::read_workers(WallTime now) const {
    const Result<redis::Reply> reply = redis_.call({"HGETALL", names_.workers()}, kTimeout);
    if (!reply) return reply.error();
    std::vector<WorkerReport> workers;
    for (std::size_t i = 0; i + 1 < reply->elements.size() && workers.size() < kWorkersMax;
         i += 2) {
        const Result<json::Value> report = json::parse(reply->elements[i + 1].text);
        if (report) workers.push_back(parse_report(reply->elements[i].text, *report, now));
    }
    std::ranges::sort(workers, {}, &WorkerReport::id);
    return workers;
}

Result<json::Value> Rollout::workers(WallTime now) const {
    const Result<std::vector<WorkerReport>> workers = read_workers(now);
    if (!workers) return workers.error();
    json::Value answer;
    answer["workers"] = to_documents(*workers);
    return answer;
}

Result<json::Value> Rollout::rollout(WallTime now) const {
    // Counted first: what is published meanwhile is then in the revision, never in neither.
    const std::int64_t unpublished = unpublished_();
    const Result<redis::Reply> revision = redis_.call({"GET", names_.revision()}, kTimeout);
    if (!revision) return revision.error();
    const Result<std::vector<WorkerReport>> workers = read_workers(now);
    if (!workers) return workers.error();
    const std::int64_t latest = parse_integer(revision->text).value_or(0);
    const bool all_follow = std::ranges::all_of(*workers, [latest](const WorkerReport& worker) {
        return worker.is_away || static_cast<std::int64_t>(worker.revision) >= latest;
    });
    json::Value answer;
    answer["latestRevision"] = latest;
    answer["unpublished"] = unpublished;
    answer["isComplete"] = unpublished == 0 && all_follow;
    answer["workers"] = to_documents(*workers);
    return answer;
}

}  // namespace turnpike::publish
