#pragma once

#include "common/base/result.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/transform/content.hpp"

namespace turnpike::integration {

/// Fills the integration request of an HTTP or HTTP_PROXY integration: target, request line,
/// fields, and what becomes of the body.
/// `content`: what convert_body() gave; proxies do not look at it.
/// Requires: the template is chosen.
/// Errors: those of build_target() and render_request(); Invalid naming a mapped header that must
/// not be set.
Result<void> build_http_request(pipeline::Exchange& exchange, const transform::Content& content);

/// The same for MOCK, which sends nothing: renders the request template, if it has to be evaluated.
/// Errors: those of render_request(); Invalid naming a header, mapped or set by the template, that
/// must not be set.
Result<void> build_mock_request(pipeline::Exchange& exchange, const transform::Content& content);

/// The template for the request's media type, or nothing if the body passes as it is.
struct RequestTemplate {
    enum class Kind : std::uint8_t { Template, Passthrough, Unsupported };
    Kind kind = Kind::Passthrough;
    const snapshot::MappingTemplate* found = nullptr;
};
/// Source: the reference, routing section 3.4.
RequestTemplate choose_request_template(pipeline::Exchange& exchange);

/// The caller's body as the integration's contentHandling wants it. Requires: it is collected.
/// Errors: Invalid for base64 that is none. Source: the reference, routing section 4.
Result<transform::Content> convert_body(pipeline::Exchange& exchange);

/// What the request template gives for the converted body. Lifetime: the exchange's.
/// Errors: Invalid if the body is binary, or the template fails; LimitExceeded.
Result<std::string_view> render_request(pipeline::Exchange& exchange,
                                        const snapshot::MappingTemplate& chosen,
                                        const transform::Content& content);

}  // namespace turnpike::integration
