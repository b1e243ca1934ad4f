#include "data-plane/part_options.hpp"

#include <unistd.h>

#include <string>

#include "common/telemetry/log.hpp"
#include "data-plane/descriptor_limit.hpp"

namespace turnpike {

pipeline::Installation installation_of(const config::WorkerSettings& settings) {
    pipeline::Installation installation;
    installation.region = settings.region;
    installation.account_id = settings.account_id;
    installation.partition = settings.partition;
    installation.domain = settings.domain;
    installation.request_bytes_max = static_cast<std::uint64_t>(settings.callers.body_bytes_max);
    installation.response_bytes_max =
        static_cast<std::uint64_t>(settings.callers.response_body_bytes_max);
    return installation;
}

net::Limits caller_limits(const config::WorkerSettings& settings) {
    const config::CallerLimits& callers = settings.callers;
    net::Limits limits;
    limits.uri_bytes_max = static_cast<std::size_t>(callers.uri_bytes_max);
    limits.header_bytes_max = static_cast<std::size_t>(callers.header_bytes_max);
    limits.body_bytes_max = static_cast<std::uint64_t>(callers.body_bytes_max);
    limits.body_bytes_per_second_min =
        static_cast<std::uint64_t>(callers.body_bytes_per_second_min);
    limits.tls_handshake = callers.tls_handshake;
    limits.header = callers.header;
    limits.body_progress = callers.body;
    limits.idle = callers.idle;
    limits.write_stall = callers.write_stall;
    limits.linger = callers.linger;
    const auto wanted = static_cast<std::size_t>(callers.connections_per_reactor_max);
    const std::size_t descriptors = raise_descriptor_limit();
    limits.connections_max =
        callers_within(descriptors, static_cast<std::size_t>(settings.threads), wanted);
    if (limits.connections_max < wanted) {
        telemetry::log_info(
            "the limit of descriptors bounds connections",
            {{"descriptors", descriptors}, {"connections_per_reactor", limits.connections_max}});
    }
    return limits;
}

telemetry::AccessLog::Options access_log_options(const config::WorkerSettings& settings) {
    telemetry::AccessLog::Options options;
    if (settings.access_log != "off") options.default_file = settings.access_log;
    options.folder = settings.log_directory;
    options.report = [](std::string_view file, std::string_view reason) {
        telemetry::log_error("access log cannot be written", {{"file", file}, {"reason", reason}});
    };
    return options;
}

limits::LimiterOptions limiter_options(const config::WorkerSettings& settings) {
    limits::LimiterOptions options;
    options.names = snapshot::PublishedNames(settings.name_space);
    options.account = {settings.account_rate_limit,
                       static_cast<double>(settings.account_burst_limit)};
    options.policy =
        limits::parse_policy(settings.limits_without_redis, limits::Policy::LocalShare);
    options.reactors = settings.threads;
    return options;
}

cache::CacheShared cache_sharing(const config::WorkerSettings& settings,
                                 const crypto::MasterKey& master_key, cache::ReplacedFeed& feed) {
    return {.redis_url = settings.redis_url,
            .feed = &feed,
            .name_space = settings.name_space,
            .id_key = crypto::HmacKey(master_key.derive(crypto::kCacheIdLabel)),
            .encryption_key = master_key.derive(crypto::kCacheEncryptionLabel),
            .memory_bytes_max =
                static_cast<std::size_t>(settings.cache_memory_bytes / settings.threads)};
}

worker::Loader::Options loader_options(const config::WorkerSettings& settings) {
    worker::Loader::Options options;
    options.redis_url = settings.redis_url;
    options.name_space = settings.name_space;
    options.state_directory = settings.state_directory;
    options.worker_id = worker::worker_id_of(settings.state_directory);
    std::string host(256, '\0');
    if (::gethostname(host.data(), host.size() - 1) == 0) options.host = host.c_str();
    for (const auto& address : settings.https_listen) options.listen.push_back(address.text());
    for (const auto& address : settings.http_listen) options.listen.push_back(address.text());
    return options;
}

}  // namespace turnpike
