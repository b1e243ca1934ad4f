#include "control-plane/publish/explanation.hpp"

#include <array>
#include <span>
#include <utility>

namespace turnpike::publish {

namespace {

using json::Value;

struct Member {
    std::string_view name;
    bool (Value::*is_type)() const;
};

constexpr std::array kMembers{
    Member{"extendedRequestId", &Value::is_string},
    Member{"apiId", &Value::is_string},
    Member{"stage", &Value::is_string},
    Member{"deploymentId", &Value::is_string},
    Member{"isCanary", &Value::is_bool},
    Member{"httpMethod", &Value::is_string},
    Member{"path", &Value::is_string},
    Member{"resourceId", &Value::is_string},
    Member{"resourcePath", &Value::is_string},
    Member{"sourceIp", &Value::is_string},
    Member{"requestTime", &Value::is_string},
    Member{"durationUs", &Value::is_integer},
    Member{"status", &Value::is_integer},
    Member{"responseType", &Value::is_string},
    Member{"worker", &Value::is_string},
};

constexpr std::array kStepMembers{
    Member{"phase", &Value::is_string},
    Member{"startUs", &Value::is_integer},
    Member{"durationUs", &Value::is_integer},
    Member{"outcome", &Value::is_string},
};

constexpr std::array<std::string_view, 8> kSummaryMembers{
    "requestId", "requestTime", "apiId", "stage", "httpMethod", "path", "status", "durationUs"};

json::Object typed_members(const Value& from, std::span<const Member> members) {
    json::Object typed;
    for (const Member& member : members) {
        const Value* found = from.find(member.name);
        if (found != nullptr && (found->*member.is_type)()) {
            typed.append(std::string(member.name), *found);
        }
    }
    return typed;
}

json::Object texts_of(const json::Object& facts) {
    json::Object texts;
    for (const auto& [name, value] : facts) {
        if (value.is_string()) texts.append(name, value);
    }
    return texts;
}

json::Array steps_of(const Value& document) {
    json::Array steps;
    for (const Value& given : document.array("steps")) {
        if (!given.is_object()) continue;
        json::Object step = typed_members(given, kStepMembers);
        step.append("facts", texts_of(given.object("facts")));
        steps.emplace_back(std::move(step));
    }
    return steps;
}

json::Array log_of(const Value& document) {
    json::Array lines;
    for (const Value& line : document.array("log")) {
        if (line.is_string()) lines.push_back(line);
    }
    return lines;
}

}  // namespace

std::optional<Value> read_explanation(std::string_view request_id, std::string_view text) {
    const Result<Value> document = json::parse(text);
    if (!document || !document->is_object()) return std::nullopt;
    json::Object explanation = typed_members(*document, kMembers);
    explanation.append("requestId", request_id);
    explanation.append("steps", steps_of(*document));
    explanation.append("log", log_of(*document));
    return Value(std::move(explanation));
}

Value summary_of(const Value& explanation) {
    json::Object summary;
    for (const std::string_view name : kSummaryMembers) {
        if (const Value* found = explanation.find(name)) summary.append(std::string(name), *found);
    }
    return Value(std::move(summary));
}

}  // namespace turnpike::publish
