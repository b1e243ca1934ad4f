#include "common/snapshot/deployment.hpp"

#include <unordered_map>

#include "common/snapshot/compile_integration.hpp"
#include "common/snapshot/compile_validation.hpp"

namespace turnpike::snapshot {

namespace {

bool is_variable(std::string_view part) { return part.starts_with('{'); }

/// "{id}" -> "id", "{proxy+}" -> "proxy".
std::string_view variable_name(std::string_view part) {
    part.remove_prefix(1);
    part.remove_suffix(part.ends_with("+}") ? 2 : 1);
    return part;
}

bool is_path_part(std::string_view part) {
    if (part.empty() || part.find('/') != std::string_view::npos) return false;
    if (!is_variable(part)) return true;
    return part.ends_with('}') && part.size() > 2 && !variable_name(part).empty();
}

Result<Authorization> authorization_of(std::string_view type) {
    if (type == "NONE") return Authorization::None;
    if (type == "AWS_IAM") return Authorization::AwsIam;
    if (type == "CUSTOM") return Authorization::Custom;
    if (type == "COGNITO_USER_POOLS") return Authorization::CognitoUserPools;
    return invalid("authorizationType is not a known one: " + std::string(type));
}

/// Without the schemas. Rough on purpose: the budget it feeds is a safety net, not an account.
std::size_t estimate(const model::Deployment& deployment) {
    constexpr std::size_t kResourceBytes = 400;
    constexpr std::size_t kMethodBytes = 900;
    constexpr std::size_t kEntryBytes = 250;
    std::size_t bytes = sizeof(CompiledDeployment) + deployment.api.policy.size();
    const auto add = [&bytes](const model::StringMap& map) {
        for (const auto& [name, value] : map) bytes += kEntryBytes + name.size() + value.size();
    };
    for (const model::Resource& resource : deployment.resources) {
        bytes += kResourceBytes + resource.path.size();
        for (const model::Method& method : resource.methods) {
            bytes += kMethodBytes;
            if (!method.integration) continue;
            bytes += method.integration->uri.size();
            add(method.integration->request_parameters);
            add(method.integration->request_templates);
            for (const model::IntegrationResponse& response : method.integration->responses) {
                bytes += kEntryBytes;
                add(response.response_parameters);
                add(response.response_templates);
            }
        }
    }
    for (const model::GatewayResponse& response : deployment.gateway_responses) {
        bytes += kEntryBytes;
        add(response.parameters);
        add(response.templates);
    }
    return bytes;
}

}  // namespace

/// Builds one deployment: the tree from the root down, whatever the order in the document.
class DeploymentCompiler {
public:
    explicit DeploymentCompiler(model::Deployment deployment)
        : source_(std::move(deployment)), validations_(source_) {}

    Result<std::shared_ptr<const CompiledDeployment>> compile(std::string hash) {
        result_ = std::shared_ptr<CompiledDeployment>(new CompiledDeployment());
        result_->hash_ = std::move(hash);
        result_->bytes_ = estimate(source_);
        if (source_.api.api_key_source == "AUTHORIZER") {
            result_->api_key_source_ = ApiKeySource::Authorizer;
        } else if (source_.api.api_key_source != "HEADER") {
            return invalid("apiKeySource is not a known one: " + source_.api.api_key_source);
        }
        const Result<std::size_t> root = link();
        if (!root) return root.error();
        reserve();
        if (Result<void> done = add_tree(*root); !done) return done.error();
        result_->bytes_ += validations_.bytes();
        std::optional<Router> router = std::move(builder_).build();
        if (!router) return invalid("two resources of one parent have the same path part");
        result_->router_ = std::move(*router);
        for (const model::GatewayResponse& response : source_.gateway_responses) {
            Result<CompiledGatewayResponse> compiled = compile_gateway_response(response);
            if (!compiled) return compiled.error();
            result_->gateway_responses_.push_back(std::move(*compiled));
        }
        result_->api_ = std::move(source_.api);
        return std::shared_ptr<const CompiledDeployment>(std::move(result_));
    }

private:
    struct Step {
        std::size_t resource;
        std::uint32_t node;
        const CompiledResource* parent;
        std::size_t depth;
    };

    /// Finds each resource's children. Returns: the root's place.
    Result<std::size_t> link() {
        std::unordered_map<std::string_view, std::size_t> places;
        std::optional<std::size_t> root;
        for (std::size_t i = 0; i < source_.resources.size(); ++i) {
            const model::Resource& resource = source_.resources[i];
            if (!places.emplace(resource.id, i).second) {
                return invalid("two resources have the id " + resource.id);
            }
            if (!resource.parent_id.empty()) continue;
            if (root) return invalid("there are two root resources");
            root = i;
        }
        if (!root) return invalid("there is no root resource");
        children_.resize(source_.resources.size());
        for (std::size_t i = 0; i < source_.resources.size(); ++i) {
            if (i == *root) continue;
            const auto parent = places.find(source_.resources[i].parent_id);
            if (parent == places.end()) {
                return invalid("resource " + source_.resources[i].id + " has no parent");
            }
            children_[parent->second].push_back(i);
        }
        return *root;
    }

