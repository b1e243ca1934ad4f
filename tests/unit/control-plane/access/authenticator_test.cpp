#include "control-plane/access/authenticator.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "common/base/encoding.hpp"
#include "tests/unit/control-plane/access/signing.hpp"

namespace turnpike::access {
namespace {

const WallTime kNow = WallTime{Seconds{1'440'938'160}};  // 2015-08-30T12:36:00Z

class Gate {
public:
    /// "" if the call is let in, else "<exception without its suffix>: <message>".
    std::string check(const TestRequest& request, WallTime now = kNow) {
        const auto outcome = authenticator.authenticate(request.head(), request.body, now);
        REQUIRE(outcome);
        const auto* refusal = std::get_if<Refusal>(&*outcome);
        const auto early = authenticator.precheck(request.head(), now);
        REQUIRE(early);
        if (refusal == nullptr) {
            CHECK_FALSE(*early);
            return "";
        }
        // What the head can tell is told before the body is read.
        if (*early) CHECK((*early)->message == refusal->message);
        std::string name(exception_name(refusal->kind));
        return name.substr(0, name.size() - 9) + ": " + refusal->message;
    }

    TestDirectory keys;
    Authenticator authenticator{keys, crypto::HmacKey("pepper"), {"apigateway", {}, false}};
};

TestRequest signed_by(const Signer& signer) {
    TestRequest request;
    signer.sign_header(request);
    return request;
}

std::string hashed(std::string_view text) { return to_base64(crypto::view(crypto::sha256(text))); }

const std::string kMismatch =
    "InvalidSignature: The request signature we calculated does not match the signature you "
    "provided. Check your AWS Secret Access Key and signing method. Consult the service "
    "documentation for details.";

TEST_CASE("a call signed in its header is let in, and its principal is known") {
    Gate gate;
    const TestRequest request = signed_by({});
    const auto outcome = gate.authenticator.authenticate(request.head(), request.body, kNow);
    REQUIRE(outcome);
    const auto* principal = std::get_if<Principal>(&*outcome);
    REQUIRE(principal != nullptr);
    CHECK(principal->arn == "arn:aws:iam::000000000000:root");
    CHECK(principal->access_key_id == "AKIDEXAMPLE");
    CHECK(gate.check(request) == "");
}

TEST_CASE("a call signed in its query is let in, for as long as it says") {
    Gate gate;
    TestRequest request;
    Signer{.signed_headers = "host"}.sign_query(request, "&X-Amz-Expires=3600");
    CHECK(gate.check(request) == "");
    CHECK(gate.check(request, kNow + Seconds{3600}) == "");
    CHECK(gate.check(request, kNow + Seconds{3601}) ==
          "InvalidSignature: Signature expired: 20150830T123600Z is now earlier than "
          "20150830T123601Z (20150830T133601Z - 60 min.)");
    CHECK(gate.check(request, kNow - Seconds{301}).starts_with("InvalidSignature: Signature not"));
}

TEST_CASE("without an expiry a query signature lives five minutes") {
    Gate gate;
    TestRequest request;
    Signer{.signed_headers = "host"}.sign_query(request);
    CHECK(gate.check(request, kNow + Seconds{299}) == "");
    CHECK(gate.check(request, kNow + Seconds{301})
              .starts_with("InvalidSignature: Signature expired"));
}

TEST_CASE("any region is accepted, an empty one is not") {
    Gate gate;
    CHECK(gate.check(signed_by({.region = "mars-north-7"})) == "");
    CHECK(gate.check(signed_by({.region = ""})) ==
          "InvalidSignature: Credential should be scoped to a valid region.");
}

TEST_CASE("a call without a signature is refused") {
    Gate gate;
    CHECK(gate.check({}) == "MissingAuthenticationToken: Missing Authentication Token");
    TestRequest blank;
    blank.headers.emplace_back("Authorization", "  ");
    CHECK(gate.check(blank) == "MissingAuthenticationToken: Missing Authentication Token");
    TestRequest dated;
    dated.headers.emplace_back("X-Amz-Date", "20150830T123600Z");
    CHECK(gate.check(dated) == "MissingAuthenticationToken: Missing Authentication Token");
}

TEST_CASE("a call with both forms is refused") {
    Gate gate;
    TestRequest request = signed_by({});
    request.target += "&X-Amz-Algorithm=AWS4-HMAC-SHA256";
    CHECK(gate.check(request) ==
          "InvalidSignature: Found both 'X-Amz-Algorithm' as a query-string param and "
          "'Authorization' as HTTP header.");
}

TEST_CASE("an Authorization header that is no signature is refused with its reason") {
    Gate gate;
    const auto answer = [&gate](const std::string& header) {
        TestRequest request;
        request.headers.emplace_back("Authorization", header);
        return gate.check(request);
    };
    CHECK(
        answer("Bearer abc") ==
        "IncompleteSignature: Invalid key=value pair (missing equal-sign) in Authorization header "
        "(hashed with SHA-256 and encoded with Base64): '" +
            hashed("abc") + "'.");
    CHECK(answer("Credential=a, Signature=b") ==
          "IncompleteSignature: Authorization header must begin with the algorithm name, which "
          "cannot include an equal-sign.");
    CHECK(answer("Basic dXNlcjo=") == "IncompleteSignature: Unsupported AWS 'algorithm': 'Basic'.");
    CHECK(answer("AWS4-HMAC-SHA512 Credential=a,SignedHeaders=b,Signature=c") ==
          "IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'.");
}

TEST_CASE("every missing parameter of the header is named") {
    Gate gate;
    TestRequest request;
    request.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256");
    CHECK(
        gate.check(request) ==
        "IncompleteSignature: Authorization header requires 'Credential' parameter. Authorization "
        "header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
        "parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
        "header. (Hashed with SHA-256 and encoded with Base64) Authorization=" +
            hashed("AWS4-HMAC-SHA256"));
}

TEST_CASE("every missing parameter of the query is named") {
    Gate gate;
    TestRequest request;
    request.target = "/?X-Amz-Signature=abc&X-Amz-Date=20150830T123600Z";
    CHECK(gate.check(request) ==
          "IncompleteSignature: AWS query-string parameters must include 'X-Amz-Algorithm'. AWS "
          "query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters "
          "must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.");
}

TEST_CASE("a lifetime that is no number from one second to a week is refused") {
    Gate gate;
    for (const std::string lifetime : {"0", "-1", "604801", "x", "", "1e3"}) {
        TestRequest request;
        Signer{.signed_headers = "host"}.sign_query(request, "&X-Amz-Expires=" + lifetime);
        CHECK(gate.check(request) ==
              "IncompleteSignature: X-Amz-Expires must be a number of seconds from 1 to 604800. "
              "Got '" +
                  lifetime + "'");
    }
}

TEST_CASE("a credential has five parts") {
    Gate gate;
    CHECK(gate.check(signed_by({.terminator = "aws4_request/more"})) ==
          "IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. "
          "keyid/date/region/service/term, got "
          "'AKIDEXAMPLE/20150830/us-east-1/apigateway/aws4_request/more'");
}

TEST_CASE("a date that is not ISO-8601 in basic format is refused") {
    Gate gate;
    for (const std::string date : {"2015-08-30T12:36:00Z", "20150231T000000Z", "99990101T000000Z",
                                   "00000101T000000Z", "20150830T123600", "x"}) {
        CHECK(gate.check(signed_by({.date_time = date})) ==
              "IncompleteSignature: Date must be in ISO-8601 'basic format'. Got '" + date +
                  "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
}

TEST_CASE("the Date header serves where X-Amz-Date is missing") {
    Gate gate;
    for (const std::string date : {"20150830T123600Z", "Sun, 30 Aug 2015 12:36:00 GMT"}) {
        TestRequest request;
        request.headers.emplace_back("Date", date);
        Signer{.signed_headers = "date;host"}.sign_header(request);
        std::erase_if(request.headers,
                      [](const auto& field) { return field.first == "X-Amz-Date"; });
        CHECK(gate.check(request) == "");
    }
}

TEST_CASE("the host, the date and every x-amz- header must be signed") {
    Gate gate;
    CHECK(gate.check(signed_by({.signed_headers = "x-amz-date"})) ==
          "InvalidSignature: 'Host' or ':authority' must be a 'SignedHeader' in the AWS "
          "Authorization.");
    CHECK(gate.check(signed_by({.signed_headers = "host"})) ==
          "InvalidSignature: The date header must be a 'SignedHeader' in the AWS Authorization.");
    TestRequest request = signed_by({});
    request.headers.emplace_back("X-Amz-Target", "other");
    CHECK(gate.check(request) ==
          "InvalidSignature: 'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST_CASE("signed headers out of order, repeated or in upper case do not match") {
    Gate gate;
    CHECK(gate.check(signed_by({.signed_headers = "x-amz-date;host"})) == kMismatch);
    CHECK(gate.check(signed_by({.signed_headers = "host;host;x-amz-date"})) == kMismatch);
    CHECK(gate.check(signed_by({.signed_headers = "Host;x-amz-date"})) == kMismatch);
}

TEST_CASE("repeated authentication headers and parameters are refused") {
    Gate gate;
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"X-Amz-Date", "20150830T123600Z"}, {"Authorization", "x"}, {"Host", "other"}}) {
        TestRequest request = signed_by({});
        request.headers.emplace_back(name, value);
        CHECK(gate.check(request) ==
              "IncompleteSignature: Header '" + name + "' must not be repeated.");
    }
    TestRequest request;
    Signer{.signed_headers = "host"}.sign_query(request, "&X-Amz-Date=20150830T123600Z");
    CHECK(gate.check(request) ==
          "IncompleteSignature: Query-string parameter 'X-Amz-Date' must not be repeated.");
}

TEST_CASE("an unknown or inactive key is not recognised") {
    Gate gate;
    const std::string unrecognized =
        "UnrecognizedClient: The security token included in the request is invalid.";
    CHECK(gate.check(signed_by({.access_key_id = "AKIAOTHER"})) == unrecognized);
    gate.keys.add("AKIAINACTIVE", "secret").is_active = false;
    CHECK(gate.check(signed_by({.access_key_id = "AKIAINACTIVE", .secret = "secret"})) ==
          unrecognized);
}

TEST_CASE("a temporary key needs its session token, until that expires") {
    Gate gate;
    AccessKey& key = gate.keys.add("ASIATEMPORARY", "secret");
    key.session_token_mac = crypto::to_bytes(crypto::hmac_sha256("pepper", "token"));
    key.expires_at = kNow + Seconds{60};
    const auto call = [&gate](const std::string& token, WallTime now) {
        TestRequest request;
        Signer signer{.access_key_id = "ASIATEMPORARY", .secret = "secret"};
        if (!token.empty()) {
            request.headers.emplace_back("X-Amz-Security-Token", token);
            signer.signed_headers += ";x-amz-security-token";
        }
        signer.sign_header(request);
        return gate.check(request, now);
    };
    CHECK(call("token", kNow) == "");
    CHECK(call("other", kNow).starts_with("UnrecognizedClient"));
    CHECK(call("", kNow).starts_with("UnrecognizedClient"));
    CHECK(call("token", kNow + Seconds{60}) ==
          "ExpiredToken: The security token included in the request is expired");
    TestRequest presigned;
    Signer{.access_key_id = "ASIATEMPORARY", .secret = "secret", .signed_headers = "host"}
        .sign_query(presigned, "&X-Amz-Security-Token=token");
    CHECK(gate.check(presigned) == "");
}

TEST_CASE("a session token with a key that has none is not recognised") {
    Gate gate;
    TestRequest request;
    request.headers.emplace_back("X-Amz-Security-Token", "token");
    Signer{.signed_headers = "host;x-amz-date;x-amz-security-token"}.sign_header(request);
    CHECK(gate.check(request).starts_with("UnrecognizedClient"));
}

TEST_CASE("everything that is wrong with the scope is told at once") {
    Gate gate;
    CHECK(
        gate.check(signed_by(
            {.scope_date = "20150829", .service = "execute-api", .terminator = "aws5_request"})) ==
        "InvalidSignature: Credential should be scoped to correct service: 'apigateway'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not "
        "'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
        "of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'.");
}

TEST_CASE("a clock may be five minutes off, not more") {
    Gate gate;
    const TestRequest request = signed_by({});
    CHECK(gate.check(request, kNow + Seconds{299}) == "");
    CHECK(gate.check(request, kNow - Seconds{299}) == "");
    CHECK(gate.check(request, kNow + Seconds{301}) ==
          "InvalidSignature: Signature expired: 20150830T123600Z is now earlier than "
          "20150830T123601Z (20150830T124101Z - 5 min.)");
    CHECK(gate.check(request, kNow - Seconds{301}) ==
          "InvalidSignature: Signature not yet current: 20150830T123600Z is still later than "
          "20150830T123559Z (20150830T123059Z + 5 min.)");
}

TEST_CASE("a change of anything signed is noticed") {
    Gate gate;
    const std::vector<std::function<void(TestRequest&)>> changes = {
        [](TestRequest& request) { request.method = "DELETE"; },
        [](TestRequest& request) { request.target = "/restapis?limit=6"; },
        [](TestRequest& request) { request.target = "/apikeys?limit=5"; },
        [](TestRequest& request) { request.body = "{}"; },
        [](TestRequest& request) { request.headers[0].second = "127.0.0.1:4567"; },
        [](TestRequest& request) { request.headers.back().second.back() ^= 1; },
        [](TestRequest& request) { request.headers.back().second += "00"; },
    };
    for (const auto& change : changes) {
        TestRequest request = signed_by({});
        change(request);
        CHECK(gate.check(request) == kMismatch);
    }
    CHECK(gate.check(signed_by({.secret = "wrong"})) == kMismatch);
}

TEST_CASE("a declared payload hash must be the true one; unsigned payloads are refused") {
    Gate gate;
    const auto call = [&gate](const std::string& declared) {
        TestRequest request;
        request.body = "{}";
        request.headers.emplace_back("X-Amz-Content-Sha256", declared);
        Signer{.signed_headers = "host;x-amz-content-sha256;x-amz-date"}.sign_header(request);
        return gate.check(request);
    };
    CHECK(call(crypto::sha256_hex("{}")) == "");
    CHECK(call(crypto::sha256_hex("{} ")) == kMismatch);
    const std::string unsupported =
        "InvalidSignature: 'X-Amz-Content-Sha256' must be the SHA-256 of the body; unsigned and "
        "streamed payloads are not supported.";
    CHECK(call("UNSIGNED-PAYLOAD") == unsupported);
    CHECK(call("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") == unsupported);
}

TEST_CASE("the refusal tells what should have been signed, if it may, in printable text") {
    TestDirectory keys;
    const Authenticator authenticator(keys, crypto::HmacKey("pepper"), {});
    TestRequest request = signed_by({});
    request.headers[0].second = "h\xc3\xa4st";
    const auto outcome = authenticator.authenticate(request.head(), request.body, kNow);
    REQUIRE(outcome);
    const std::string message = std::get<Refusal>(*outcome).message;
    CHECK(
        message.find("\n\nThe Canonical String for this request should have been\n'GET\n/restapis\n"
                     "limit=5\nhost:h??st\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n") !=
        std::string::npos);
    CHECK(message.find(
              "\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n"
              "20150830/us-east-1/apigateway/aws4_request\n") != std::string::npos);
}

TEST_CASE("while no keys were ever loaded nobody is refused for it") {
    Gate gate;
    gate.keys.is_loaded = false;
    const TestRequest request = signed_by({});
    CHECK(gate.authenticator.precheck(request.head(), kNow).error().kind ==
          Error::Kind::Unavailable);
    CHECK(gate.authenticator.authenticate(request.head(), "", kNow).error().kind ==
          Error::Kind::Unavailable);
}

TEST_CASE("the cache of signing keys is bounded, and a new secret does not meet an old key") {
    SigningKeyCache cache(4);
    for (int i = 0; i < 100; ++i) cache.store("name" + std::to_string(i), "secret", {});
    CHECK(cache.size() <= 8);
    CHECK(cache.find("name99", "secret"));
    CHECK_FALSE(cache.find("name99", "other"));
    CHECK_FALSE(cache.find("name0", "secret"));
}

}  // namespace
}  // namespace turnpike::access
