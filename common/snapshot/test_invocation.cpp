#include "common/snapshot/test_invocation.hpp"

#include "common/base/encoding.hpp"
#include "common/json/value.hpp"
#include "common/snapshot/fields.hpp"
#include "common/snapshot/limits.hpp"

namespace turnpike::snapshot {

namespace {

using limits::kNameBytesMax;

model::StringMap header_list(Fields& fields) {
    model::StringMap headers;
    for (const json::Value& item : fields.array("headers", test_limits::kHeadersMax)) {
        const bool is_pair = item.is_array() && item.as_array().size() == 2 &&
                             item.as_array()[0].is_string() && item.as_array()[1].is_string();
        if (!is_pair || item.as_array()[0].as_string().size() > kNameBytesMax ||
            item.as_array()[1].as_string().size() > test_limits::kTextBytesMax) {
            fields.fail("headers", "holds something that is not a pair of short texts");
            return headers;
        }
        headers.emplace_back(item.as_array()[0].as_string(), item.as_array()[1].as_string());
    }
    return headers;
}

}  // namespace

Result<TestCall> decode_test_call(std::string_view text) {
    const Result<json::Value> parsed =
        json::parse(text, {.depth_max = 8, .bytes_max = limits::kDeploymentBytesMax});
    if (!parsed) return invalid("test call is not JSON: " + parsed.error().detail);
    Fields::Failure failure;
    Fields fields(*parsed, failure, "test call");
    TestCall call;
    call.document = fields.required_text("document", kNameBytesMax);
    call.resource_id = fields.required_text("resourceId", kNameBytesMax);
    call.http_method = fields.required_text("httpMethod", kNameBytesMax);
    call.path = fields.required_text("path", test_limits::kTextBytesMax);
    call.headers = header_list(fields);
    call.body = fields.text("body", test_limits::kBodyBytesMax);
    call.stage_variables = fields.text_map("stageVariables", limits::kTextBytesMax);
    call.user_agent = fields.text("userAgent", test_limits::kTextBytesMax);
    call.user_arn = fields.text("userArn", kNameBytesMax);
    call.user = fields.text("user", kNameBytesMax);
    if (failure) return *failure;
    return call;
}

std::string encode_test_answer(const Result<TestAnswer>& answer) {
    json::Value document = json::Object{};
    if (!answer) {
        const Error& error = answer.error();
        document["refused"] = valid_utf8(error.message.empty() ? error.detail : error.message);
        return json::write(document);
    }
    document["status"] = answer->status;
    document["body"] = valid_utf8(answer->body);
    json::Value headers = json::Object{};
    json::Value lists = json::Object{};
    for (const auto& [name, value] : answer->headers) {
        const std::string text = valid_utf8(value);
        headers[name] = text;
        json::Value& list = lists[name];
        if (list.is_null()) list = json::Array{};
        list.as_array().emplace_back(text);
    }
    document["headers"] = std::move(headers);
    document["multiValueHeaders"] = std::move(lists);
    document["log"] = valid_utf8(answer->log);
    document["latency"] = static_cast<std::int64_t>(answer->latency.count());
    return json::write(document);
}

}  // namespace turnpike::snapshot
