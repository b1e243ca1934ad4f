#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/model/deployment.hpp"
#include "common/snapshot/validation.hpp"

namespace turnpike::snapshot {

/// Compiles what the validators of one deployment demand; each model once. Lifetime: the
/// deployment's.
class ValidationCompiler {
public:
    explicit ValidationCompiler(const model::Deployment& deployment) : deployment_(deployment) {}

    /// Returns: null if nothing of the method's requests is validated.
    std::shared_ptr<const CompiledValidation> of(const model::Method& method);

private:
    using SharedSchema = std::shared_ptr<const Result<schema::Schema>>;
    const model::RequestValidator* find_validator(std::string_view id) const;
    const model::Model* find_model(std::string_view name) const;
    SharedSchema schema_of(const std::string& model_name);

    const model::Deployment& deployment_;
    std::map<std::string, SharedSchema, std::less<>> schemas_;
};

}  // namespace turnpike::snapshot
