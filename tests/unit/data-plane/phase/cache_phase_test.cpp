// The response cache as callers and the back end see it, without Redis: one reactor's memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <semaphore>
#include <thread>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

std::string answer(int status, std::string_view body, std::string_view fields = "") {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: text/plain\r\n" +
           std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

/// Answers the n-th request (from 1) with what `make` gives for it.
class CountingBackend {
public:
    explicit CountingBackend(std::function<std::string(int number)> make)
        : count_(std::make_shared<std::atomic<int>>(0)),
          backend_([count = count_, make = std::move(make)](Peer peer, int) {
              while (!peer.read_request().empty()) peer.send(make(++*count));
          }) {}
    CountingBackend()
        : CountingBackend([](int number) { return answer(200, std::to_string(number)); }) {}
    int calls() const { return *count_; }
    std::string origin() const { return backend_.origin(); }

private:
    std::shared_ptr<std::atomic<int>> count_;
    Backend backend_;
};

using ChangeStage = std::function<void(model::Stage&)>;

Gateway::Options cached(const std::string& origin, std::string_view integration = "",
                        const ChangeStage& change = {}) {
    Gateway::Options options;
    options.resources = {
        {"/pets/{id}", proxy_method("GET", origin, integration) + "," +
                           proxy_method("POST", origin, integration) + "," +
                           proxy_method("HEAD", origin, R"(,"httpMethod":"GET")")}};
    options.change_stage = [change](model::Stage& stage) {
        stage.cache_cluster_enabled = true;
        stage.cache_cluster_size = "0.5";
        if (change) change(stage);
    };
    return options;
}

ChangeStage with_settings(std::string_view path,
                          const std::function<void(model::MethodSettings&)>& change) {
    return [path = std::string(path), change](model::Stage& stage) {
        model::MethodSettings settings;
        settings.caching_enabled = true;
        change(settings);
        stage.method_settings.emplace_back(path, settings);
    };
}

ChangeStage with_invalidation(bool requires_permission, std::string_view strategy) {
    return with_settings("*/*", [=](model::MethodSettings& settings) {
        settings.require_authorization_for_cache_control = requires_permission;
        settings.unauthorized_cache_control_header_strategy = strategy;
    });
}

constexpr std::string_view kNewAnswer = "Cache-Control: no-transform, max-age=0\r\n";

}  // namespace

TEST_CASE("a second GET is answered without the back end") {
    const CountingBackend backend(
        [](int number) { return answer(200, std::to_string(number), "X-Own: yes\r\n"); });
    const Gateway gateway(cached(backend.origin()));
    const std::string first = gateway.call("GET /prod/pets/1");
    const std::string second = gateway.call("GET /prod/pets/1");
    CHECK(body_of(first) == "1");
    CHECK(body_of(second) == "1");
    CHECK(status_of(second) == 200);
    CHECK(field_of(second, "x-own") == "yes");
    CHECK(field_of(second, "content-type") == "text/plain");
    CHECK(field_of(second, "warning") == "(absent)");
    CHECK(count_of(second, "x-amzn-requestid") == 1);
    CHECK(field_of(second, "x-amzn-requestid") != field_of(first, "x-amzn-requestid"));
    CHECK(backend.calls() == 1);
    CHECK_FALSE(gateway.logged().back().has_integration_latency);
}

TEST_CASE("without a cache, a setting that says so or the verb nothing is cached") {
    const CountingBackend backend;
    const auto calls_of = [&](const Gateway::Options& options, std::string_view request) {
        const Gateway gateway(options);
        const int before = backend.calls();
        gateway.call(request);
        gateway.call(request);
        return backend.calls() - before;
    };
    CHECK(calls_of(cached(backend.origin(), "",
                          [](model::Stage& stage) { stage.cache_cluster_enabled = false; }),
                   "GET /prod/pets/1") == 2);
    CHECK(calls_of(cached(backend.origin(), "",
                          with_settings("*/*", [](auto& it) { it.caching_enabled = false; })),
                   "GET /prod/pets/1") == 2);
    CHECK(calls_of(cached(backend.origin(), "",
                          with_settings("*/*", [](auto& it) { it.cache_ttl_seconds = 0; })),
                   "GET /prod/pets/1") == 2);
    CHECK(calls_of(cached(backend.origin()), "POST /prod/pets/1") == 2);
    CHECK(calls_of(
              cached(backend.origin(), "", with_settings("~1pets~1{id}/POST", [](const auto&) {})),
              "POST /prod/pets/1") == 1);
    CHECK(calls_of(
              cached(backend.origin(), "", with_settings("~1pets~1{id}/HEAD", [](const auto&) {})),
              "HEAD /prod/pets/1") == 2);
}

