#pragma once

#include <string>

#include "control-plane/service/model_schema.hpp"

namespace turnpike::service {

/// A mapping template that writes a sample of the model: "foo", 42 and true for scalars, loops for
/// arrays. Source: contract operation GetModelTemplate. Errors: Invalid if it would exceed the size
/// of a mapping template, or the model's schema is not JSON.
Result<std::string> model_template(ModelSchemas& schemas, const std::string& name);

}  // namespace turnpike::service
