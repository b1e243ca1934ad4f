#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"
#include "control-plane/access/canonical_request.hpp"
#include "control-plane/access/principal.hpp"
#include "control-plane/access/sigv4.hpp"

namespace turnpike::access {

/// A request that owns its texts, and the client's side of signing it.
struct TestRequest {
    std::string method = "GET";
    std::string target = "/restapis?limit=5";
    std::vector<std::pair<std::string, std::string>> headers = {{"Host", "127.0.0.1:4566"}};
    std::string body;

    /// Lifetime of the result: until the request changes.
    RequestHead head() const {
        fields_.clear();
        for (const auto& [name, value] : headers) fields_.push_back({name, value});
        return {method, target, fields_};
    }

private:
    mutable std::vector<HeaderField> fields_;
};

struct Signer {
    std::string access_key_id = "AKIDEXAMPLE";
    std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    std::string date_time = "20150830T123600Z";
    std::string scope_date = "20150830";
    std::string region = "us-east-1";
    std::string service = "apigateway";
    std::string terminator = "aws4_request";
    std::string signed_headers = "host;x-amz-date";

    std::string scope() const {
        return scope_date + '/' + region + '/' + service + '/' + terminator;
    }

    /// Adds X-Amz-Date and Authorization.
    void sign_header(TestRequest& request) const {
        request.headers.emplace_back("X-Amz-Date", date_time);
        request.headers.emplace_back(
            "Authorization", "AWS4-HMAC-SHA256 Credential=" + access_key_id + '/' + scope() +
                                 ", SignedHeaders=" + signed_headers +
                                 ", Signature=" + signature_of(request));
    }

    /// Adds the parameters; `more` is put before the signature ("&X-Amz-Expires=60").
    void sign_query(TestRequest& request, const std::string& more = "") const {
        std::string credential = access_key_id + '/' + scope();
        for (std::size_t at = 0; (at = credential.find('/', at)) != std::string::npos;) {
            credential.replace(at, 1, "%2F");
        }
        request.target += request.target.find('?') == std::string::npos ? '?' : '&';
        request.target += "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + credential +
                          "&X-Amz-Date=" + date_time + "&X-Amz-SignedHeaders=" + signed_headers +
                          more;
        request.target += "&X-Amz-Signature=" + signature_of(request);
    }

private:
    std::string signature_of(const TestRequest& request) const {
        const std::vector<std::string_view> names = split(signed_headers, ';');
        const std::string canonical =
            canonical_request(request.head(), names, crypto::sha256_hex(request.body), {});
        return signature(signing_key(secret, scope_date, region, service),
                         string_to_sign(date_time, scope(), canonical));
    }
};

/// Keys in a map; none at all until `is_loaded`.
class TestDirectory final : public AccessKeyDirectory {
public:
    TestDirectory() { add("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"); }

    AccessKey& add(const std::string& id, const std::string& secret) {
        auto key = std::make_shared<AccessKey>();
        key->principal = {.access_key_id = id,
                          .id = "1",
                          .name = "root",
                          .arn = "arn:aws:iam::000000000000:root",
                          .account_id = "000000000000",
                          .is_root = true};
        key->secret = secret;
        keys_[id] = key;
        return *key;
    }
    Result<std::shared_ptr<const AccessKey>> find(std::string_view id) const override {
        if (!is_loaded) return unavailable("not loaded");
        const auto found = keys_.find(std::string(id));
        return found == keys_.end() ? nullptr : std::shared_ptr<const AccessKey>(found->second);
    }

    bool is_loaded = true;

private:
    std::map<std::string, std::shared_ptr<AccessKey>> keys_;
};

}  // namespace turnpike::access