TEST_CASE("only key parameters distinguish entries, absent from empty too") {
    const CountingBackend backend;
    const Gateway gateway(
        cached(backend.origin(),
               R"(,"cacheKeyParameters":["method.request.path.id","method.request.querystring.q",
            "method.request.header.X-Who","method.request.multivaluequerystring.tag"])"));
    const auto body = [&](std::string_view target, std::string_view fields = "") {
        return body_of(gateway.call("GET /prod/pets/" + std::string(target), fields));
    };
    const std::string plain = body("1");
    CHECK(body("1?other=x") == plain);
    CHECK(body("2") != plain);
    CHECK(body("1?q=") != plain);
    CHECK(body("1?q=") == body("1?q"));
    CHECK(body("1?q=a") != body("1?q="));
    CHECK(body("1?q=a") == body("1?q=%61"));
    CHECK(body("1", "X-Who: me\r\n") != plain);
    CHECK(body("1", "x-who: me\r\n") == body("1", "X-Who: me\r\n"));
    CHECK(body("1?tag=a&tag=b") != body("1?tag=a%2Cb"));
    CHECK(body("1?tag=a&tag=b") == body("1?x=1&tag=a&tag=b"));
    CHECK(body("1?q=a;tag=b") != body("1?q=a%3Btag=b"));
}

TEST_CASE("a path parameter that is not listed shares the entry") {
    const CountingBackend backend;
    const Gateway gateway(cached(backend.origin()));
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == body_of(gateway.call("GET /prod/pets/2")));
}

TEST_CASE("answers of a back end with other statuses are stored, those of the gateway are not") {
    const CountingBackend backend([](int number) { return answer(429, std::to_string(number)); });
    const Gateway gateway(cached(backend.origin()));
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "1");
    const std::string second = gateway.call("GET /prod/pets/1");
    CHECK(status_of(second) == 429);
    CHECK(body_of(second) == "1");

    const CountingBackend broken([](int number) {
        return number == 1 ? std::string("nonsense\r\n\r\n") : answer(200, "well");
    });
    const Gateway other(cached(broken.origin()));
    CHECK(status_of(other.call("GET /prod/pets/1")) == 504);
    CHECK(body_of(other.call("GET /prod/pets/1")) == "well");
}

TEST_CASE("what answers a condition or a range is not stored") {
    for (const int status : {206, 304, 416}) {
        CAPTURE(status);
        const CountingBackend backend([status](int number) {
            return number == 1 ? answer(status, status == 304 ? "" : "part") : answer(200, "whole");
        });
        const Gateway gateway(cached(backend.origin()));
        CHECK(status_of(gateway.call("GET /prod/pets/1")) == status);
        CHECK(body_of(gateway.call("GET /prod/pets/1")) == "whole");
    }
}

TEST_CASE("up to 1 MiB is stored, more is passed on whole and not stored") {
    for (const std::size_t bytes : {std::size_t{1'048'576}, std::size_t{1'048'577}}) {
        for (const bool is_chunked : {false, true}) {
            CAPTURE(bytes);
            CAPTURE(is_chunked);
            std::string body(bytes, 'x');
            for (std::size_t i = 0; i < bytes; i += 97) body[i] = static_cast<char>('a' + i % 23);
            const CountingBackend backend([&](int) {
                if (!is_chunked) return answer(200, body);
                char size[16];
                std::snprintf(size, sizeof(size), "%zx", bytes);
                return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(size) +
                       "\r\n" + body + "\r\n0\r\n\r\n";
            });
            // Its memory takes entries up to an eighth of its bound.
            const Gateway gateway(cached(backend.origin()));
            for (int i = 0; i < 2; ++i) {
                Peer peer = gateway.connect();
                peer.send(
                    "GET /prod/pets/1 HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n"
                    "Connection: close\r\n\r\n");
                const std::string response = peer.read_to_end();
                REQUIRE(status_of(response) == 200);
                if (field_of(response, "content-length") != "(absent)") {
                    CHECK(body_of(response) == body);
                } else {
                    CHECK(body_of(response).size() > bytes);
                }
            }
            CHECK(backend.calls() == (bytes == 1'048'576 ? 1 : 2));
        }
    }
}

TEST_CASE("an answer that breaks off is neither passed on nor stored") {
    const CountingBackend backend([](int number) {
        return number == 1 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZ"
                           : answer(200, "whole");
    });
    const Gateway gateway(cached(backend.origin()));
    CHECK(status_of(gateway.call("GET /prod/pets/1")) == 504);
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "whole");
}

