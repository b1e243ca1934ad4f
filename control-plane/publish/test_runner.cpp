#include "control-plane/publish/test_runner.hpp"

#include <algorithm>

#include "common/base/random.hpp"
#include "common/crypto/digest.hpp"

namespace turnpike::publish {

namespace {

constexpr std::size_t kCallIdCharacters = 24;
constexpr Milliseconds kTimeout{5000};
constexpr std::string_view kCallSeconds = "60";
constexpr std::string_view kDocumentSeconds = "120";
constexpr std::string_view kInboxSeconds = "600";
constexpr std::string_view kInboxEntriesMax = "1000";
// KEYS: an inbox. ARGV: entries kept, id of the call, seconds for which the inbox is kept.
constexpr std::string_view kEnterScript = R"(
local entry = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'call', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return entry
)";
/// Between two looks at the worker.
constexpr Milliseconds kLook{1000};
constexpr std::size_t kAnswerBytesMax = std::size_t{96} << 20U;

Error no_worker() {
    return invalid(
        "No worker is running that could execute the test. Start one, or see "
        "GET /_turnpike/v1/workers.");
}

Error not_taken() {
    return {Error::Kind::Throttled,
            Error::Origin::Caller,
            true,
            "No worker took the test: those that are known are busy or just gone. Please try "
            "again later.",
            {}};
}

Error lost_answer(const std::string& why) {
    return invalid("The test was started, but its answer did not arrive: " + why +
                   ". The integration may have been called.");
}

Error too_many() {
    return {Error::Kind::Throttled,
            Error::Origin::Caller,
            true,
            "Too many test invocations are running. Please try again later.",
            {}};
}

Result<json::Value> read_answer(const std::string& text) {
    Result<json::Value> answer = json::parse(text, {.bytes_max = kAnswerBytesMax});
    if (!answer) return internal_error("the answer of a worker is not JSON");
    if (const std::string_view refused = answer->text("refused"); !refused.empty()) {
        return invalid(std::string(refused));
    }
    return answer;
}

/// Counts down when it goes.
class Place {
public:
    explicit Place(std::atomic<std::size_t>& count) : count_(count), number_(++count) {}
    ~Place() { --count_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    std::size_t number() const { return number_; }

private:
    std::atomic<std::size_t>& count_;
    std::size_t number_;
};

}  // namespace

/// One worker is asked for one test.
class TestRunner::Attempt {
public:
    Attempt(TestRunner& runner, redis::Client& waiting, const WorkerReport& worker,
            SteadyTime deadline)
        : runner_(runner),
          waiting_(waiting),
          worker_(worker),
          deadline_(deadline),
          call_id_(random_id(kCallIdCharacters)) {}

    enum class End : std::uint8_t {
        Answered,
        NotTaken,    ///< Nobody ran it, nobody will.
        WorkerGone,  ///< It was taken, and perhaps run.
        TooLate,
        Stopping,
        Lost  ///< Redis went away meanwhile.
    };
    /// Errors: Unavailable if Redis is away and nobody was asked.
    Result<End> run(const std::string& call);
    const std::string& answer() const { return answer_; }

private:
    Result<void> ask(const std::string& call);
    End wait_for_answer();
    /// Returns: whether the answer is there. Errors: those of redis::Client.
    Result<bool> wait(Milliseconds time);
    bool is_worker_gone();

