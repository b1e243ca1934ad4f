// Signature verification of any request: "METHOD target", header lines, an empty line, the body.
// Nobody is let in without the secret, and whoever signs a request that the fuzzer made up is let
// in.
#include <algorithm>
#include <string>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/access/authenticator.hpp"
#include "control-plane/access/sigv4.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;
using namespace turnpike::access;

namespace {

const WallTime kNow{Seconds{1'440'938'160}};
const std::string kDateTime = "20150830T123600Z";
const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string kScope = "20150830/us-east-1/apigateway/aws4_request";

class OneKey final : public AccessKeyDirectory {
public:
    OneKey() : key_(std::make_shared<AccessKey>()) {
        key_->principal.access_key_id = "AKIDEXAMPLE";
        key_->secret = kSecret;
    }
    Result<std::shared_ptr<const AccessKey>> find(std::string_view id) const override {
        return id == "AKIDEXAMPLE" ? std::shared_ptr<const AccessKey>(key_) : nullptr;
    }

private:
    std::shared_ptr<AccessKey> key_;
};

struct Request {
    std::string_view method;
    std::string_view target;
    std::vector<HeaderField> fields;
    std::string_view body;
};

std::string_view take_until(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

Request read(std::string_view text) {
    Request request;
    request.target = take_until(text, '\n');
    request.method = take_until(request.target, ' ');
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        if (line.empty()) break;
        const std::string_view name = take_until(line, ':');
        request.fields.push_back({name, line});
    }
    request.body = text;
    return request;
}

void check_refusal(const Refusal& refusal) {
    FUZZ_CHECK(!refusal.message.empty() && !exception_name(refusal.kind).empty());
    FUZZ_CHECK(std::all_of(refusal.message.begin(), refusal.message.end(),
                           [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

void check_as_received(const Authenticator& authenticator, const Request& request) {
    const RequestHead head{request.method, request.target, request.fields};
    const auto early = authenticator.precheck(head, kNow);
    const auto outcome = authenticator.authenticate(head, request.body, kNow);
    FUZZ_CHECK(early && outcome);
    const auto* refusal = std::get_if<Refusal>(&*outcome);
    // The fuzzer does not know the secret.
    FUZZ_CHECK(refusal != nullptr);
    check_refusal(*refusal);
    if (*early) FUZZ_CHECK((*early)->message == refusal->message);
}

/// Without what belongs to the signature, and signed by a client that has the secret.
void check_signed(const Authenticator& authenticator, Request request) {
    if (request.target.find("X-Amz-") != std::string_view::npos ||
        request.target.find('%') != std::string_view::npos) {
        return;
    }
    std::erase_if(request.fields, [](const HeaderField& field) {
        const std::string name = to_lower(field.name);
        return name == "host" || name == ":authority" || name == "authorization" ||
               name.starts_with("x-amz-");
    });
    request.fields.push_back({"Host", "localhost"});
    request.fields.push_back({"X-Amz-Date", kDateTime});
    RequestHead head{request.method, request.target, request.fields};
    const std::vector<std::string_view> names = {"host", "x-amz-date"};
    const std::string canonical =
        canonical_request(head, names, crypto::sha256_hex(request.body), {});
    const std::string authorization =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + kScope +
        ", SignedHeaders=host;x-amz-date, Signature=" +
        signature(signing_key(kSecret, "20150830", "us-east-1", "apigateway"),
                  string_to_sign(kDateTime, kScope, canonical));
    request.fields.push_back({"Authorization", authorization});
    head.fields = request.fields;
    const auto outcome = authenticator.authenticate(head, request.body, kNow);
    FUZZ_CHECK(outcome && std::holds_alternative<Principal>(*outcome));
    const auto changed = authenticator.authenticate(head, std::string(request.body) + "x", kNow);
    FUZZ_CHECK(changed && std::holds_alternative<Refusal>(*changed));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const OneKey keys;
    static const Authenticator authenticator(keys, crypto::HmacKey("pepper"), {});
    const Request request = read({reinterpret_cast<const char*>(data), size});
    check_as_received(authenticator, request);
    check_signed(authenticator, request);
    return 0;
}
