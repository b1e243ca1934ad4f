#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace turnpike::access {

/// Why a caller is not believed. All are answered with 403. Source: spec of the service's SigV4
/// errors, docs/compatibility.md.
struct Refusal {
    enum class Kind : std::uint8_t {
        MissingAuthenticationToken,
        IncompleteSignature,
        InvalidSignature,
        UnrecognizedClient,
        ExpiredToken,
    };
    Kind kind;
    std::string message;  ///< Printable ASCII and line feeds.
};

/// As the x-amzn-ErrorType header has it: "InvalidSignatureException".
std::string_view exception_name(Refusal::Kind kind);

}  // namespace turnpike::access
