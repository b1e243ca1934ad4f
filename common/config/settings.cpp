#include "common/config/settings.hpp"

#include <unistd.h>

#include <limits>
#include <thread>

#include "common/base/text.hpp"
#include "common/config/options.hpp"

namespace turnpike::config {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

constexpr std::int64_t kCacheBytesMax = std::int64_t{1} << 40U;
constexpr std::int64_t kThreadsMax = 1024;
constexpr std::int64_t kConcurrentMax = 100'000'000;
constexpr std::int64_t kTimeoutMsMax = 900'000;
constexpr std::int64_t kRetentionDaysMax = 36'500;
constexpr std::int64_t kQuotaMax = 100'000'000;
/// What a worker reads of any map.
constexpr std::int64_t kMapEntriesMax = 1000;
/// The longest body that the management API takes.
constexpr std::int64_t kDocumentBytesMax = 20'971'520;
constexpr std::int64_t kIdleMsMax = 7'200'000;
/// What the parser can hold: heads keep 16-bit offsets.
constexpr std::int64_t kHeadBytesMax = 64'000;
constexpr std::int64_t kHeadPartBytesMin = 1024;
constexpr std::int64_t kBodyBytesMax = 1'073'741'824;
constexpr std::int64_t kRateMax = 1'000'000'000;
constexpr std::int64_t kConnectionsMax = 1'000'000;

std::string under(const CommonSettings& settings, std::string_view name) {
    return settings.home + "/" + std::string(name);
}

Result<void> take_address(const Options& options, std::string_view name, ListenAddress& address) {
    auto parsed = parse_listen_address(options.text(name));
    if (!parsed) return options.refuse(name, parsed.error().message);
    address = *std::move(parsed);
    return {};
}

Result<void> take_addresses(const Options& options, std::string_view name,
                            std::vector<ListenAddress>& addresses) {
    auto parsed = parse_listen_addresses(options.text(name));
    if (!parsed) return options.refuse(name, parsed.error().message);
    addresses = *std::move(parsed);
    return {};
}

Result<void> take_number(const Options& options, std::string_view name, std::int64_t least,
                         std::int64_t most, std::int64_t& number) {
    const auto parsed = parse_integer(options.text(name));
    if (!parsed || *parsed < least || *parsed > most) {
        return options.refuse(name, "\"" + options.text(name) + "\" is not a number from " +
                                        std::to_string(least) + " to " + std::to_string(most));
    }
    number = *parsed;
    return {};
}

Result<void> take_time(const Options& options, std::string_view name, std::int64_t least_ms,
                       std::int64_t most_ms, Milliseconds& time) {
    std::int64_t ms = 0;
    if (auto taken = take_number(options, name, least_ms, most_ms, ms); !taken) return taken;
    time = Milliseconds(ms);
    return {};
}

bool is_name(std::string_view text, std::string_view more) {
    for (const char c : text) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && more.find(c) == std::string_view::npos) return false;
    }
    return !text.empty();
}

Result<void> check_identity(const Options& options, const CommonSettings& settings) {
    if (settings.account_id.size() != 12 ||
        settings.account_id.find_first_not_of("0123456789") != std::string::npos) {
        return options.refuse("account-id", "\"" + settings.account_id + "\" is not 12 digits");
    }
    if (!is_name(settings.region, "-")) return options.refuse("region", "not a region's name");
    if (!is_name(settings.partition, "-")) {
        return options.refuse("partition", "not a partition's name");
    }
    if (!is_name(settings.domain, "-.")) return options.refuse("domain", "not a domain name");
    if (!is_name(settings.name_space, "-_")) {
        return options.refuse("namespace", "letters, digits, - and _ only");
    }
    if (is_one_of(settings.log_level, {"trace", "debug", "info", "warning", "error"})) return {};
    return options.refuse("log-level", "\"" + settings.log_level +
                                           "\" is not one of trace, debug, info, warning, error");
}

Result<void> take_account_limits(const Options& options, CommonSettings& settings) {
    const std::string rate = options.text("account-rate-limit");
    if (rate == "unlimited") {
        settings.account_rate_limit = std::numeric_limits<double>::infinity();
    } else if (const auto number = parse_number(rate); number && *number >= 0) {
        settings.account_rate_limit = *number;
    } else {
        return options.refuse("account-rate-limit",
                              "\"" + rate + "\" is not a number or \"unlimited\"");
    }
    return take_number(options, "account-burst-limit", 0, std::numeric_limits<std::int32_t>::max(),
                       settings.account_burst_limit);
}

Result<void> take_common(const Options& options, CommonSettings& settings) {
    settings.home = options.text("home");
    settings.redis_url = options.text("redis-url");
    settings.name_space = options.text("namespace");
    settings.master_key_file = options.text_or("master-key-file", under(settings, "master.key"));
    settings.region = options.text("region");
    settings.account_id = options.text("account-id");
    settings.partition = options.text("partition");
    settings.domain = to_lower(options.text("domain"));
    settings.log_level = options.text("log-level");
    if (settings.redis_url.empty()) return invalid("--redis-url (TURNPIKE_REDIS_URL) is missing");
    if (auto taken = take_address(options, "status-listen", settings.status_listen); !taken)
        return taken;
    if (auto taken = take_account_limits(options, settings); !taken) return taken;
    return check_identity(options, settings);
}