    /// The router and the methods point into these, so they must not move any more.
    void reserve() {
        std::size_t methods = 0;
        for (const model::Resource& resource : source_.resources) {
            methods += resource.methods.size();
        }
        result_->resources_.reserve(source_.resources.size());
        result_->methods_.reserve(methods);
    }

    Result<void> add_tree(std::size_t root) {
        std::vector<Step> open{{root, RouterBuilder::kRoot, nullptr, 0}};
        while (!open.empty()) {
            const Step step = open.back();
            open.pop_back();
            const model::Resource& resource = source_.resources[step.resource];
            result_->resources_.push_back(describe(resource, step.parent));
            const CompiledResource* const here = &result_->resources_.back();
            for (const model::Method& method : resource.methods) {
                if (Result<void> done = add_method(step.node, *here, method); !done) {
                    return invalid(method.http_method + " " + here->path + ": " +
                                   done.error().message);
                }
            }
            for (const std::size_t child : children_[step.resource]) {
                Result<std::uint32_t> node = add_child(step, *here, source_.resources[child]);
                if (!node) return node.error();
                open.push_back({child, *node, here, step.depth + 1});
            }
        }
        // What a cycle holds together hangs on no root.
        if (result_->resources_.size() != source_.resources.size()) {
            return invalid("some resources are not below the root");
        }
        return {};
    }

    Result<std::uint32_t> add_child(const Step& step, const CompiledResource& parent,
                                    const model::Resource& child) {
        if (!is_path_part(child.path_part)) {
            return invalid("resource " + child.id + " has no usable path part");
        }
        if (step.depth + 1 >= limits::kResourceDepthMax ||
            parent.parameter_names.size() + 1 > limits::kPathParametersMax) {
            return invalid("resource " + child.id + " lies too deep");
        }
        if (parent.path.ends_with("+}")) {
            return invalid("resource " + child.id + " is below a greedy path variable");
        }
        const auto node = builder_.add_child(step.node, child.path_part);
        if (!node) return invalid("resource " + child.id + " has a sibling like it");
        return *node;
    }

    static CompiledResource describe(const model::Resource& resource,
                                     const CompiledResource* parent) {
        if (parent == nullptr) return {resource.id, "/", {}};
        CompiledResource described{resource.id, parent->path, parent->parameter_names};
        if (described.path.size() > 1) described.path += '/';
        described.path += resource.path_part;
        if (is_variable(resource.path_part)) {
            described.parameter_names.emplace_back(variable_name(resource.path_part));
        }
        return described;
    }

    Result<void> add_method(std::uint32_t node, const CompiledResource& resource,
                            const model::Method& method) {
        CompiledMethod compiled;
        compiled.resource = &resource;
        compiled.index = static_cast<std::uint32_t>(result_->methods_.size());
        compiled.verb = method_verb(method.http_method);
        if (compiled.verb == Verb::Other) return invalid("no method can have this verb");
        compiled.http_method = method.http_method;
        const Result<Authorization> authorization = authorization_of(method.authorization_type);
        if (!authorization) return authorization.error();
        compiled.authorization = *authorization;
        compiled.authorizer_id = method.authorizer_id;
        compiled.api_key_required = method.api_key_required;
        compiled.operation_name = method.operation_name;
        compiled.validation = validations_.of(method);
        compiled.reads_body = compiled.validation && compiled.validation->reads_body();
        if (method.integration) {
            Result<CompiledIntegration> integration =
                compile_integration(method, *method.integration, pools_);
            if (!integration) return integration.error();
            compiled.reads_body |= integration->reads_request_body;
            compiled.integration = std::move(*integration);
        }
        result_->methods_.push_back(std::move(compiled));
        if (!builder_.add_method(node, result_->methods_.back())) {
            return invalid("the resource has this verb twice");
        }
        return {};
    }

    model::Deployment source_;
    std::vector<std::vector<std::size_t>> children_;
    std::shared_ptr<CompiledDeployment> result_;
    RouterBuilder builder_;
    CompilePools pools_;
    ValidationCompiler validations_;
};

const CompiledGatewayResponse* CompiledDeployment::gateway_response(std::string_view type) const {
    for (const CompiledGatewayResponse& response : gateway_responses_) {
        if (response.type == type) return &response;
    }
    return nullptr;
}

Result<std::shared_ptr<const CompiledDeployment>> CompiledDeployment::compile(
    model::Deployment deployment, std::string hash) {
    return DeploymentCompiler(std::move(deployment)).compile(std::move(hash));
}

}  // namespace turnpike::snapshot