TEST_CASE("a caller may have the entry replaced if nobody needs a permission for it") {
    const CountingBackend backend;
    const Gateway gateway(cached(backend.origin(), "", with_invalidation(false, "FAIL_WITH_403")));
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "1");
    CHECK(body_of(gateway.call("GET /prod/pets/1", kNewAnswer)) == "2");
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "2");
    CHECK(body_of(gateway.call("GET /prod/pets/1", "Cache-Control: no-cache\r\n")) == "2");
    CHECK(body_of(gateway.call("GET /prod/pets/1", "Cache-Control: max-age=00\r\n")) == "2");
}

TEST_CASE("a caller without the permission is refused, told, or passed over") {
    const CountingBackend backend;
    const Gateway refusing(cached(backend.origin(), "", with_invalidation(true, "FAIL_WITH_403")));
    const std::string refused = refusing.call("GET /prod/pets/1", kNewAnswer);
    CHECK(status_of(refused) == 403);
    CHECK(field_of(refused, "x-amzn-errortype") == "AccessDeniedException");
    CHECK(body_of(refused) ==
          R"({"Message":"User: anonymous is not authorized to perform: )"
          R"(execute-api:InvalidateCache on resource: arn:aws:execute-api:us-east-1:********0000:)"
          R"(abc123/prod/GET/pets/1 because no identity-based policy allows the )"
          R"(execute-api:InvalidateCache action"})");
    CHECK(backend.calls() == 0);

    const std::string warning =
        "199 \"Cache-Control header ignored: not authorized to invalidate cache\"";
    const Gateway telling(
        cached(backend.origin(), "", with_invalidation(true, "SUCCEED_WITH_RESPONSE_HEADER")));
    CHECK(field_of(telling.call("GET /prod/pets/1", kNewAnswer), "warning") == warning);
    CHECK(field_of(telling.call("GET /prod/pets/1", kNewAnswer), "warning") == warning);
    CHECK(field_of(telling.call("GET /prod/pets/1"), "warning") == "(absent)");
    CHECK(backend.calls() == 1);

    const Gateway silent(
        cached(backend.origin(), "", with_invalidation(true, "SUCCEED_WITHOUT_RESPONSE_HEADER")));
    silent.call("GET /prod/pets/1");
    const std::string passed = silent.call("GET /prod/pets/1", kNewAnswer);
    CHECK(status_of(passed) == 200);
    CHECK(field_of(passed, "warning") == "(absent)");
    CHECK(backend.calls() == 2);
}

TEST_CASE("all who ask for the same at once cost one call") {
    std::binary_semaphore may_answer(0);
    const CountingBackend backend([&](int number) {
        may_answer.acquire();
        return answer(200, std::to_string(number));
    });
    const Gateway gateway(cached(backend.origin()));
    std::vector<Peer> callers;
    for (int i = 0; i < 20; ++i) {
        callers.push_back(gateway.connect());
        callers.back().send(
            "GET /prod/pets/1 HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n"
            "Connection: close\r\n\r\n");
    }
    gateway.logged();  // one turn of the reactor
    may_answer.release();
    for (Peer& caller : callers) CHECK(body_of(caller.read_response()) == "1");
    CHECK(backend.calls() == 1);
}

TEST_CASE("when the call fails for all, everybody calls on their own") {
    const CountingBackend backend([](int number) {
        return number == 1 ? std::string("nonsense\r\n\r\n") : answer(200, "well");
    });
    const Gateway gateway(cached(backend.origin()));
    std::vector<Peer> callers;
    for (int i = 0; i < 5; ++i) {
        callers.push_back(gateway.connect());
        callers.back().send(
            "GET /prod/pets/1 HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n"
            "Connection: close\r\n\r\n");
    }
    int served = 0;
    for (Peer& caller : callers) served += body_of(caller.read_response()) == "well" ? 1 : 0;
    CHECK(served >= 4);
}

TEST_CASE("hits are compressed for callers that want it") {
    const std::string text(2000, 'y');
    const CountingBackend backend([&](int) { return answer(200, text); });
    Gateway::Options options = cached(backend.origin());
    options.rest_api_members = R"(,"minimumCompressionSize":0)";
    const Gateway gateway(options);
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == text);
    const std::string hit = gateway.call("GET /prod/pets/1", "Accept-Encoding: gzip\r\n");
    CHECK(field_of(hit, "content-encoding") == "gzip");
    CHECK(body_of(hit).size() < 200);
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == text);
    CHECK(backend.calls() == 1);
}

