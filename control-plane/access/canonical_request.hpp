#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.hpp"

namespace turnpike::access {

/// One header field as received; names in any case, values without the line's end.
struct HeaderField {
    std::string_view name;
    std::string_view value;
};

/// The head of a request, exactly as on the wire. Over HTTP/2 the pseudo-header :authority is a
/// field.
struct RequestHead {
    std::string_view method;
    std::string_view target;  ///< Path and query, still percent-encoded.
    std::span<const HeaderField> fields;
};

/// What depends on the service that is called.
struct CanonicalRules {
    /// Collapse "//" and resolve "." and ".." before signing; every service but S3 does.
    bool normalize_path = true;
    /// The session token is a signed header or parameter; IoT is the service where it is not.
    bool sign_session_token = true;
};

/// A query parameter, percent-decoded.
struct QueryParameter {
    std::string name;
    std::string value;
};

/// The parts of a target; the scheme and authority of the absolute form are left out.
struct TargetParts {
    std::string_view path;
    std::string_view query;
};
TargetParts split_target(std::string_view target);

/// In the order of the wire; empty pieces are dropped, a "%" without two digits stays as it is.
std::vector<QueryParameter> read_query(std::string_view query);

/// Source: Signature Version 4, "create a canonical request". Work is linear in the text, plus
/// sorting.
std::string canonical_path(std::string_view path, bool normalize);
/// Without X-Amz-Signature.
std::string canonical_query(const std::vector<QueryParameter>& parameters,
                            const CanonicalRules& rules);
/// Requires: `signed_headers` in lower case. A header that is not there is an empty value.
std::string canonical_headers(std::span<const HeaderField> fields,
                              std::span<const std::string_view> signed_headers);

/// The signed things of one request. `scope` is "<date>/<region>/<service>/aws4_request".
std::string canonical_request(const RequestHead& head,
                              std::span<const std::string_view> signed_headers,
                              std::string_view payload_hash, const CanonicalRules& rules);
std::string string_to_sign(std::string_view date_time, std::string_view scope,
                           std::string_view canonical_request_text);
crypto::Digest signing_key(std::string_view secret, std::string_view date, std::string_view region,
                           std::string_view service);
/// 64 lower-case digits.
std::string signature(const crypto::Digest& key, std::string_view string_to_sign_text);

}  // namespace turnpike::access
