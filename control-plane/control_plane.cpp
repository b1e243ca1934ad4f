#include "control-plane/control_plane.hpp"

#include "common/crypto/master_key.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "common/telemetry/exposition.hpp"
#include "common/telemetry/log.hpp"
#include "common/telemetry/status_server.hpp"
#include "control-plane/access/authenticator.hpp"
#include "control-plane/access/principal_directory.hpp"
#include "control-plane/access/root_credentials.hpp"
#include "control-plane/api/bindings.hpp"
#include "control-plane/api/call_counters.hpp"
#include "control-plane/api/dispatcher.hpp"
#include "control-plane/api/server.hpp"
#include "control-plane/publish/explanations.hpp"
#include "control-plane/publish/live_usage.hpp"
#include "control-plane/publish/metering_export.hpp"
#include "control-plane/publish/metering_post.hpp"
#include "control-plane/publish/metering_sender.hpp"
#include "control-plane/publish/publisher.hpp"
#include "control-plane/publish/rollout.hpp"
#include "control-plane/publish/test_runner.hpp"
#include "control-plane/publish/usage_mover.hpp"
#include "control-plane/store/database.hpp"

namespace turnpike {
namespace {

service::Installation installation_of(const config::ControlSettings& settings) {
    service::Installation installation;
    installation.partition = settings.partition;
    installation.region = settings.region;
    installation.account_id = settings.account_id;
    installation.domain = settings.domain;
    installation.integration_timeout_ms_max = settings.integration_timeout_ms_max;
    installation.account_rate_limit = settings.account_rate_limit;
    installation.account_burst_limit = settings.account_burst_limit;
    installation.rest_apis_max = settings.quotas.rest_apis;
    installation.resources_per_api_max = settings.quotas.resources_per_api;
    installation.authorizers_per_api_max = settings.quotas.authorizers_per_api;
    installation.models_per_api_max = settings.quotas.models_per_api;
    installation.request_validators_per_api_max = settings.quotas.request_validators_per_api;
    installation.scopes_per_method_max = settings.quotas.scopes_per_method;
    installation.stages_per_api_max = settings.quotas.stages_per_api;
    installation.variables_per_stage_max = settings.quotas.variables_per_stage;
    installation.api_keys_max = settings.quotas.api_keys;
    installation.usage_plans_max = settings.quotas.usage_plans;
    installation.plans_per_key_max = settings.quotas.plans_per_key;
    installation.method_throttles_per_stage_max = settings.quotas.method_throttles_per_stage;
    installation.client_certificates_max = settings.quotas.client_certificates;
    installation.vpc_links_max = settings.quotas.vpc_links;
    installation.domain_names_max = settings.quotas.domain_names;
    installation.private_domain_names_max = settings.quotas.private_domain_names;
    installation.access_associations_max = settings.quotas.access_associations;
    installation.documentation_parts_per_api_max = settings.quotas.documentation_parts_per_api;
    installation.documentation_versions_per_api_max =
        settings.quotas.documentation_versions_per_api;
    installation.openapi_document_bytes_max = settings.quotas.openapi_document_bytes;
    installation.audit_retention_days = settings.audit_retention_days;
    installation.usage_retention_days = settings.usage_retention_days;
    return installation;
}

store::DatabaseOptions database_options(const config::ControlSettings& settings) {
    store::DatabaseOptions options;
    options.url = settings.database_url;
    options.connections_max = static_cast<std::size_t>(settings.database_connections);
    return options;
}

redis::Options redis_options(const config::ControlSettings& settings) {
    redis::Options options;
    options.url = settings.redis_url;
    return options;
}

api::Server::Options server_options(const config::ControlSettings& settings) {
    return {settings.admin_listen.host, settings.admin_listen.port,
            static_cast<std::size_t>(settings.admin_threads), settings.admin_tls_certificate_file,
            settings.admin_tls_key_file};
}

publish::TestRunner::Options test_options(const config::ControlSettings& settings) {
    publish::TestRunner::Options options;
    options.redis_url = settings.redis_url;
    return options;
}

publish::MeteringPost::Options metering_post_options(const config::ControlSettings& settings) {
    publish::MeteringPost::Options options;
    options.url = settings.metering_url;
    options.token_file = settings.metering_token_file;
    options.ca_file = settings.metering_ca_file;
    return options;
}

publish::MeteringSender::Options metering_options(const config::ControlSettings& settings) {
    publish::MeteringSender::Options options;
    options.is_posting = !settings.metering_url.empty();
    options.retention = std::chrono::days(settings.metering_retention_days);
    return options;
}

std::string_view field_of(const api::Request& request, std::string_view name) {
    for (const access::HeaderField& field : request.head.fields) {
        if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return {};
}

void report_publisher(const std::string& text, bool is_warning) {
    if (is_warning) {
        telemetry::log_warning("publisher", {{"what", text}});
    } else {
        telemetry::log_info("publisher", {{"what", text}});
    }
}

void report_usage(const std::string& text, bool is_warning) {
    if (is_warning) {
        telemetry::log_warning("usage", {{"what", text}});
    } else {
        telemetry::log_info("usage", {{"what", text}});
    }
}

void report_change(const json::Value& entry) {
    telemetry::log_info("change", {{"operation", entry.text("operation")},
                                   {"resource", entry.text("resource")},
                                   {"created", entry.text("created")},
                                   {"principal", entry.text("principal")},
                                   {"accessKeyId", entry.text("accessKeyId")},
                                   {"sourceAddress", entry.text("sourceAddress")}});
}

std::vector<telemetry::Reading> call_readings(const api::CallCounters& calls) {
    using Kind = telemetry::Reading::Kind;
    std::vector<telemetry::Reading> readings;
    for (const api::CallCounters::Row& row : calls.rows()) {
        const std::string operation =
            row.operation == nullptr ? "none" : std::string(row.operation->name);
        const std::string contract =
            row.operation != nullptr && row.operation->contract == api::Contract::HttpV2 ? "v2"
                                                                                         : "v1";
        for (std::size_t i = 0; i < row.by_status.size(); ++i) {
            if (row.by_status[i] == 0) continue;
            readings.push_back({"turnpike_management_calls_total",
                                "Calls of the management API.",
                                Kind::Counter,
                                static_cast<double>(row.by_status[i]),
                                {{"contract", contract},
                                 {"operation", operation},
                                 {"status", std::to_string(i + 1) + "xx"}}});
        }
        readings.push_back({"turnpike_management_seconds_total",
                            "Time spent on calls of the management API.",
                            Kind::Counter,
                            static_cast<double>(row.microseconds) / 1e6,
                            {{"contract", contract}, {"operation", operation}}});
    }
    return readings;
}

}  // namespace

/// In the order of construction: each part may use those above it.
struct ControlPlane::Parts {
    Parts(const config::ControlSettings& its_settings, const crypto::MasterKey& master_key)
        : settings(its_settings),
          names(settings.name_space),
          session_token_key(master_key.derive(crypto::kSessionTokenLabel)),
          installation(installation_of(settings)),
          database(database_options(settings), master_key),
          bindings(api::all_bindings()) {}

