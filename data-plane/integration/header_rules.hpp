#pragma once

#include <cstdint>
#include <string_view>

#include "common/http/header_name.hpp"
#include "data-plane/pipeline/arena.hpp"

namespace turnpike::integration {

/// What becomes of a caller's field on its way to an HTTP_PROXY back end.
/// Source: the reference, routing section 3.2.
bool passes_to_backend(http::KnownHeader known, std::string_view name);

/// What becomes of a mapped field on its way to an HTTP or HTTP_PROXY back end.
enum class MappedTarget : std::uint8_t {
    Set,
    Dropped,
    Forbidden,  ///< The request fails: "<name> header already present".
};
MappedTarget mapped_target(http::KnownHeader known, std::string_view name);

/// What becomes of a back end's field on its way to the caller.
/// Source: the reference, routing section 3.3.
enum class ResponseRule : std::uint8_t { Pass, Remap, Drop };
ResponseRule proxy_response_rule(http::KnownHeader known, std::string_view value);
/// The same for a field that a mapping of an HTTP or MOCK integration set.
ResponseRule mapped_response_rule(http::KnownHeader known);

/// "x-amzn-Remapped-" and the name as it was spelled.
std::string_view remapped_name(http::KnownHeader known, std::string_view name,
                               pipeline::Arena& arena);

/// The coding says that the body is not what its type says.
bool is_real_coding(std::string_view content_encoding);

/// "X-Amzn-Apigateway-Api-Id", in any case.
bool is_api_id_header(std::string_view name);

}  // namespace turnpike::integration
