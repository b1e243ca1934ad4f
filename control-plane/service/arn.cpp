#include "control-plane/service/arn.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/service/client_certificate.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/domain_name.hpp"
#include "control-plane/service/vpc_link.hpp"

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

TaggableResource client_certificate(const Call&, const Segments& ids) {
    return {Table::ClientCertificates, {"", std::string(ids[0])}, client_certificate_not_found()};
}
TaggableResource vpc_link(const Call&, const Segments& ids) {
    return {Table::VpcLinks, {"", std::string(ids[0])}, vpc_link_not_found()};
}
/// A private one is named with its id, "name+id", which is its key too.
TaggableResource domain_name(const Call&, const Segments& ids) {
    return {Table::DomainNames, {"", std::string(ids[0])}, domain_name_not_found()};
}
TaggableResource access_association(const Call&, const Segments& ids) {
    return {Table::DomainNameAccessAssociations,
            {"", access_association_id(ids[0], ids[1])},
            access_association_not_found()};
}

struct Kind {
    std::string_view path;  ///< "{}" stands for an id.
    TaggableResource (*named)(const Call&, const Segments& ids);
};
constexpr std::array<Kind, 8> kKinds{{
    {"/restapis/{}", rest_api},
    {"/restapis/{}/stages/{}", stage},
    {"/apikeys/{}", api_key},
    {"/usageplans/{}", usage_plan},
    {"/clientcertificates/{}", client_certificate},
    {"/vpclinks/{}", vpc_link},
    {"/domainnames/{}", domain_name},
    {"/domainnameaccessassociations/domainname/{}/vpcesource/{}", access_association},
}};

/// Kinds that have tags in the contract but of which there are none yet.
constexpr std::array<std::string_view, 4> kEmptyKinds{"/apis/{}", "/apis/{}/stages/{}",
                                                      "/portals/{}", "/portalproducts/{}"};

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

std::string_view management_path(std::string_view arn) {
    if (!looks_like_arn(arn)) return {};
    const auto parts = parts_of(arn);
    return parts[2] == "apigateway" ? parts.back() : std::string_view{};
}

Result<TaggableResource> taggable_resource(const Call& call, std::string_view arn) {
    const std::string_view path = management_path(arn);
    if (path.empty()) return invalid("Invalid ARN specified in the request");
    for (const Kind& kind : kKinds) {
        const Segments ids = matched(kind.path, path);
        if (!ids.empty()) return kind.named(call, ids);
    }
    const bool is_empty_kind =
        std::any_of(kEmptyKinds.begin(), kEmptyKinds.end(),
                    [path](std::string_view kind) { return !matched(kind, path).empty(); });
    if (is_empty_kind) return not_found("Invalid resource identifier specified");
    return invalid("Invalid ARN specified in the request");
}

}  // namespace turnpike::service
