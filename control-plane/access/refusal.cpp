#include "control-plane/access/refusal.hpp"

namespace turnpike::access {

std::string_view exception_name(Refusal::Kind kind) {
    switch (kind) {
        case Refusal::Kind::MissingAuthenticationToken:
            return "MissingAuthenticationTokenException";
        case Refusal::Kind::IncompleteSignature:
            return "IncompleteSignatureException";
        case Refusal::Kind::InvalidSignature:
            return "InvalidSignatureException";
        case Refusal::Kind::UnrecognizedClient:
            return "UnrecognizedClientException";
        case Refusal::Kind::ExpiredToken:
            return "ExpiredTokenException";
    }
    return {};
}

}  // namespace turnpike::access
