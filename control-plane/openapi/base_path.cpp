#include "control-plane/openapi/base_path.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/openapi/limits.hpp"
#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

std::string default_of(const json::Value& variable) {
    return text_of(variable.find("default")).value_or("");
}

/// The default of the first `basePath` variable, whether or not a URL uses it.
std::optional<std::string> variable_base_path(const Node& servers) {
    for (const json::Value& server : servers.elements()) {
        const json::Value* const variables = server.find("variables");
        const json::Value* const found = variables ? variables->find("basePath") : nullptr;
        if (found != nullptr) return default_of(*found);
    }
    return std::nullopt;
}

/// "https://example.com/v1" to "/v1"; a URL without a host is a path.
std::string_view path_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    if (url.starts_with("//")) url.remove_prefix(2);
    const std::size_t slash = url.find('/');
    if (slash == std::string_view::npos) return {};
    return url.substr(slash, url.find_first_of("?#", slash) - slash);
}

/// "{version}" by the default of that variable.
std::string with_defaults(std::string_view path, const json::Object& variables) {
    std::string text;
    // A long one is refused anyway.
    while (!path.empty() && text.size() <= kNameBytesMax) {
        const std::size_t open = std::min(path.find('{'), path.size());
        text += path.substr(0, open);
        path.remove_prefix(open);
        const std::size_t close = path.find('}');
        if (close == std::string_view::npos) return text + std::string(path);
        const json::Value* const variable = variables.find(path.substr(1, close - 1));
        text += variable ? default_of(*variable) : std::string(path.substr(0, close + 1));
        path.remove_prefix(close + 1);
    }
    return text;
}

std::string of_servers(const Node& servers) {
    if (auto found = variable_base_path(servers)) return *std::move(found);
    if (servers.elements().empty()) return {};
    const json::Value& first = servers.elements().front();
    return with_defaults(path_of(first.text("url")), first.object("variables"));
}

}  // namespace

Result<BasePathMode> base_path_mode(std::string_view name) {
    if (name.empty() || name == "ignore") return BasePathMode::Ignore;
    if (name == "prepend") return BasePathMode::Prepend;
    if (name == "split") return BasePathMode::Split;
    return invalid("Enumeration value of basepath must be \"ignore\", \"prepend\" or \"split\"");
}

std::string base_path(const Node& root, BasePathMode mode) {
    if (mode == BasePathMode::Ignore) return {};
    const std::string given = root.member("swagger") ? std::string(root.text("basePath"))
                                                     : of_servers(root.member("servers"));
    std::vector<std::string_view> segments;
    for (const std::string_view segment : split(given, '/')) {
        if (!segment.empty()) segments.push_back(segment);
    }
    if (mode == BasePathMode::Split && !segments.empty()) segments.erase(segments.begin());
    std::string path;
    for (const std::string_view segment : segments) path += "/" + std::string(segment);
    return path;
}

}  // namespace turnpike::openapi