    TestRunner& runner_;
    redis::Client& waiting_;
    const WorkerReport& worker_;
    SteadyTime deadline_;
    std::string call_id_;
    std::string entry_;
    std::string answer_;
    std::string last_report_;
    SteadyTime last_change_ = steady_now();
};

Result<void> TestRunner::Attempt::ask(const std::string& call) {
    const snapshot::PublishedNames& names = runner_.names_;
    const std::string inbox = names.test_inbox(worker_.inbox);
    // The call first: it may lie on another server, and the worker looks at once.
    const auto put = runner_.redis_.call(
        {"SET", names.test_call(call_id_), call, "EX", std::string(kCallSeconds)}, kTimeout);
    if (!put) return put.error();
    const auto entry =
        runner_.redis_.call({"EVAL", std::string(kEnterScript), "1", inbox,
                             std::string(kInboxEntriesMax), call_id_, std::string(kInboxSeconds)},
                            kTimeout);
    if (!entry) return entry.error();
    entry_ = entry->text;
    return {};
}

Result<bool> TestRunner::Attempt::wait(Milliseconds time) {
    const std::string seconds = std::to_string(std::max<std::int64_t>(1, time.count() / 1000));
    const Result<redis::Reply> reply =
        waiting_.call({"BLPOP", runner_.names_.test_answer(call_id_), seconds}, time + kTimeout);
    if (!reply) return reply.error();
    if (reply->elements.size() != 2) return false;
    answer_ = reply->elements[1].text;
    return true;
}

/// Told by what it writes, not by its clock: another process on its inbox, no word, or its leave.
bool TestRunner::Attempt::is_worker_gone() {
    const Result<redis::Reply> reply =
        runner_.redis_.call({"HGET", runner_.names_.workers(), worker_.id}, kTimeout);
    if (!reply) return false;
    if (reply->is_nil()) return true;
    if (reply->text != last_report_) {
        last_report_ = reply->text;
        last_change_ = steady_now();
        const Result<json::Value> report = json::parse(reply->text);
        return !report || report->text("inbox") != worker_.inbox;
    }
    return steady_now() - last_change_ > runner_.options_.silence_max;
}

TestRunner::Attempt::End TestRunner::Attempt::wait_for_answer() {
    while (steady_now() < deadline_) {
        const Result<bool> is_there = wait(kLook);
        if (!is_there) return End::Lost;
        if (*is_there) return End::Answered;
        if (runner_.is_stopping_) return End::Stopping;
        if (is_worker_gone()) return End::WorkerGone;
    }
    return End::TooLate;
}

Result<TestRunner::Attempt::End> TestRunner::Attempt::run(const std::string& call) {
    if (auto asked = ask(call); !asked) return asked.error();
    const Result<bool> is_there = wait(runner_.options_.claim_wait);
    if (is_there && *is_there) return End::Answered;
    // Whoever removes the entry decides: the worker to run it, or we that nobody does.
    const Result<redis::Reply> withdrawn =
        runner_.redis_.call({"XDEL", runner_.names_.test_inbox(worker_.inbox), entry_}, kTimeout);
    if (!withdrawn) return End::Lost;
    if (withdrawn->integer == 1) return End::NotTaken;
    if (!is_there) return End::Lost;
    return wait_for_answer();
}

TestRunner::TestRunner(redis::Client& redis, snapshot::PublishedNames names, const Rollout& rollout,
                       Options options)
    : redis_(redis), names_(std::move(names)), rollout_(rollout), options_(std::move(options)) {}

Result<void> TestRunner::put_document(const std::string& hash, const std::string& document) {
    const std::string key = names_.test_document(hash);
    const Result<redis::Reply> kept =
        redis_.call({"EXPIRE", key, std::string(kDocumentSeconds)}, kTimeout);
    if (!kept) return kept.error();
    if (kept->integer == 1) return {};
    const Result<redis::Reply> put =
        redis_.call({"SET", key, document, "EX", std::string(kDocumentSeconds)}, kTimeout);
    if (!put) return put.error();
    return {};
}

Result<json::Value> TestRunner::run_somewhere(const std::string& call, bool is_repeatable) {
    Result<std::vector<WorkerReport>> workers = rollout_.read_workers(wall_now());
    if (!workers) return workers.error();
    std::erase_if(*workers, [](const WorkerReport& worker) {
        return worker.is_away || !worker.is_ready || worker.inbox.empty();
    });
    std::ranges::sort(*workers, std::greater<>{}, &WorkerReport::last_seen_ms);
    const SteadyTime deadline = steady_now() + options_.answer_wait;
    redis::Options own;
    own.url = options_.redis_url;
    redis::Client waiting(std::move(own));
    bool was_started = false;
    for (const WorkerReport& worker : *workers) {
        if (steady_now() >= deadline || is_stopping_) break;
        Attempt attempt(*this, waiting, worker, deadline);
        const auto end = attempt.run(call);
        if (!end && was_started) return lost_answer("Redis went away");
        if (!end) return end.error();
        switch (*end) {
            case Attempt::End::Answered:
                return read_answer(attempt.answer());
            case Attempt::End::NotTaken:
                break;
            case Attempt::End::WorkerGone:
                if (!is_repeatable) return lost_answer("the worker that ran it went away");
                was_started = true;
                break;
            case Attempt::End::TooLate:
                return lost_answer("it took too long");
            case Attempt::End::Stopping:
                return lost_answer("this control plane is stopping");
            case Attempt::End::Lost:
                return lost_answer("Redis went away");
        }
    }
    if (was_started) return lost_answer("the workers that ran it went away");
    return workers->empty() ? no_worker() : not_taken();
}

Result<json::Value> TestRunner::run(const json::Value& planned, std::string_view user_agent) {
    const Place place(running_);
    if (place.number() > options_.running_max) return too_many();
    const std::string document(planned.text("document"));
    const std::string hash = crypto::sha256_hex(document);
    if (auto put = put_document(hash, document); !put) return put.error();
    json::Value call = planned.object("call");
    call["document"] = hash;
    call["userAgent"] = user_agent;
    return run_somewhere(json::write(call), planned.flag("isRepeatable"));
}

}  // namespace turnpike::publish
