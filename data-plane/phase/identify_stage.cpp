#include "data-plane/phase/identify_stage.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;
using pipeline::Outcome;

constexpr std::string_view kServiceLabel = ".execute-api.";
constexpr std::string_view kPathStyle = "/restapis/";
constexpr std::string_view kUserRequest = "/_user_request_";
constexpr std::string_view kShortPathStyle = "/_aws/execute-api/";

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view without_final_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

/// Of "{api}.execute-api.{region}.{domain}" and "{api}.execute-api.{domain}".
/// Returns: empty if the host is of neither form.
std::string_view api_of_host(std::string_view host, std::string_view domain) {
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    if (!starts_with_ignoring_case(host.substr(dot), kServiceLabel)) return {};
    std::string_view rest = host.substr(dot + kServiceLabel.size());
    if (equals_ignoring_case(rest, domain)) return host.substr(0, dot);
    const std::size_t region_end = rest.find('.');
    if (region_end == std::string_view::npos || region_end == 0) return {};
    rest.remove_prefix(region_end + 1);
    return equals_ignoring_case(rest, domain) ? host.substr(0, dot) : std::string_view{};
}

/// Takes the segment at the start of `rest`, which has no slash before it.
std::string_view take_segment(std::string_view& rest) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

std::string_view lower(Exchange& exchange, std::string_view text) {
    for (const char c : text) {
        if (to_lower(c) != c) return exchange.arena.copy(to_lower(text));
    }
    return text;
}

/// "/{stage}" and what follows, when that is not how the caller wrote it.
std::string_view joined_context_path(Exchange& exchange) {
    pipeline::ArenaText path(exchange.arena);
    path.reserve(exchange.stage_name.size() + exchange.path.size() + 1);
    path += '/';
    path += exchange.stage_name;
    path += exchange.path;
    return path.view();
}

void read_host_style(Exchange& exchange, std::string_view path) {
    // Several slashes before the stage count as one.
    while (path.starts_with("//")) path.remove_prefix(1);
    exchange.context_path = path;
    if (path.starts_with('/')) path.remove_prefix(1);
    exchange.stage_name = take_segment(path);
    exchange.path = path;
}

/// Returns: false if the path is of no known form.
bool read_path_style(Exchange& exchange, std::string_view path) {
    const bool is_long = path.starts_with(kPathStyle);
    if (!is_long && !path.starts_with(kShortPathStyle)) return false;
    path.remove_prefix(is_long ? kPathStyle.size() : kShortPathStyle.size());
    exchange.api_id = take_segment(path);
    if (path.starts_with('/')) path.remove_prefix(1);
    exchange.stage_name = take_segment(path);
    if (is_long) {
        if (!path.starts_with(kUserRequest)) return false;
        path.remove_prefix(kUserRequest.size());
        if (!path.empty() && path.front() != '/') return false;
    }
    exchange.path = path;
    exchange.context_path = joined_context_path(exchange);
    return true;
}

/// What routes, policies and firewalls decide by: one normal form for all of them.
std::string_view normal_path(Exchange& exchange) {
    const std::string_view path = exchange.head().path();
    return http::has_dot_segments(path) ? exchange.arena.copy(http::remove_dot_segments(path))
                                        : path;
}

bool has_encoded_nul(std::string_view path) {
    return path.find('%') != std::string_view::npos && path.find("%00") != std::string_view::npos;
}

Outcome refuse(Exchange& exchange) {
    return end_with(exchange, pipeline::unknown_endpoint_error());
}

GatewayError bad_path_error() {
    GatewayError error = pipeline::gateway_error(GatewayResponseType::Default4xx);
    error.is_customizable = false;
    return error;
}

Outcome take_stage(Exchange& exchange, pipeline::StageSource::Found found) {
    if (found) {
        exchange.stage = *std::move(found);
        return Outcome::Continue;
    }
    if (found.error().kind == Error::Kind::NotFound) return refuse(exchange);
    const Error& error = found.error();
    const std::string_view reason = error.message.empty() ? error.detail : error.message;
    return end_with(exchange, pipeline::internal_failure(exchange.arena.copy(reason)));
}

worker::Task<Outcome> wait_for_stage(Exchange& exchange,
                                     worker::MaybeTask<pipeline::StageSource::Found> loading) {
    co_return take_stage(exchange, co_await loading);
}

}  // namespace

worker::MaybeTask<Outcome> identify_stage(Exchange& exchange) {
    const pipeline::Services& services = exchange.services;
    exchange.http_method = exchange.head().method_text();
    exchange.domain_name = without_final_dot(exchange.head().host());
    const std::string_view path = normal_path(exchange);
    if (has_encoded_nul(path)) return end_with(exchange, bad_path_error());

    const std::string_view api = api_of_host(exchange.domain_name, services.installation.domain);
    if (!api.empty()) {
        exchange.api_id = lower(exchange, api);
        read_host_style(exchange, path);
    } else if (!read_path_style(exchange, path)) {
        return refuse(exchange);
    }

    if (!services.snapshots.has_table()) return refuse(exchange);
    exchange.table = services.snapshots.pin();
    const snapshot::StageEntry* entry = exchange.table->find(exchange.api_id, exchange.stage_name);
    if (!entry || entry->disable_execute_api_endpoint) return refuse(exchange);

    auto loading = services.stages.load(*entry);
    if (!loading.is_ready()) return wait_for_stage(exchange, std::move(loading));
    return take_stage(exchange, loading.await_resume());
}

}  // namespace turnpike::phase
