#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/model/deployment.hpp"
#include "common/snapshot/gateway_response.hpp"
#include "common/snapshot/method.hpp"
#include "common/snapshot/router.hpp"

namespace turnpike::snapshot {

enum class ApiKeySource : std::uint8_t { Header, Authorizer };

/// A deployment ready to serve. Immutable and shared by the stages that point to it, and by all
/// threads; addresses of its methods and resources stay for its life.
class CompiledDeployment {
public:
    /// Errors: Invalid with the reason in `message` (what is wrong, and where).
    static Result<std::shared_ptr<const CompiledDeployment>> compile(model::Deployment deployment,
                                                                     std::string hash);
    CompiledDeployment(const CompiledDeployment&) = delete;
    CompiledDeployment& operator=(const CompiledDeployment&) = delete;

    const std::string& hash() const { return hash_; }
    const std::string& api_id() const { return api_.id; }
    const std::string& api_name() const { return api_.name; }
    ApiKeySource api_key_source() const { return api_key_source_; }
    const std::vector<std::string>& binary_media_types() const { return api_.binary_media_types; }
    std::optional<std::int64_t> minimum_compression_size() const {
        return api_.minimum_compression_size;
    }
    /// A resource policy is set: until it can be evaluated, nothing may be let through.
    const std::string& policy() const { return api_.policy; }

    /// The customised answer for errors of the type. Returns: null if there is none.
    const CompiledGatewayResponse* gateway_response(std::string_view type) const;

    RouteMatch match(std::string_view path, Verb verb) const { return router_.match(path, verb); }
    const std::vector<CompiledMethod>& methods() const { return methods_; }
    /// What it keeps in memory, estimated.
    std::size_t bytes() const { return bytes_; }

private:
    CompiledDeployment() = default;
    friend class DeploymentCompiler;

    std::string hash_;
    model::RestApi api_;
    ApiKeySource api_key_source_ = ApiKeySource::Header;
    std::vector<CompiledResource> resources_;
    std::vector<CompiledMethod> methods_;
    Router router_;
    std::vector<CompiledGatewayResponse> gateway_responses_;
    std::size_t bytes_ = 0;
};

}  // namespace turnpike::snapshot
