#pragma once

#include "common/base/result.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// Fills the integration request of an HTTP or HTTP_PROXY integration: target, request line,
/// fields, and what becomes of the body.
/// Errors: those of build_target(); Invalid naming a mapped header that must not be set, a template
/// or a mapping that this version cannot evaluate.
Result<void> build_http_request(pipeline::Exchange& exchange);

/// The template for the request's media type, or nothing if the body passes as it is.
struct RequestTemplate {
    enum class Kind : std::uint8_t { Template, Passthrough, Unsupported };
    Kind kind = Kind::Passthrough;
    const snapshot::MappingTemplate* found = nullptr;
};
/// Source: the reference, routing section 3.4.
RequestTemplate choose_request_template(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