Result<void> take_quotas(const Options& options, Quotas& quotas) {
    const std::pair<const char*, std::int64_t*> each[] = {
        {"rest-apis-max", &quotas.rest_apis},
        {"resources-per-api-max", &quotas.resources_per_api},
        {"authorizers-per-api-max", &quotas.authorizers_per_api},
        {"models-per-api-max", &quotas.models_per_api},
        {"request-validators-per-api-max", &quotas.request_validators_per_api},
        {"scopes-per-method-max", &quotas.scopes_per_method},
        {"stages-per-api-max", &quotas.stages_per_api},
        {"api-keys-max", &quotas.api_keys},
        {"usage-plans-max", &quotas.usage_plans},
        {"plans-per-key-max", &quotas.plans_per_key},
        {"client-certificates-max", &quotas.client_certificates},
        {"vpc-links-max", &quotas.vpc_links},
        {"domain-names-max", &quotas.domain_names},
        {"private-domain-names-max", &quotas.private_domain_names},
        {"domain-name-access-associations-max", &quotas.access_associations},
        {"documentation-parts-per-api-max", &quotas.documentation_parts_per_api},
        {"documentation-versions-per-api-max", &quotas.documentation_versions_per_api},
    };
    for (const auto& [name, number] : each) {
        if (auto taken = take_number(options, name, 0, kQuotaMax, *number); !taken) return taken;
    }
    if (auto taken = take_number(options, "variables-per-stage-max", 0, kMapEntriesMax,
                                 quotas.variables_per_stage);
        !taken) {
        return taken;
    }
    if (auto taken = take_number(options, "method-throttles-per-stage-max", 0, kMapEntriesMax,
                                 quotas.method_throttles_per_stage);
        !taken) {
        return taken;
    }
    return take_number(options, "openapi-document-bytes-max", 1, kDocumentBytesMax,
                       quotas.openapi_document_bytes);
}

Result<void> check_admin_tls(const Options& options, const ControlSettings& settings) {
    const bool has_certificate = !settings.admin_tls_certificate_file.empty();
    if (has_certificate != !settings.admin_tls_key_file.empty()) {
        return invalid("--admin-tls-certificate-file and --admin-tls-key-file go together");
    }
    if (!has_certificate && !settings.admin_listen.is_loopback()) {
        return options.refuse("admin-listen",
                              settings.admin_listen.text() +
                                  " is not a loopback address, so --admin-tls-certificate-file and "
                                  "--admin-tls-key-file are needed");
    }
    return {};
}

Result<void> take_metering(const Options& options, ControlSettings& settings) {
    settings.metering_url = options.text("metering-url");
    settings.metering_token_file = options.text("metering-token-file");
    settings.metering_ca_file = options.text("metering-ca-file");
    const bool is_url = settings.metering_url.empty() ||
                        settings.metering_url.starts_with("http://") ||
                        settings.metering_url.starts_with("https://");
    if (!is_url) return options.refuse("metering-url", "not an http:// or https:// address");
    return take_number(options, "metering-retention-days", 1, kRetentionDaysMax,
                       settings.metering_retention_days);
}

Result<void> take_control(const Options& options, ControlSettings& settings) {
    if (auto taken = take_common(options, settings); !taken) return taken;
    settings.database_url = options.text("database-url");
    if (settings.database_url.empty()) {
        return invalid("--database-url (TURNPIKE_DATABASE_URL) is missing");
    }
    settings.credentials_file = options.text_or("credentials-file", under(settings, "credentials"));
    settings.admin_tls_certificate_file = options.text("admin-tls-certificate-file");
    settings.admin_tls_key_file = options.text("admin-tls-key-file");
    if (auto t = take_address(options, "admin-listen", settings.admin_listen); !t) return t;
    if (auto t = check_admin_tls(options, settings); !t) return t;
    if (auto t = take_number(options, "admin-threads", 1, kThreadsMax, settings.admin_threads); !t)
        return t;
    if (auto t = take_number(options, "database-connections", 2, kThreadsMax,
                             settings.database_connections);
        !t) {
        return t;
    }
    if (auto t = take_number(options, "integration-timeout-max-ms", 50, kTimeoutMsMax,
                             settings.integration_timeout_ms_max);
        !t) {
        return t;
    }
    if (auto t = take_number(options, "audit-retention-days", 1, kRetentionDaysMax,
                             settings.audit_retention_days);
        !t) {
        return t;
    }
    if (auto t = take_number(options, "usage-retention-days", 1, kRetentionDaysMax,
                             settings.usage_retention_days);
        !t) {
        return t;
    }
    if (auto t = take_metering(options, settings); !t) return t;
    return take_quotas(options, settings.quotas);
}