    telemetry::StatusAnswer readiness();
    std::string metrics() const;
    api::Dispatcher::Additions additions();
    void start_metering();

    config::ControlSettings settings;
    snapshot::PublishedNames names;
    crypto::HmacKey session_token_key;
    service::Installation installation;
    store::Database database;
    api::BindingTable bindings;
    api::CallCounters calls;
    std::atomic<bool> is_serving{false};
    bool is_waiting = false;  ///< For the database; said once.
    std::unique_ptr<redis::Client> redis;
    std::unique_ptr<access::PrincipalDirectory> principals;
    std::unique_ptr<access::Authenticator> authenticator;
    std::unique_ptr<publish::Rollout> rollout;
    std::unique_ptr<publish::Explanations> explanations;
    std::unique_ptr<publish::TestRunner> tests;
    std::unique_ptr<publish::Publisher> publisher;
    std::unique_ptr<publish::UsageMover> usage;
    std::unique_ptr<publish::LiveUsage> live_usage;
    std::unique_ptr<publish::MeteringPost> metering_post;
    std::unique_ptr<publish::MeteringSender> metering;
    std::unique_ptr<api::Dispatcher> dispatcher;
    std::unique_ptr<api::Server> server;
    std::unique_ptr<telemetry::StatusServer> status;
};

telemetry::StatusAnswer ControlPlane::Parts::readiness() {
    if (!is_serving) return {503, R"({"ready":false,"reason":"starting"})"};
    if (!database.ping()) return {503, R"({"ready":false,"reason":"database away"})"};
    // Without Redis everything but publication works: degraded, yet ready.
    return {200, redis->is_connected() ? R"({"ready":true,"degraded":false})"
                                       : R"({"ready":true,"degraded":true})"};
}

std::string ControlPlane::Parts::metrics() const {
    using Kind = telemetry::Reading::Kind;
    std::vector<telemetry::Reading> readings = telemetry::process_readings();
    if (is_serving) {
        readings.push_back({"turnpike_publisher_leader",
                            "Whether this process publishes.",
                            Kind::Gauge,
                            publisher->is_leader() ? 1.0 : 0.0,
                            {}});
        readings.push_back({"turnpike_published_revision",
                            "Last revision that this process published.",
                            Kind::Gauge,
                            static_cast<double>(publisher->revision()),
                            {}});
        readings.push_back({"turnpike_usage_moved_requests_total",
                            "Requests of API keys whose counts this process moved.",
                            Kind::Counter,
                            static_cast<double>(usage->moved_requests()),
                            {}});
        readings.push_back({"turnpike_metering_pending_records",
                            "Usage records that the endpoint has not accepted yet.",
                            Kind::Gauge,
                            static_cast<double>(metering->pending_records()),
                            {}});
        readings.push_back({"turnpike_metering_failing",
                            "Whether the last post of usage records was not accepted.",
                            Kind::Gauge,
                            metering->is_failing() ? 1.0 : 0.0,
                            {}});
    }
    for (telemetry::Reading& reading : call_readings(calls)) readings.push_back(std::move(reading));
    return telemetry::expose(readings);
}

/// Lifetime: that of the parts, which are there before the dispatcher.
api::Dispatcher::Additions ControlPlane::Parts::additions() {
    using service::Call;
    return {
        {"GetRollout", [this](const Call& call) { return rollout->rollout(call.now); }},
        {"GetWorkers", [this](const Call& call) { return rollout->workers(call.now); }},
        {"GetExplanation",
         [this](const Call& call) {
             return explanations->find(std::string(call.input.text("requestId")));
         }},
        {"GetExplanations", [this](const Call& call) { return explanations->list(call.input); }},
        {"GetMonthlyUsage", [this](const Call& call) {
             return publish::monthly_usage(database.metering_ledger(), call.input);
         }}};
}

void ControlPlane::Parts::start_metering() {
    metering_post = std::make_unique<publish::MeteringPost>(
        metering_post_options(settings), [this] { return metering->is_stopping(); });
    metering = std::make_unique<publish::MeteringSender>(
        database.metering_ledger(),
        [this](std::string_view json) { return metering_post->post(json); },
        metering_options(settings), [this] { return publisher->is_leader(); }, report_usage);
    metering->start();
}

ControlPlane::ControlPlane(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ControlPlane::~ControlPlane() { stop(); }

Result<std::unique_ptr<ControlPlane>> ControlPlane::create(
    const config::ControlSettings& settings) {
    auto master_key = crypto::MasterKey::load_or_create(settings.master_key_file);
    if (!master_key) return std::move(master_key).error();
    return std::unique_ptr<ControlPlane>(
        new ControlPlane(std::make_unique<Parts>(settings, *master_key)));
}

Result<void> ControlPlane::start_status() {
    Parts& parts = *parts_;
    telemetry::StatusServer::Handlers handlers;
    handlers.live = [] { return telemetry::StatusAnswer{200, R"({"live":true})"}; };
    handlers.ready = [&parts] { return parts.readiness(); };
    handlers.metrics = [&parts] {
        return telemetry::StatusAnswer{200, parts.metrics(),
                                       std::string(telemetry::kExpositionContentType)};
    };
    const config::ListenAddress& listen = parts.settings.status_listen;
    auto started =
        telemetry::StatusServer::start({{listen.host, listen.port}}, std::move(handlers));
    if (!started) return std::move(started).error();
    parts.status = *std::move(started);
    return {};
}

Result<bool> ControlPlane::prepare_database() {
    Parts& parts = *parts_;
    try {
        if (auto migrated = parts.database.migrate(); !migrated) {
            return std::move(migrated).error();
        }
        const auto root = access::ensure_root(
            parts.database.principals(),
            {parts.settings.partition, parts.settings.account_id, parts.settings.credentials_file});
        if (!root) return root.error();
        telemetry::log_info("root principal",
                            {{"key", *root}, {"credentials", parts.settings.credentials_file}});
    } catch (const service::StoreUnavailable& away) {
        if (!std::exchange(parts.is_waiting, true)) {
            telemetry::log_warning("waiting for the database", {{"reason", away.what()}});
        }
        return false;
    }
    return true;
}

Result<void> ControlPlane::serve() {
    Parts& parts = *parts_;
    parts.redis = std::make_unique<redis::Client>(redis_options(parts.settings));
    parts.principals = std::make_unique<access::PrincipalDirectory>(
        parts.database.principals(), [](const std::string& text) {
            telemetry::log_warning("principals", {{"what", text}});
        });
    if (auto loaded = parts.principals->refresh(); !loaded) {
        telemetry::log_warning("principals", {{"what", loaded.error().detail}});
    }
    parts.authenticator = std::make_unique<access::Authenticator>(
        *parts.principals, parts.session_token_key, access::Authenticator::Options{});
    parts.rollout = std::make_unique<publish::Rollout>(
        *parts.redis, parts.names, [&parts] { return parts.database.outbox_count(); });
    parts.explanations = std::make_unique<publish::Explanations>(*parts.redis, parts.names);
    parts.tests = std::make_unique<publish::TestRunner>(*parts.redis, parts.names, *parts.rollout,
                                                        test_options(parts.settings));
    parts.publisher = std::make_unique<publish::Publisher>(
        parts.database.publication(), *parts.redis, parts.names, publish::Publisher::Options{},
        report_publisher);
    parts.publisher->start();
    parts.usage = std::make_unique<publish::UsageMover>(
        parts.database.usage_ledger(), *parts.redis, parts.names, publish::UsageMover::Options{},
        [&parts] { return parts.publisher->is_leader(); }, report_usage);
    parts.usage->start();
    parts.start_metering();
    parts.live_usage = std::make_unique<publish::LiveUsage>(*parts.redis, parts.names);
    parts.dispatcher = std::make_unique<api::Dispatcher>(api::Dispatcher::Parts{
        .authenticator = *parts.authenticator,
        .store = parts.database.store(),
        .bindings = parts.bindings,
        .installation = parts.installation,
        .additions = parts.additions(),
        .completions = {{"TestInvokeMethod",
                         [&parts](json::Value planned, const api::Request& request) {
                             return [&parts, planned = std::move(planned),
                                     agent = std::string(field_of(request, "User-Agent"))] {
                                 return parts.tests->run(planned, agent);
                             };
                         }}},
        .live_usage = parts.live_usage.get(),
        .log_error =
            [](const std::string& text) {
                telemetry::log_error("call failed", {{"what", text}});
            },
        .observe =
            [&parts](const api::Dispatcher::Outcome& outcome) {
                parts.calls.record(outcome.operation, outcome.status, outcome.took);
            },
        .report_change = report_change});
    parts.server = std::make_unique<api::Server>(server_options(parts.settings), *parts.dispatcher);
    if (auto started = parts.server->start(); !started) return started;
    parts.is_serving = true;
    telemetry::log_info("serving", {{"address", parts.settings.admin_listen.text()},
                                    {"threads", parts.settings.admin_threads}});
    return {};
}

void ControlPlane::stop() {
    Parts& parts = *parts_;
    parts.status.reset();
    if (parts.tests) parts.tests->stop();
    parts.server.reset();
    // Before the lead is given up.
    if (parts.metering) parts.metering->stop();
    if (parts.usage) parts.usage->stop();
    if (parts.publisher) parts.publisher->stop();
    parts.is_serving = false;
}

}  // namespace turnpike