TEST_CASE("what the answer says of its own request is not stored") {
    const CountingBackend backend;
    Gateway::Options options = cached(backend.origin());
    options.resources = {
        {"/own", R"("GET":{"httpMethod":"GET","authorizationType":"NONE","methodResponses":{"200":
            {"statusCode":"200"}},"methodIntegration":{"type":"HTTP","httpMethod":"GET","uri":")" +
                     backend.origin() +
                     R"(","integrationResponses":{"200":{"statusCode":"200"}}}})"}};
    const Gateway gateway(options);
    const std::string first = gateway.call("GET /prod/own");
    const std::string second = gateway.call("GET /prod/own");
    REQUIRE(backend.calls() == 1);
    CHECK(field_of(first, "x-amzn-trace-id").starts_with("Root="));
    CHECK(field_of(second, "x-amzn-trace-id").starts_with("Root="));
    CHECK(field_of(first, "x-amzn-trace-id") != field_of(second, "x-amzn-trace-id"));
    CHECK(count_of(second, "x-amzn-trace-id") == 1);
}

TEST_CASE("an old entry answers when the back end fails, as long as the stage wants") {
    const CountingBackend backend([](int number) {
        if (number == 1) return answer(200, "old");
        return number == 2 ? answer(503, "down") : std::string("nonsense\r\n\r\n");
    });
    const Gateway gateway(cached(backend.origin(), "", [](model::Stage& stage) {
        model::MethodSettings settings;
        settings.caching_enabled = true;
        settings.cache_ttl_seconds = 1;
        stage.method_settings.emplace_back("*/*", settings);
        stage.response_cache.stale_if_error_seconds = 3600;
    }));
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "old");
    while (backend.calls() == 1) CHECK(body_of(gateway.call("GET /prod/pets/1")) == "old");
    const std::string after_error = gateway.call("GET /prod/pets/1");
    CHECK(status_of(after_error) == 200);
    CHECK(body_of(after_error) == "old");
    CHECK(field_of(after_error, "x-amzn-errortype") == "(absent)");
    CHECK(backend.calls() >= 3);
}

TEST_CASE("an old entry answers while it is renewed, as the callers asked for it") {
    const CountingBackend backend;
    const Gateway gateway(
        cached(backend.origin() + "/{id}",
               R"(,"requestParameters":{"integration.request.path.id":"method.request.path.id"})",
               [](model::Stage& stage) {
                   model::MethodSettings settings;
                   settings.caching_enabled = true;
                   settings.cache_ttl_seconds = 1;
                   stage.method_settings.emplace_back("*/*", settings);
                   stage.response_cache.stale_while_revalidate_seconds = 3600;
               }));
    CHECK(body_of(gateway.call("GET /prod/pets/1")) == "1");
    std::string body = "1";
    while (body == "1") body = body_of(gateway.call("GET /prod/pets/1", "X-Asked: yes\r\n"));
    CHECK(body == "2");
    // Every caller got an answer of the cache: the call was made in the background.
    const std::vector<Gateway::Logged> logged = gateway.logged();
    for (std::size_t i = 1; i < logged.size(); ++i) CHECK_FALSE(logged[i].has_integration_latency);
}

TEST_CASE("an execution record of a hit tells of no endpoint") {
    const CountingBackend backend;
    const Gateway gateway(cached(backend.origin(), "", [](model::Stage& stage) {
        model::MethodSettings settings;
        settings.logging_level = "INFO";
        settings.data_trace_enabled = true;
        stage.method_settings.emplace_back("*/*", settings);
        stage.explain.percent_traffic = 100;
    }));
    gateway.call("GET /prod/pets/1");
    gateway.call("GET /prod/pets/1");
    const auto logged = gateway.logged();
    REQUIRE(logged.size() == 2);
    const auto tells_of_endpoint = [](const Gateway::Logged& one) {
        return std::ranges::any_of(one.execution_log, [](const std::string& line) {
            return line.find("ndpoint") != std::string::npos ||
                   line.find("Sending request") != std::string::npos;
        });
    };
    CHECK(tells_of_endpoint(logged[0]));
    CHECK_FALSE(tells_of_endpoint(logged[1]));
    CHECK(std::ranges::count(logged[1].execution_log,
                             "Method response body after transformations: 1") == 1);
    CHECK(logged[0].explanation.find(R"("cache":"miss")") != std::string::npos);
    CHECK(logged[1].explanation.find(R"("cache":"hit","source":"memory")") != std::string::npos);
    CHECK(logged[1].explanation.find("integrate") == std::string::npos);
}