Result<void> take_caller_sizes(const Options& options, CallerLimits& limits) {
    struct Size {
        const char* name;
        std::int64_t least;
        std::int64_t most;
        std::int64_t* number;
    };
    const Size each[] = {
        {"request-uri-bytes-max", kHeadPartBytesMin, kHeadBytesMax, &limits.uri_bytes_max},
        {"request-header-bytes-max", kHeadPartBytesMin, kHeadBytesMax, &limits.header_bytes_max},
        {"request-body-bytes-max", 1, kBodyBytesMax, &limits.body_bytes_max},
        {"response-body-bytes-max", 1, kBodyBytesMax, &limits.response_body_bytes_max},
        {"request-body-bytes-per-second-min", 1, kRateMax, &limits.body_bytes_per_second_min},
        {"connections-per-reactor-max", 1, kConnectionsMax, &limits.connections_per_reactor_max},
    };
    for (const auto& [name, least, most, number] : each) {
        if (auto taken = take_number(options, name, least, most, *number); !taken) return taken;
    }
    if (limits.uri_bytes_max + limits.header_bytes_max <= kHeadBytesMax) return {};
    return options.refuse("request-header-bytes-max",
                          "more than " + std::to_string(kHeadBytesMax) + " together with the " +
                              std::to_string(limits.uri_bytes_max) + " of request-uri-bytes-max");
}

Result<void> take_caller_times(const Options& options, CallerLimits& limits) {
    const std::pair<const char*, Milliseconds*> each[] = {
        {"tls-handshake-timeout-ms", &limits.tls_handshake},
        {"request-header-timeout-ms", &limits.header},
        {"request-body-timeout-ms", &limits.body},
        {"client-write-timeout-ms", &limits.write_stall},
        {"client-linger-timeout-ms", &limits.linger},
    };
    for (const auto& [name, time] : each) {
        if (auto taken = take_time(options, name, 1, kTimeoutMsMax, *time); !taken) return taken;
    }
    return take_time(options, "client-idle-timeout-ms", 1, kIdleMsMax, limits.idle);
}

Result<void> take_worker(const Options& options, WorkerSettings& settings) {
    if (auto taken = take_common(options, settings); !taken) return taken;
    settings.state_directory = options.text_or("state-dir", under(settings, "worker"));
    settings.ca_file = options.text_or("ca-file", under(settings, "ca.pem"));
    settings.tls_certificate_file = options.text("tls-certificate-file");
    settings.tls_key_file = options.text("tls-key-file");
    settings.log_directory = options.text_or("log-dir", under(settings, "log"));
    settings.access_log = options.text_or("access-log", settings.log_directory + "/access.log");
    if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty()) {
        return invalid("--tls-certificate-file and --tls-key-file go together");
    }
    if (auto t = take_addresses(options, "https-listen", settings.https_listen); !t) return t;
    if (auto t = take_addresses(options, "http-listen", settings.http_listen); !t) return t;
    if (settings.https_listen.empty() && settings.http_listen.empty()) {
        return invalid("--https-listen and --http-listen are both off: nothing to serve");
    }
    if (auto t = take_number(options, "worker-threads", 0, kThreadsMax, settings.threads); !t)
        return t;
    if (settings.threads == 0) {
        settings.threads = std::max(1U, std::thread::hardware_concurrency());
    }
    if (auto t = take_number(options, "max-concurrent", 0, kConcurrentMax, settings.concurrent_max);
        !t) {
        return t;
    }
    settings.limits_without_redis = options.text("limits-without-redis");
    if (!is_one_of(settings.limits_without_redis, {"open", "closed", "local-share"})) {
        return options.refuse("limits-without-redis", "\"" + settings.limits_without_redis +
                                                          "\" is not open, closed or local-share");
    }
    if (auto t = take_number(options, "cache-memory-bytes", 0, kCacheBytesMax,
                             settings.cache_memory_bytes);
        !t) {
        return t;
    }
    if (auto t = take_time(options, "drain-timeout-ms", 0, kTimeoutMsMax, settings.drain_timeout);
        !t) {
        return t;
    }
    if (auto t = take_caller_sizes(options, settings.callers); !t) return t;
    return take_caller_times(options, settings.callers);
}

template <typename Settings>
Result<Loaded<Settings>> load(Process process, const Invocation& invocation,
                              Result<void> (*take)(const Options&, Settings&)) {
    auto options = read_options(process, invocation);
    if (!options) return options.error();
    Loaded<Settings> loaded;
    if (options->text_instead()) {
        loaded.text = *options->text_instead();
        return loaded;
    }
    if (auto taken = take(*options, loaded.settings); !taken) return taken.error();
    return loaded;
}

}  // namespace

Invocation Invocation::of_process(int count, const char* const* arguments) {
    Invocation invocation;
    for (int i = 1; i < count; ++i) invocation.arguments.emplace_back(arguments[i]);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        invocation.environment.emplace_back(*entry);
    }
    return invocation;
}

Result<Loaded<ControlSettings>> load_control_settings(const Invocation& invocation) {
    return load<ControlSettings>(Process::Control, invocation, take_control);
}

Result<Loaded<WorkerSettings>> load_worker_settings(const Invocation& invocation) {
    return load<WorkerSettings>(Process::Worker, invocation, take_worker);
}

}  // namespace turnpike::config
