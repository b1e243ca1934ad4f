#include "control-plane/publish/test_runner.hpp"

#include "tests/integration/publish/fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr std::string_view kDocument =
    R"({"format":1,"restApi":{"id":"api"},"resources":[{"id":"r","path":"/","resourceMethods":)"
    R"({"GET":{"httpMethod":"GET","authorizationType":"NONE"}}}]})";

json::Value planned(std::string_view document = kDocument) {
    return json::Object{
        {"document", document},
        {"call", json::Object{{"resourceId", "r"}, {"httpMethod", "GET"}, {"path", "/x"}}},
        {"isRepeatable", false}};
}

/// Answers with what it was asked.
void echo(const worker::TestJob& job, const worker::TestDone& done) {
    snapshot::TestAnswer answer;
    answer.status = 200;
    answer.body = job.call->path + " " + job.call->user_agent + " " + job.stage->name();
    done(answer);
}

/// A control plane that tests, on the Redis of a publication.
struct Testing : Publishing {
    publish::TestRunner::Options options() const {
        publish::TestRunner::Options given;
        given.redis_url = redis.url();
        given.claim_wait = 1s;
        return given;
    }
    /// A worker that is ready, or was.
    bool comes_to_be_known() {
        return eventually([this] {
            const auto workers = rollout.read_workers(wall_now());
            return workers && !workers->empty() && workers->front().is_ready;
        });
    }
    std::string error_of(const Result<json::Value>& answer) {
        return answer ? "answered" : answer.error().message;
    }

    publish::Rollout rollout{client, snapshot::PublishedNames("test"), [] { return 0; }};
    publish::TestRunner runner{client, snapshot::PublishedNames("test"), rollout, options()};
};

}  // namespace

TEST_CASE_FIXTURE(Testing, "a worker is asked, compiles, runs and answers, while it publishes") {
    Worker worker{redis.url(), folder.path(), std::size_t{256} << 20U, echo};
    REQUIRE(comes_to_be_known());
    for (int i = 0; i < 3; ++i) {
        management.deploy("api/s" + std::to_string(i), "one");
        const auto answer = runner.run(planned(), "agent");
        REQUIRE_MESSAGE(answer, error_of(answer));
        CHECK(answer->text("body") == "/x agent test-invoke-stage");
        CHECK(answer->integer("status") == 200);
    }
    CHECK(comes_to_serve(worker, "api/s2", "/one"));
    // Nothing is left but what expires.
    const auto left = client.call({"KEYS", "*test-*"}, 1s);
    CHECK(left->elements.size() == 5);  // three calls, the document, the inbox
    for (const redis::Reply& key : left->elements) {
        CHECK_MESSAGE(client.call({"TTL", key.text}, 1s)->integer > 0, key.text);
    }
}

TEST_CASE_FIXTURE(Testing, "what a worker refuses is told with its reason") {
    Worker worker{redis.url(), folder.path(), std::size_t{256} << 20U,
                  [](const worker::TestJob&, const worker::TestDone& done) {
                      done(invalid("no such request"));
                  }};
    REQUIRE(comes_to_be_known());
    CHECK(error_of(runner.run(planned(), "")) == "no such request");
    CHECK(error_of(runner.run(planned("{}"), "")).starts_with("deployment"));
}

TEST_CASE_FIXTURE(Testing, "a document that is not what its name says is not run") {
    bool was_run = false;
    Worker worker{redis.url(), folder.path(), std::size_t{256} << 20U,
                  [&was_run](const worker::TestJob&, const worker::TestDone&) { was_run = true; }};
    REQUIRE(comes_to_be_known());
    const std::string key =
        snapshot::PublishedNames("test").test_document(crypto::sha256_hex(kDocument));
    REQUIRE(client.call({"SET", key, "{}"}, 1s));
    CHECK(error_of(runner.run(planned(), "")).find("is not what its name says") !=
          std::string::npos);
    CHECK_FALSE(was_run);
}

TEST_CASE_FIXTURE(Testing, "without a worker that takes tests there is an error at once") {
    CHECK(error_of(runner.run(planned(), "")).starts_with("No worker is running"));
    Worker worker{redis.url(), folder.path()};  // one that takes none
    REQUIRE(comes_to_be_known());
    CHECK(error_of(runner.run(planned(), "")).starts_with("No worker is running"));
}

TEST_CASE_FIXTURE(Testing, "what nobody takes is taken back, and never run") {
    { Worker worker{redis.url(), folder.path(), std::size_t{256} << 20U, echo}; }
    const std::string report = R"({"id":"w","ready":true,"inbox":"i1","lastSeen":)" +
                               std::to_string(epoch_milliseconds(wall_now())) + "}";
    const snapshot::PublishedNames names("test");
    REQUIRE(client.call({"HSET", names.workers(), "w", report}, 1s));
    const auto answer = runner.run(planned(), "");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Error::Kind::Throttled);
    CHECK(client.call({"XLEN", names.test_inbox("i1")}, 1s)->integer == 0);
}

TEST_CASE_FIXTURE(Testing, "more than may wait are refused") {
    auto none = options();
    none.running_max = 0;
    publish::TestRunner full{client, snapshot::PublishedNames("test"), rollout, none};
    const auto answer = full.run(planned(), "");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Error::Kind::Throttled);
}

TEST_CASE_FIXTURE(Testing, "an answer that does not come is given up in time") {
    worker::TestDone kept;
    Worker worker{redis.url(), folder.path(), std::size_t{256} << 20U,
                  [&kept](const worker::TestJob&, const worker::TestDone& done) { kept = done; }};
    REQUIRE(comes_to_be_known());
    auto short_of_time = options();
    short_of_time.answer_wait = 1s;
    publish::TestRunner hasty{client, snapshot::PublishedNames("test"), rollout, short_of_time};
    CHECK(error_of(hasty.run(planned(), "")).find("it took too long") != std::string::npos);
    // An answer that comes later disturbs nobody.
    kept(snapshot::TestAnswer{});
    CHECK(worker.loader().is_ready());
}

TEST_CASE_FIXTURE(Testing, "a worker that goes with a test that may do harm ends it") {
    auto worker = std::make_unique<Worker>(redis.url(), folder.path(), std::size_t{256} << 20U,
                                           [](const worker::TestJob&, const worker::TestDone&) {});
    REQUIRE(comes_to_be_known());
    auto answer = std::async(std::launch::async, [this] { return runner.run(planned(), ""); });
    REQUIRE(eventually([&] {
        const auto calls = client.call({"KEYS", "test:test-call:*"}, 1s);
        const auto inboxes = client.call({"KEYS", "{test}:test-inbox:*"}, 1s);
        return !calls->elements.empty() && !inboxes->elements.empty() &&
               client.call({"XLEN", inboxes->elements[0].text}, 1s)->integer == 0;
    }));
    worker.reset();
    CHECK(error_of(answer.get()).find("the worker that ran it went away") != std::string::npos);
}

TEST_CASE("with Redis away nothing is tested") {
    redis::Client away{redis_options("unix:///nonexistent/redis.sock")};
    publish::Rollout rollout{away, snapshot::PublishedNames("test"), [] { return 0; }};
    publish::TestRunner runner{away, snapshot::PublishedNames("test"), rollout, {}};
    const auto answer = runner.run(planned(), "");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Error::Kind::Unavailable);
}
