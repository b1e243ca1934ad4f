#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/stage.hpp"
#include "common/model/usage_plan.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/limits/admission.hpp"
#include "data-plane/limits/key_usage.hpp"
#include "data-plane/limits/notice.hpp"

namespace turnpike::test {

/// A connected TCP socket that blocks, for the test's side. Reads give up after 5 s.
class Peer {
public:
    explicit Peer(int descriptor);
    ~Peer();
    Peer(Peer&& other) noexcept;
    Peer& operator=(Peer&&) = delete;
    static Peer connect(std::uint16_t port);

    void send(std::string_view bytes);
    /// One message head, empty line included; empty if the connection ended first.
    std::string read_head();
    /// Exactly that many bytes, or what came before the end.
    std::string read_bytes(std::size_t count);
    /// Everything up to the end of the connection.
    std::string read_to_end();
    /// Head and body of one response, by Content-Length, chunks (as they are) or to the end.
    std::string read_response(bool has_body = true);
    /// Head and body of one request; empty if the connection ended.
    std::string read_request();
    void close();
    /// So that the other side sees a reset.
    void reset();
    void stop_sending();

private:
    bool read_more();
    int descriptor_;
    std::string received_;
};

/// A back end on loopback: each accepted connection is given to `serve` on a thread of its own.
class Backend {
public:
    explicit Backend(std::function<void(Peer peer, int index)> serve);
    ~Backend();
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    std::uint16_t port() const;
    std::string origin() const { return "http://127.0.0.1:" + std::to_string(port()); }
    int accepted() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Answers every request with `answer`, on as many connections as come; keeps what it was sent.
class FixedBackend {
public:
    explicit FixedBackend(std::string answer);
    std::string origin() const { return backend_->origin(); }
    /// The last request, head and body. Requires: one came.
    std::string last_request() const;
    int accepted() const { return backend_->accepted(); }

private:
    struct Seen;
    std::shared_ptr<Seen> seen_;
    std::unique_ptr<Backend> backend_;
};

std::string ok_answer(std::string_view body = "hello");

/// One key of the fixture, by value.
struct TestKey {
    std::string value;
    std::string id;
    bool enabled = true;
    std::vector<std::string> plan_ids;
};

/// A whole data plane for one reactor in this process: listener, pipeline, integrations; the
/// configuration is given as text. API "abc123", stage "prod".
class Gateway {
public:
    struct Options {
        /// Members of resourceMethods by resource path: {"/pets", R"("GET":{...})"}.
        std::vector<std::pair<std::string, std::string>> resources;
        std::string rest_api_members;    ///< More members of restApi, each after a comma.
        std::string deployment_members;  ///< More members of the deployment, each after a comma.
        model::StringMap variables;
        bool disable_execute_api_endpoint = false;
        std::vector<TestKey> keys;
        std::vector<model::UsagePlan> plans;
        integration::Limits limits;
        turnpike::limits::Verdict verdict = {};  ///< On every request.
        turnpike::limits::Notice notice = {};    ///< Its retry_s: of refusals.
        turnpike::limits::KeyUsage usage = {};
        std::int64_t concurrent_max = 0;
        std::function<void(model::Stage&)> change_stage;
        /// A second deployment that a canary serves.
        std::vector<std::pair<std::string, std::string>> canary_resources;
    };
    explicit Gateway(Options options);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    std::uint16_t port() const;
    Peer connect() const { return Peer::connect(port()); }
    /// Sends one request to the API's host and reads the response; "Connection: close".
    std::string call(std::string_view method_and_target, std::string_view fields = "",
                     std::string_view body = "") const;
    /// Sends these bytes and reads one response.
    std::string raw(std::string_view request) const;

    struct Logged {
        int status = 0;
        std::string api_key_id;
        std::string error_type;
        std::string phase;
        std::string detail;
        bool has_integration_latency = false;
        std::uint64_t body_bytes = 0;
        std::vector<std::string> execution_log;
        std::string explanation;  ///< Empty unless it was recorded.
    };
    /// What was logged so far.
    std::vector<Logged> logged() const;
    std::size_t idle_upstreams() const;
    /// How often somebody wanted to know what callers are told of their limits.
    int notices() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// "GET":{...} with an HTTP_PROXY integration; `more` are further members of the integration.
std::string proxy_method(std::string_view verb, std::string_view uri, std::string_view more = "",
                         std::string_view method_members = "");

int status_of(std::string_view response);
/// The value of a field, ignoring case; "(absent)" without one.
std::string field_of(std::string_view message, std::string_view name);
std::string body_of(std::string_view message);
/// The names of all fields in order, as they were spelled, with their number.
std::size_t count_of(std::string_view message, std::string_view name);

}  // namespace turnpike::test
