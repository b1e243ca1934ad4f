#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/snapshot/integration.hpp"
#include "data-plane/pipeline/arena.hpp"

namespace turnpike::transform {

/// A body after its conversion.
struct Content {
    std::string_view bytes;
    bool is_text = true;  ///< Only text can go through a template.
};

/// The body of a request on its way to the back end. `is_binary`: its Content-Type is among the
/// binary media types. Lifetime: the body's or the arena's.
/// Errors: Invalid for base64 that is none. Source: the reference, routing section 4.
Result<Content> convert_request(std::string_view body, bool is_binary,
                                snapshot::ContentHandling handling, pipeline::Arena& arena);

/// The body of an answer on its way to the caller. `has_binary_types`: the API has any;
/// `is_binary`, `wants_binary`: what the back end's Content-Type and the caller's Accept say.
Result<Content> convert_response(std::string_view body, bool has_binary_types, bool is_binary,
                                 bool wants_binary, snapshot::ContentHandling handling,
                                 pipeline::Arena& arena);

}  // namespace turnpike::transform
