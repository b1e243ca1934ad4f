#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/schema/schema.hpp"
#include "common/snapshot/parameter_mapping.hpp"

namespace turnpike::snapshot {

/// What a method demands of its requests. Source: the reference, mapping section 6.2.
struct CompiledValidation {
    struct Body {
        std::string media_type;  ///< Lower case; "$default" stays as it is.
        /// Shared by the methods that name the model. An error: why no body can match it.
        std::shared_ptr<const Result<schema::Schema>> schema;
    };
    std::vector<ParameterSource> parameters;  ///< That are required, in the order of a refusal.
    std::vector<Body> bodies;

    bool reads_body() const { return !bodies.empty(); }
    /// Exact media type, then "$default". Returns: null if bodies of the type are not validated.
    const Body* find_body(std::string_view media_type_lower) const;
};

}  // namespace turnpike::snapshot
