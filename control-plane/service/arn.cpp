#include "control-plane/service/arn.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPartsOfArn = 6;

/// The six parts; the last one keeps its colons. Empty: not an ARN.
std::vector<std::string_view> parts_of(std::string_view arn) {
    std::vector<std::string_view> parts;
    while (parts.size() + 1 < kPartsOfArn) {
        const std::size_t end = arn.find(':');
        if (end == std::string_view::npos) return {};
        parts.push_back(arn.substr(0, end));
        arn.remove_prefix(end + 1);
    }
    parts.push_back(arn);
    return parts;
}

using Segments = std::vector<std::string_view>;

TaggableResource rest_api(const Call& call, const Segments& ids) {
    return {Table::RestApis, {"", std::string(ids[0])}, api_not_found(call, ids[0])};
}
TaggableResource stage(const Call&, const Segments& ids) {
    return {Table::Stages,
            {std::string(ids[0]), std::string(ids[1])},
            not_found("Invalid stage identifier specified")};
}
TaggableResource api_key(const Call&, const Segments& ids) {
    return {Table::ApiKeys,
            {"", std::string(ids[0])},
            not_found("Invalid API Key identifier specified")};
}
TaggableResource usage_plan(const Call&, const Segments& ids) {
    return {
        Table::UsagePlans, {"", std::string(ids[0])}, not_found("Invalid Usage Plan ID specified")};
}

struct Kind {
    std::string_view path;  ///< "{}" stands for an id.
    TaggableResource (*named)(const Call&, const Segments& ids);
};
constexpr std::array<Kind, 4> kKinds{{{"/restapis/{}", rest_api},
                                      {"/restapis/{}/stages/{}", stage},
                                      {"/apikeys/{}", api_key},
                                      {"/usageplans/{}", usage_plan}}};

/// Kinds that have tags in the contract but of which there are none yet.
constexpr std::array<std::string_view, 8> kEmptyKinds{"/apis/{}",
                                                      "/apis/{}/stages/{}",
                                                      "/clientcertificates/{}",
                                                      "/domainnames/{}",
                                                      "/vpclinks/{}",
                                                      "/portals/{}",
                                                      "/portalproducts/{}",
                                                      "/domainnameaccessassociations/{}"};

/// The ids at the pattern's "{}"; empty: no match.
Segments matched(std::string_view pattern, std::string_view path) {
    const Segments wanted = split(pattern, '/');
    const Segments given = split(path, '/');
    Segments ids;
    if (wanted.size() != given.size()) return ids;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == "{}" && !given[i].empty()) {
            ids.push_back(given[i]);
        } else if (wanted[i] != given[i]) {
            return {};
        }
    }
    return ids;
}

}  // namespace

bool looks_like_arn(std::string_view text) {
    const auto parts = parts_of(text);
    return !parts.empty() && parts[0] == "arn" && !parts[1].empty() && !parts[2].empty() &&
           !parts.back().empty();
}

Result<TaggableResource> taggable_resource(const Call& call, std::string_view arn) {
    const auto parts = parts_of(arn);
    if (!looks_like_arn(arn) || parts[2] != "apigateway") {
        return invalid("Invalid ARN specified in the request");
    }
    for (const Kind& kind : kKinds) {
        const Segments ids = matched(kind.path, parts.back());
        if (!ids.empty()) return kind.named(call, ids);
    }
    const bool is_empty_kind =
        std::any_of(kEmptyKinds.begin(), kEmptyKinds.end(),
                    [&](std::string_view path) { return !matched(path, parts.back()).empty(); });
    if (is_empty_kind) return not_found("Invalid resource identifier specified");
    return invalid("Invalid ARN specified in the request");
}

}  // namespace turnpike::service
