#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/openapi/limits.hpp"

namespace turnpike::openapi {

/// A text, told apart by its content.
struct Source {
    enum class Syntax : std::uint8_t { Json, Yaml };

    std::string_view text;  ///< Without a byte order mark. Lifetime: the caller's.
    Syntax syntax = Syntax::Json;
};

/// A text and the value that it stands for.
struct Document : Source {
    json::Value root;
};

/// Reads JSON (RFC 8259) or one YAML 1.2 document, within the bounds of limits.hpp. Names are at
/// most kNameBytesMax long and no text has a NUL. Errors: Invalid, the place and reason in
/// `detail`.
Result<Document> parse_document(std::string_view text, std::size_t bytes_max = kDocumentBytesMax);

}  // namespace turnpike::openapi
