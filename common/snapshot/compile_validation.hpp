#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/model/deployment.hpp"
#include "common/snapshot/validation.hpp"

namespace turnpike::snapshot {

/// Compiles what the validators of one deployment demand; each model once, and only if a request
/// can meet it. Lifetime: the deployment's, whose models and validators must not change.
class ValidationCompiler {
public:
    explicit ValidationCompiler(const model::Deployment& deployment);

    /// Returns: null if nothing of the method's requests is validated.
    std::shared_ptr<const CompiledValidation> of(const model::Method& method);
    /// What the schemas compiled so far keep in memory, estimated.
    std::size_t bytes() const { return bytes_; }

private:
    using SharedSchema = std::shared_ptr<const Result<schema::Schema>>;
    const model::RequestValidator* find_validator(std::string_view id) const;
    const model::Model* find_model(std::string_view name) const;
    SharedSchema schema_of(std::string_view model_name);
    SharedSchema compile(std::string_view model_name);

    std::string api_id_;
    std::unordered_map<std::string_view, const model::Model*> models_;                 ///< By name.
    std::unordered_map<std::string_view, const model::RequestValidator*> validators_;  ///< By id.
    std::unordered_map<std::string_view, SharedSchema> schemas_;  ///< By name of the model.
    std::size_t bytes_ = 0;
};

}  // namespace turnpike::snapshot
