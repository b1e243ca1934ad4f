#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "common/base/text.hpp"
#include "common/json/value.hpp"
#include "common/snapshot/decode.hpp"
#include "common/snapshot/routing_table.hpp"
#include "common/snapshot/stage.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "data-plane/integration/names.hpp"
#include "data-plane/integration/upstreams.hpp"
#include "data-plane/net/server.hpp"
#include "data-plane/phase/order.hpp"
#include "data-plane/pipeline/driver.hpp"
#include "data-plane/pipeline/explanation.hpp"
#include "data-plane/tls/client_context.hpp"

namespace turnpike::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string_view head_part(std::string_view message) {
    return message.substr(0, message.find("\r\n\r\n"));
}

}  // namespace

Peer::Peer(int descriptor) : descriptor_(descriptor) {
    const timeval patience{5, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}
Peer::~Peer() { close(); }
Peer::Peer(Peer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

Peer Peer::connect(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(descriptor);
        return Peer(-1);
    }
    return Peer(descriptor);
}

void Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Peer::read_more() {
    char bytes[16384];
    const ssize_t got = ::recv(descriptor_, bytes, sizeof(bytes), 0);
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::string Peer::read_head() {
    std::size_t end = received_.find("\r\n\r\n");
    while (end == std::string::npos) {
        if (!read_more()) return {};
        end = received_.find("\r\n\r\n");
    }
    return read_bytes(end + 4);
}

std::string Peer::read_bytes(std::size_t count) {
    while (received_.size() < count && read_more()) {
    }
    const std::string bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
}

std::string Peer::read_to_end() {
    while (read_more()) {
    }
    return std::exchange(received_, {});
}

std::string Peer::read_response(bool has_body) {
    std::string response = read_head();
    if (!has_body || response.empty()) return response;
    const std::string length = field_of(response, "content-length");
    if (length != "(absent)") return response + read_bytes(std::stoul(length));
    if (field_of(response, "transfer-encoding") == "chunked") {
        while (!response.ends_with("0\r\n\r\n")) {
            const std::string byte = read_bytes(1);
            if (byte.empty()) break;
            response += byte;
        }
        return response;
    }
    return response + read_to_end();
}

std::string Peer::read_request() {
    std::string request = read_head();
    const bool is_framed = field_of(request, "content-length") != "(absent)" ||
                           field_of(request, "transfer-encoding") != "(absent)";
    if (request.empty() || !is_framed) return request;
    received_.insert(0, request);
    return read_response();
}

void Peer::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Peer::reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close();
}

void Peer::stop_sending() { ::shutdown(descriptor_, SHUT_WR); }

struct Backend::State {
    int listener = -1;
    std::uint16_t port = 0;
    std::function<void(Peer, int)> serve;
    std::atomic<int> accepted{0};
    std::atomic<bool> stops{false};
    std::thread acceptor;
    std::mutex mutex;
    std::vector<std::thread> servers;
};

Backend::Backend(std::function<void(Peer, int)> serve) : state_(std::make_shared<State>()) {
    state_->serve = std::move(serve);
    state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    ::bind(state_->listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(state_->listener, 64);
    socklen_t length = sizeof(address);
    ::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&address), &length);
    state_->port = ntohs(address.sin_port);
    state_->acceptor = std::thread([state = state_.get()] {
        while (true) {
            const int descriptor = ::accept(state->listener, nullptr, nullptr);
            if (descriptor < 0 || state->stops) {
                if (descriptor >= 0) ::close(descriptor);
                return;
            }
            const int index = state->accepted++;
            const std::lock_guard lock(state->mutex);
            state->servers.emplace_back(
                [state, descriptor, index] { state->serve(Peer(descriptor), index); });
        }
    });
}

Backend::~Backend() {
    state_->stops = true;
    ::shutdown(state_->listener, SHUT_RDWR);
    ::close(state_->listener);
    state_->acceptor.join();
    for (std::thread& server : state_->servers) server.join();
}

std::uint16_t Backend::port() const { return state_->port; }
int Backend::accepted() const { return state_->accepted; }

struct FixedBackend::Seen {
    std::mutex mutex;
    std::string last;
};

FixedBackend::FixedBackend(std::string answer) : seen_(std::make_shared<Seen>()) {
    backend_ = std::make_unique<Backend>([seen = seen_, answer](Peer peer, int) {
        while (true) {
            const std::string request = peer.read_request();
            if (request.empty()) return;
            {
                const std::lock_guard lock(seen->mutex);
                seen->last = request;
            }
            peer.send(answer);
        }
    });
}

