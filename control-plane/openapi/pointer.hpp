#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::openapi {

/// A JSON pointer (RFC 6901) taken apart: names of members and indices, decoded.
using Steps = std::vector<std::string>;

/// "/paths/~1pets/get"; the whole document is "".
std::string pointer_text(const Steps& steps);

/// Of a reference within the document, "#/components/schemas/Pet" (a URI fragment, RFC 6901 section
/// 6). Returns: nothing for any other reference.
std::optional<Steps> steps_of_reference(std::string_view reference);

}  // namespace turnpike::openapi
