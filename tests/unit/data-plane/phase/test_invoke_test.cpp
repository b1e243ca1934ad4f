#include "data-plane/phase/test_invoke.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "common/snapshot/decode.hpp"
#include "data-plane/integration/upstreams.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/worker/task_set.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

struct NoStages final : pipeline::StageSource {
    worker::MaybeTask<Found> load(const snapshot::StageEntry&) override {
        return Found(not_found("none"));
    }
};
struct NoKeys final : pipeline::KeySource {
    worker::MaybeTask<Result<worker::KeyRecord>> find(std::string_view) override {
        return Result<worker::KeyRecord>(worker::KeyRecord(nullptr));
    }
};
/// Tests take nothing of any limit.
struct NoLimits final : pipeline::LimitSource {
    worker::MaybeTask<limits::Verdict> admit(const limits::Admission&) override {
        FAIL("a test asks for its limits");
        return limits::Verdict{};
    }
    limits::Notice notice(const limits::Admission&, const limits::Verdict&, SteadyTime) override {
        FAIL("a test asks for its limits");
        return {};
    }
    worker::MaybeTask<limits::KeyUsage> usage(const model::UsagePlan&,
                                              const model::ApiKey&) override {
        FAIL("a test asks for usage");
        return limits::KeyUsage{};
    }
};
/// Tests are no traffic: nothing may be recorded.
struct NoLog final : pipeline::RequestLog {
    void record(const pipeline::Exchange&) override { ++records; }
    int records = 0;
};

std::shared_ptr<const snapshot::CompiledStage> stage_of(const std::string& method) {
    auto deployment = snapshot::decode_deployment(
        R"({"format":1,"restApi":{"id":"abc123","name":"test"},"resources":[)"
        R"({"id":"root","path":"/"},)"
        R"({"id":"pet","parentId":"root","pathPart":"{id}","path":"/{id}","resourceMethods":{)" +
        method + "}}]}");
    REQUIRE(deployment);
    auto compiled = snapshot::CompiledDeployment::compile(*std::move(deployment), "hash");
    REQUIRE(compiled);
    model::Stage stage;
    stage.api_id = "abc123";
    stage.api_name = "test";
    stage.name = snapshot::kTestStage;
    stage.variables = {{"place", "home"}};
    return snapshot::CompiledStage::compile({stage, *std::move(compiled), nullptr}, {});
}

worker::Task<> answer_into(const pipeline::Services& services,
                           std::shared_ptr<const snapshot::TestCall> call,
                           std::shared_ptr<const snapshot::CompiledStage> stage,
                           std::promise<Result<snapshot::TestAnswer>>& answer) {
    auto testing = phase::test_invoke(services, std::move(call), std::move(stage));
    answer.set_value(co_await testing);
}

/// A reactor that executes tests, and nothing that listens.
class Tester {
public:
    Tester()
        : tls_(*tls::ClientContext::create({.trust = *tls::TrustStore::load()})),
          names_(
              reactor_,
              [](std::string, integration::Resolver::Callback done) {
                  done(not_found("no such name"));
              },
              integration::Limits{}),
          upstreams_(reactor_, buffers_, names_, *tls_),
          services_({reactor_, buffers_, slot_, stages_, keys_, limits_, concurrency_, upstreams_,
                     log_, installation}),
          thread_([this] { reactor_.run(); }) {}
    ~Tester() {
        reactor_.stop();
        thread_.join();
    }

    Result<snapshot::TestAnswer> run(const std::string& method, snapshot::TestCall call) {
        call.resource_id = "pet";
        if (call.http_method.empty()) call.http_method = "GET";
        if (call.path.empty()) call.path = "/7";
        const auto shared = std::make_shared<const snapshot::TestCall>(std::move(call));
        std::promise<Result<snapshot::TestAnswer>> answer;
        reactor_.post([&, stage = stage_of(method)] {
            tasks_.spawn(answer_into(services_, shared, stage, answer));
        });
        return answer.get_future().get();
    }
    int records() const { return log_.records; }

    pipeline::Installation installation;

private:
    worker::Reactor reactor_;
    net::BufferPool buffers_;
    worker::SnapshotSlot slot_;
    NoStages stages_;
    NoKeys keys_;
    NoLimits limits_;
    limits::ConcurrencyLimit concurrency_{0};
    NoLog log_;
    std::unique_ptr<tls::ClientContext> tls_;
    integration::Names names_;
    integration::Upstreams upstreams_;
    pipeline::Services services_;
    worker::TaskSet tasks_;
    std::thread thread_;
};