std::string FixedBackend::last_request() const {
    const std::lock_guard lock(seen_->mutex);
    return seen_->last;
}

std::string ok_answer(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string proxy_method(std::string_view verb, std::string_view uri, std::string_view more,
                         std::string_view method_members) {
    std::string text = "\"" + std::string(verb) + "\":{\"httpMethod\":\"" + std::string(verb) +
                       "\",\"authorizationType\":\"NONE\"" + std::string(method_members) +
                       ",\"methodIntegration\":{\"type\":\"HTTP_PROXY\",\"uri\":\"" +
                       std::string(uri) + "\"";
    if (more.find("\"httpMethod\"") == std::string_view::npos) {
        text += ",\"httpMethod\":\"" + std::string(verb) + "\"";
    }
    return text + std::string(more) + "}}";
}

int status_of(std::string_view response) {
    return response.size() < 12 ? 0 : std::stoi(std::string(response.substr(9, 3)));
}

std::string field_of(std::string_view message, std::string_view name) {
    for (const std::string_view line : split(head_part(message), '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        if (!equals_ignoring_case(line.substr(0, colon), name)) continue;
        std::string_view value = line.substr(colon + 1);
        if (value.ends_with('\r')) value.remove_suffix(1);
        return std::string(trim(value));
    }
    return "(absent)";
}

std::size_t count_of(std::string_view message, std::string_view name) {
    std::size_t count = 0;
    for (const std::string_view line : split(head_part(message), '\n')) {
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && equals_ignoring_case(line.substr(0, colon), name)) {
            ++count;
        }
    }
    return count;
}

std::string body_of(std::string_view message) {
    const std::size_t end = message.find("\r\n\r\n");
    return end == std::string_view::npos ? "" : std::string(message.substr(end + 4));
}

namespace {

void take_record(const pipeline::Exchange& exchange, Gateway::Logged& logged) {
    const pipeline::ExecutionRecord& record = *exchange.record;
    for (const pipeline::ExecutionRecord::Line& line : record.lines()) {
        std::string text;
        if (!record.is_logged(line.level)) continue;
        if (pipeline::ExecutionRecord::write(line, text)) logged.execution_log.push_back(text);
    }
    if (record.wishes().explains) {
        logged.explanation = pipeline::explanation_of(exchange, "worker-1", steady_now());
    }
}

struct Log final : pipeline::RequestLog {
    void record(const pipeline::Exchange& exchange) override {
        Gateway::Logged one;
        one.status = exchange.writer.status();
        if (exchange.identity.key) one.api_key_id = exchange.identity.key->id;
        if (exchange.error) {
            one.error_type = to_text(exchange.error->type);
            one.detail = exchange.error->detail;
        }
        one.phase = exchange.failed_phase;
        one.has_integration_latency = exchange.integration_response.latency.has_value();
        one.body_bytes = exchange.writer.body_bytes_sent();
        if (exchange.record) take_record(exchange, one);
        const std::lock_guard lock(mutex);
        all.push_back(std::move(one));
    }
    mutable std::mutex mutex;
    std::vector<Gateway::Logged> all;
};

struct SlotStages final : pipeline::StageSource {
    explicit SlotStages(worker::SnapshotSlot& its_slot) : slot(its_slot) {}
    worker::MaybeTask<Found> load(const snapshot::StageEntry& entry) override {
        if (auto stage = slot.stage(entry)) return Found(std::move(stage));
        return Found(not_found("no such stage"));
    }
    worker::SnapshotSlot& slot;
};

/// Keys come at once the first time and after a turn the second time, so both ways are walked.
struct MapKeys final : pipeline::KeySource {
    worker::MaybeTask<Result<worker::KeyRecord>> find(std::string_view value) override {
        waits = !waits;
        if (waits) return find_later(std::string(value));
        return find_now(value);
    }
    Result<worker::KeyRecord> find_now(std::string_view value) const {
        for (const TestKey& key : keys) {
            if (key.value != value) continue;
            model::ApiKey record;
            record.id = key.id;
            record.enabled = key.enabled;
            record.plan_ids = key.plan_ids;
            return worker::KeyRecord(std::make_shared<const model::ApiKey>(std::move(record)));
        }
        return worker::KeyRecord(nullptr);
    }
    worker::Task<Result<worker::KeyRecord>> find_later(std::string value) {
        co_return find_now(value);
    }
    std::vector<TestKey> keys;
    bool waits = false;
};

using Resources = std::vector<std::pair<std::string, std::string>>;

std::string id_of(std::string_view path) { return "r" + to_lower(path); }

/// Every resource with its parents, each once, as JSON.
std::string resources_text(const Resources& resources) {
    std::map<std::string, std::string> methods{{"/", ""}};
    for (const auto& [path, text] : resources) {
        std::string parent;
        for (const std::string_view part : split(std::string_view(path).substr(1), '/')) {
            if (part.empty()) continue;
            parent += "/" + std::string(part);
            methods.try_emplace(parent, "");
        }
        methods[path] = text;
    }
    std::string all;
    for (const auto& [path, text] : methods) {
        if (!all.empty()) all += ",";
        all += R"({"id":)" + json::quote(id_of(path)) + R"(,"path":)" + json::quote(path);
        if (path != "/") {
            const std::size_t slash = path.rfind('/');
            all += R"(,"parentId":)" + json::quote(id_of(slash == 0 ? "/" : path.substr(0, slash)));
            all += R"(,"pathPart":)" + json::quote(path.substr(slash + 1));
        }
        all += R"(,"resourceMethods":{)" + text + "}}";
    }
    return all;
}

std::shared_ptr<const snapshot::CompiledDeployment> compile(const Resources& resources,
                                                            const Gateway::Options& options) {
    const std::string document = R"({"format":1,"restApi":{"id":"abc123","name":"test")" +
                                 options.rest_api_members + R"(},"resources":[)" +
                                 resources_text(resources) + "]" + options.deployment_members + "}";
    auto decoded = snapshot::decode_deployment(document);
    if (!decoded) throw std::runtime_error(decoded.error().message + "\n" + document);
    auto compiled = snapshot::CompiledDeployment::compile(*std::move(decoded), "hash");
    if (!compiled) throw std::runtime_error(compiled.error().message + "\n" + document);
    return *compiled;
}

/// What the test says, at once the first time and after a turn the second time.
struct SetLimits final : pipeline::LimitSource {
    worker::MaybeTask<limits::Verdict> admit(const limits::Admission& admission) override {
        asked.push_back(std::string(admission.resource_path) + " " + std::string(admission.verb) +
                        (admission.key ? " " + admission.key->id : ""));
        waits = !waits;
        if (waits) return decide_later();
        return verdict;
    }
    worker::Task<limits::Verdict> decide_later() { co_return verdict; }
    limits::Notice notice(const limits::Admission&, const limits::Verdict& decided,
                          SteadyTime) override {
        ++notices;
        limits::Notice told = notice_given;
        if (decided.is_admitted()) told.retry_s.reset();
        return told;
    }
    worker::MaybeTask<limits::KeyUsage> usage(const model::UsagePlan& plan,
                                              const model::ApiKey& key) override {
        looked.push_back(plan.id + "/" + key.id);
        waits = !waits;
        if (waits) return look_later();
        return usage_given;
    }
    worker::Task<limits::KeyUsage> look_later() { co_return usage_given; }

    limits::Verdict verdict;
    limits::Notice notice_given;
    limits::KeyUsage usage_given;
    std::atomic<int> notices = 0;
    std::vector<std::string> looked;
    std::vector<std::string> asked;
    bool waits = false;
};

}  // namespace

struct Gateway::Parts {
    explicit Parts(const Options& options)
        : tls(*tls::ClientContext::create({.trust = *tls::TrustStore::load()})),
          names(
              reactor,
              [](std::string, integration::Resolver::Callback done) {
                  done(not_found("no such name"));
              },
              options.limits),
          upstreams(reactor, buffers, names, *tls, options.limits),
          stages(slot),
          concurrency(options.concurrent_max),
          pipeline({.reactor = reactor,
                    .buffers = buffers,
                    .snapshots = slot,
                    .stages = stages,
                    .keys = keys,
                    .limiter = limits,
                    .concurrency = concurrency,
                    .upstreams = upstreams,
                    .log = log,
                    .installation = installation,
                    .cache = &cache,
                    .renewals = &renewals},
                   phase::order()),
          server(reactor, buffers, pipeline, net::Limits{}) {}

    worker::Reactor reactor;
    net::BufferPool buffers;
    std::unique_ptr<tls::ClientContext> tls;
    worker::SnapshotSlot slot;
    pipeline::Installation installation;
    integration::Names names;
    integration::Upstreams upstreams;
    SlotStages stages;
    MapKeys keys;
    SetLimits limits;
    turnpike::limits::ConcurrencyLimit concurrency;
    const cache::CacheShared cache_shared{
        .redis_url = "",
        .name_space = "",
        .id_key = crypto::HmacKey("key"),
        .encryption_key = std::string(32, 'k'),
        .memory_bytes_max = std::size_t{16} << 20U,
    };
    cache::ResponseCache cache{reactor, cache_shared};
    Log log;
    pipeline::Pipeline pipeline;
    net::Server server;
    std::uint16_t port = 0;
    worker::TaskSet renewals;
    std::thread thread;
};

Gateway::Gateway(Options options) : parts_(std::make_unique<Parts>(options)) {
    Parts& parts = *parts_;
    parts.keys.keys = options.keys;
    parts.limits.verdict = options.verdict;
    parts.limits.notice_given = options.notice;
    parts.limits.usage_given = options.usage;

    model::Stage stage;
    stage.api_id = "abc123";
    stage.api_name = "test";
    stage.name = "prod";
    stage.deployment_id = "dep1";
    stage.snapshot = "hash";
    stage.variables = options.variables;
    stage.disable_execute_api_endpoint = options.disable_execute_api_endpoint;
    if (options.change_stage) options.change_stage(stage);
    snapshot::CompiledStage::Parts compiled_parts{stage, compile(options.resources, options),
                                                  nullptr};
    if (!options.canary_resources.empty()) {
        compiled_parts.canary_deployment = compile(options.canary_resources, options);
    }
    auto compiled = snapshot::CompiledStage::compile(
        std::move(compiled_parts),
        [](const model::Stage&, std::string_view, std::string_view) { return 0U; });

    snapshot::StageEntry entry;
    entry.api_id = stage.api_id;
    entry.name = stage.name;
    entry.version = 1;
    entry.disable_execute_api_endpoint = stage.disable_execute_api_endpoint;
    snapshot::RoutingTable::Plans plans;
    for (const model::UsagePlan& plan : options.plans) {
        plans.emplace(plan.id, std::make_shared<const snapshot::CompiledPlan>(plan));
    }
    const auto table = std::make_shared<const snapshot::RoutingTable>(
        1, snapshot::RoutingTable::Entries{std::make_shared<const snapshot::StageEntry>(entry)},
        std::move(plans));
    parts.slot.install(table, {{0, std::move(compiled)}});

    auto listener = net::Listener::bind(*net::SocketAddress::from_ip("127.0.0.1", 0));
    parts.port = listener->address().port();
    parts.server.listen(*std::move(listener));
    parts.thread = std::thread([&parts] { parts.reactor.run(); });
}

Gateway::~Gateway() {
    parts_->reactor.stop();
    parts_->thread.join();
}

std::uint16_t Gateway::port() const { return parts_->port; }

std::string Gateway::call(std::string_view method_and_target, std::string_view fields,
                          std::string_view body) const {
    std::string request(method_and_target);
    request += " HTTP/1.1\r\nHost: abc123.execute-api.us-east-1.localhost\r\n";
    request += fields;
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "Connection: close\r\n\r\n";
    request += body;
    Peer peer = connect();
    peer.send(request);
    return peer.read_response(!method_and_target.starts_with("HEAD "));
}

std::string Gateway::raw(std::string_view request) const {
    Peer peer = connect();
    peer.send(request);
    return peer.read_response();
}

std::vector<Gateway::Logged> Gateway::logged() const {
    // What the reactor does now comes before this.
    std::promise<void> done;
    parts_->reactor.post([&done] { done.set_value(); });
    done.get_future().wait();
    const std::lock_guard lock(parts_->log.mutex);
    return parts_->log.all;
}

int Gateway::notices() const { return parts_->limits.notices; }

std::size_t Gateway::idle_upstreams() const {
    std::promise<std::size_t> count;
    parts_->reactor.post([&] { count.set_value(parts_->upstreams.idle_count()); });
    return count.get_future().get();
}

}  // namespace turnpike::test
