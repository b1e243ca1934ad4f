#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/config/listen_address.hpp"

namespace turnpike::config {

/// What both processes need. Paths that are left out lie under `home`.
struct CommonSettings {
    std::string home = ".turnpike";
    std::string redis_url;
    std::string name_space = "turnpike";  ///< Prefix of every key in Redis.
    std::string master_key_file;
    std::string region = "us-east-1";
    std::string account_id = "000000000000";
    std::string partition = "aws";
    std::string domain = "localhost";
    std::string log_level = "info";
    double account_rate_limit = 10'000;  ///< Of all APIs together; infinite: no limit.
    std::int64_t account_burst_limit = 5000;
    ListenAddress status_listen;
};

/// Objects that may exist at most. Defaults are the service's.
struct Quotas {
    std::int64_t rest_apis = 600;
    std::int64_t resources_per_api = 300;
    std::int64_t authorizers_per_api = 10;
    std::int64_t models_per_api = 60;
    std::int64_t request_validators_per_api = 20;
    std::int64_t scopes_per_method = 10;
    std::int64_t stages_per_api = 10;
    std::int64_t variables_per_stage = 100;
    std::int64_t api_keys = 10'000;
    std::int64_t usage_plans = 300;
    std::int64_t plans_per_key = 10;
    std::int64_t method_throttles_per_stage = 20;  ///< Of a plan.
    std::int64_t client_certificates = 60;
    std::int64_t vpc_links = 20;
    std::int64_t domain_names = 120;  ///< Public ones.
    std::int64_t private_domain_names = 50;
    std::int64_t access_associations = 100;
    std::int64_t documentation_parts_per_api = 2'000;
    std::int64_t documentation_versions_per_api = 1'000;
    std::int64_t openapi_document_bytes = 6'291'456;
};

/// Settings of turnpike-control.
struct ControlSettings : CommonSettings {
    std::string database_url;
    std::int64_t database_connections = 16;
    ListenAddress admin_listen;
    std::string admin_tls_certificate_file;
    std::string admin_tls_key_file;
    std::int64_t admin_threads = 16;
    std::string credentials_file;
    std::int64_t integration_timeout_ms_max = 29'000;
    std::int64_t audit_retention_days = 365;
    std::int64_t usage_retention_days = 90;
    std::string metering_url;  ///< Empty: usage records are not posted.
    std::string metering_token_file;
    std::string metering_ca_file;
    std::int64_t metering_retention_days = 400;
    Quotas quotas;
};

/// What a caller may send, take and wait for. Defaults follow the service's quotas.
struct CallerLimits {
    std::int64_t uri_bytes_max = 10'240;
    std::int64_t header_bytes_max = 10'240;
    std::int64_t body_bytes_max = 10'485'760;
    std::int64_t response_body_bytes_max = 10'485'760;
    std::int64_t body_bytes_per_second_min = 1024;
    std::int64_t connections_per_reactor_max = 65'536;
    Milliseconds tls_handshake{10'000};
    Milliseconds header{10'000};       ///< From the first byte of a request to the end of its head.
    Milliseconds body{10'000};         ///< Without a byte of a body.
    Milliseconds idle{310'000};        ///< Between two requests.
    Milliseconds write_stall{30'000};  ///< Without a byte taken by the caller.
    Milliseconds linger{5'000};        ///< For the caller to read its last answer.
};

/// Settings of turnpike-worker.
struct WorkerSettings : CommonSettings {
    std::vector<ListenAddress> https_listen;
    std::vector<ListenAddress> http_listen;
    std::int64_t threads = 0;  ///< Never 0 after loading: the number of processors by default.
    std::string state_directory;
    std::string ca_file;
    std::string tls_certificate_file;  ///< Empty: a certificate of the local authority.
    std::string tls_key_file;
    std::string access_log;  ///< A path, "-" for standard output, or "off".
    std::string log_directory;
    std::int64_t concurrent_max = 0;                   ///< Requests at a time; 0: no limit.
    std::string limits_without_redis = "local-share";  ///< Or "open", "closed".
    std::int64_t cache_memory_bytes = 67'108'864;
    Milliseconds drain_timeout{30'000};
    CallerLimits callers;
};

/// Settings, or a text that the user asked for instead (--help, --version, --print-settings).
template <typename Settings>
struct Loaded {
    Settings settings;
    std::optional<std::string> text;
};

/// The process's arguments and environment ("NAME=value").
struct Invocation {
    std::vector<std::string> arguments;  ///< Without the program's name.
    std::vector<std::string> environment;

    static Invocation of_process(int count, const char* const* arguments);
};

/// Flags win over the environment (TURNPIKE_*), which wins over the file (--config-file). Secrets
/// may come from files (…_FILE). Constant afterwards. An unknown flag, TURNPIKE_ variable or key of
/// the file is an error; one that only the other process has is not.
/// Errors: Invalid, one line that names the setting and, for the file, its line.
Result<Loaded<ControlSettings>> load_control_settings(const Invocation& invocation);
Result<Loaded<WorkerSettings>> load_worker_settings(const Invocation& invocation);

}  // namespace turnpike::config
