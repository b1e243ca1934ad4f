#include "control-plane/api/router.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"
#include "control-plane/api/text_check.hpp"

namespace turnpike::api {
namespace {

constexpr std::string_view kParameter = "{}";
constexpr std::size_t kSegmentsMax = 16;

/// `fixed`: "name=value", or "name" for whatever value.
bool has_fixed_query(std::string_view query, std::string_view fixed) {
    const std::size_t equals = fixed.find('=');
    const bool is_any_value = equals == std::string_view::npos;
    http::QueryParameters parameters(query);
    while (const auto parameter = parameters.next()) {
        if (parameter->name() != fixed.substr(0, equals)) continue;
        if (is_any_value || parameter->value() == fixed.substr(equals + 1)) return true;
    }
    return false;
}

/// Some clients do not encode the slashes of an ARN: everything after /tags/ is one value.
std::vector<std::string_view> join_tag_tail(std::vector<std::string_view> segments) {
    const std::size_t at = !segments.empty() && segments[0] == "v2" ? 1 : 0;
    if (segments.size() <= at + 2 || segments[at] != "tags") return segments;
    const char* tail = segments[at + 1].data();
    const std::string_view& last = segments.back();
    segments[at + 1] = {tail, static_cast<std::size_t>(last.data() + last.size() - tail)};
    segments.resize(at + 2);
    return segments;
}

std::vector<std::string_view> split_path(std::string_view path) {
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    if (path.ends_with('/')) path.remove_suffix(1);
    return join_tag_tail(split(path, '/'));
}

bool matches(const std::vector<std::string_view>& pattern,
             const std::vector<std::string_view>& segments) {
    return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                      [](std::string_view expected, std::string_view given) {
                          return expected == kParameter ? !given.empty() : expected == given;
                      });
}

}  // namespace

Router::Router() : by_length_(kSegmentsMax + 1) {
    for (const Operation& operation : operations()) {
        if (operation.contract == Contract::Connections) continue;
        std::vector<std::string_view> segments = split(operation.path.substr(1), '/');
        TURNPIKE_ASSERT(segments.size() <= kSegmentsMax);
        auto& routes = by_length_[segments.size()];
        // Those with a fixed query first: they say more about the request.
        routes.insert(operation.fixed_query.empty() ? routes.end() : routes.begin(),
                      Route{&operation, std::move(segments)});
    }
}

const Router::Route* Router::look_up(std::string_view method,
                                     const std::vector<std::string_view>& segments,
                                     std::string_view query) const {
    if (segments.size() > kSegmentsMax) return nullptr;
    for (const Route& route : by_length_[segments.size()]) {
        const Operation& operation = *route.operation;
        if (operation.method != method || !matches(route.segments, segments)) continue;
        if (operation.fixed_query.empty() || has_fixed_query(query, operation.fixed_query)) {
            return &route;
        }
    }
    return nullptr;
}

std::variant<Match, Failure> Router::find(std::string_view method, std::string_view path,
                                          std::string_view query) const {
    const std::vector<std::string_view> segments = split_path(path);
    const Route* route = look_up(method, segments, query);
    if (route == nullptr) return unknown_route();
    Match match{route->operation, {}};
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (route->segments[i] != kParameter) continue;
        std::optional<std::string> value = http::percent_decode(segments[i]);
        if (!value) return bad_request("Invalid percent-encoding in the path");
        if (!is_storable_text(*value)) return bad_request("Invalid characters in the path");
        match.path_values.push_back(std::move(*value));
    }
    return match;
}

}  // namespace turnpike::api