std::string mock_method(std::string_view members = "") {
    return R"("GET":{"httpMethod":"GET","authorizationType":"NONE")" + std::string(members) +
           R"(,"methodResponses":{"200":{}},"methodIntegration":{"type":"MOCK",)"
           R"("requestTemplates":{"application/json":"{\"statusCode\":200}"},)"
           R"("integrationResponses":{"200":{"statusCode":"200",)"
           R"("responseTemplates":{"application/json":"ok"}}}}})";
}

bool has(const snapshot::TestAnswer& answer, std::string_view text) {
    return answer.log.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(Tester, "no authorizer, key or policy concerns a test, and no log of the stage") {
    const auto answer = run(mock_method(R"(,"apiKeyRequired":true,"authorizerId":"a1")"), {});
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "ok");
    CHECK(answer->headers == model::StringMap{{"Content-Type", "application/json"}});
    CHECK(records() == 0);
}

TEST_CASE_FIXTURE(Tester, "a back end is called with the variables and parameters of the test") {
    const FixedBackend backend(ok_answer("hello"));
    snapshot::TestCall call;
    call.http_method = "POST";
    call.body = "sent";
    call.path = "/a%20b?x=1";
    const auto answer = run(proxy_method("POST", backend.origin() + "/${stageVariables.place}/{id}",
                                         R"(,"requestParameters":{"integration.request.path.id":)"
                                         R"("method.request.path.id"})"),
                            call);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "hello");
    CHECK(backend.last_request().starts_with("POST /home/a%20b?x=1 HTTP/1.1\r\n"));
    CHECK(body_of(backend.last_request()) == "sent");
    CHECK(has(*answer, " : Method request path: {id=a b}\n"));
    CHECK(has(*answer, " : Endpoint request body after transformations: sent\n"));
    CHECK(has(*answer, " : Endpoint response body before transformations: hello\n"));
    CHECK(has(*answer, " : Method completed with status: 200\n"));
}

TEST_CASE_FIXTURE(Tester, "a path that does not fit tests the method without path parameters") {
    snapshot::TestCall call;
    call.path = "/one/two";
    const auto answer = run(mock_method(), call);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(has(*answer, " : Method request path: {}\n"));
}

TEST_CASE_FIXTURE(Tester, "an answer that breaks off is a failure, not half an answer") {
    const Backend backend([](Peer peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    });
    const auto answer = run(proxy_method("GET", backend.origin() + "/"), {});
    REQUIRE(answer);
    CHECK(answer->status == 504);
    CHECK(answer->headers ==
          model::StringMap{{"x-amzn-ErrorType", "InternalServerErrorException"}});
    CHECK(answer->body == R"({"message": "Network error communicating with endpoint"})");
    CHECK(has(*answer, "Execution failed due to a network error communicating with endpoint\n"));
}

TEST_CASE_FIXTURE(Tester, "an answer beyond the limit is refused however it is framed") {
    installation.response_bytes_max = 4;
    const Backend backend([](Peer peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    });
    const auto answer = run(proxy_method("GET", backend.origin() + "/"), {});
    REQUIRE(answer);
    CHECK(answer->status == 502);
    CHECK(answer->body == R"({"message": "Internal server error"})");
}

TEST_CASE_FIXTURE(Tester, "a method without an integration fails like one that is wrong") {
    const auto answer = run(R"("GET":{"httpMethod":"GET","authorizationType":"NONE"})", {});
    REQUIRE(answer);
    CHECK(answer->status == 500);
    CHECK(has(*answer, "Execution failed due to configuration error: the method has no "));
}

TEST_CASE_FIXTURE(Tester, "the answer to HEAD has no body") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    snapshot::TestCall call;
    call.http_method = "HEAD";
    const auto answer = run(proxy_method("ANY", backend.origin() + "/"), call);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body.empty());
    CHECK(backend.last_request().starts_with("HEAD / HTTP/1.1\r\n"));
}

TEST_CASE_FIXTURE(Tester, "what cannot be a request is not executed") {
    snapshot::TestCall call;
    call.headers = {{"bad name", "x"}};
    const auto answer = run(mock_method(), call);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message == "Invalid header specified: bad name");
}
