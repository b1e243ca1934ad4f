#include "control-plane/api/dispatcher.hpp"

#include <doctest/doctest.h>

#include "control-plane/access/sigv4.hpp"
#include "tests/support/memory_store.hpp"

using namespace turnpike;
using namespace turnpike::api;

namespace {

/// One key.
class OneKey final : public access::AccessKeyDirectory {
public:
    OneKey() {
        auto key = std::make_shared<access::AccessKey>();
        key->principal.arn = "arn:aws:iam::000000000000:root";
        key->secret = "secret";
        key_ = key;
    }
    Result<std::shared_ptr<const access::AccessKey>> find(std::string_view id) const override {
        return id == "AKIATEST" ? key_ : std::shared_ptr<const access::AccessKey>{};
    }

private:
    std::shared_ptr<const access::AccessKey> key_;
};

/// What the next operation meets.
class ScriptedStore final : public service::Store {
public:
    Result<json::Value> run(service::Access access, const Work& work) override {
        ++runs;
        last_access = access;
        if (is_lost) throw service::OutcomeUnknown("lost");
        if (is_away) throw service::StoreUnavailable("refused");
        if (is_broken) throw std::runtime_error("secret detail");
        is_running = true;
        Result<json::Value> answer = memory.run(access, work);
        is_running = false;
        return answer;
    }
    bool is_running = false;
    int runs = 0;
    service::Access last_access = service::Access::Read;
    bool is_away = false;
    bool is_lost = false;
    bool is_broken = false;
    tests::MemoryStore memory;
};

Result<json::Value> create(service::Transaction&, const service::Call& call) {
    if (call.input.text("name") == "taken") return conflict("taken");
    return json::Value(json::Object{{"id", "a1"}, {"name", call.input.text("name")}});
}
Result<json::Value> list(service::Transaction&, const service::Call&) {
    return json::Value(json::Object{{"items", json::Array{}}});
}
Result<json::Value> plan(service::Transaction&, const service::Call&) {
    return json::Value(json::Object{{"plan", "planned "}});
}
constexpr std::array kBindings{
    service::Binding{.operation = "GetAccount", .handler = plan, .access = service::Access::Read},
    service::Binding{.operation = "CreateRestApi", .handler = create},
    service::Binding{.operation = "GetRestApis", .handler = list, .access = service::Access::Read}};

struct Fixture {
    OneKey keys;
    access::Authenticator authenticator{keys, crypto::HmacKey("k"), {}};
    ScriptedStore store;
    BindingTable bindings{kBindings};
    service::Installation installation;
    std::vector<std::string> logged;
    std::vector<Dispatcher::Outcome> outcomes;
    bool was_in_transaction = false;
    bool was_late = false;
    bool fails_to_complete = false;
    bool breaks = false;
    Dispatcher dispatcher{Dispatcher::Parts{
        .authenticator = authenticator,
        .store = store,
        .bindings = bindings,
        .installation = installation,
        .additions = {{"GetRollout",
                       [](const service::Call&) -> Result<json::Value> {
                           return json::Value(json::Object{{"latestRevision", 7}});
                       }},
                      {"GetExplanation",
                       [](const service::Call& given) -> Result<json::Value> {
                           return json::Value(
                               json::Object{{"path", given.input.text("requestId")},
                                            {"requestTime", epoch_seconds(given.now) > 0}});
                       }}},
        .completions = {{"GetAccount",
                         [this](json::Value planned, const Request& request) {
                             return [this, planned = std::move(planned),
                                     path = std::string(request.path)]() -> Result<json::Value> {
                                 was_in_transaction = store.is_running;
                                 if (fails_to_complete) return conflict("too late");
                                 if (breaks) throw std::runtime_error("secret detail");
                                 return json::Value(json::Object{
                                     {"apiKeyVersion", std::string(planned.text("plan")) + path}});
                             };
                         }}},
        .log_error = [this](const std::string& text) { logged.push_back(text); },
        .observe = [this](const Dispatcher::Outcome& outcome) { outcomes.push_back(outcome); }}};

    Answer call(std::string_view method, std::string_view path, std::string_view body = {},
                std::string_view key = "AKIATEST") {
        const std::string date_time = to_iso8601_basic(wall_now());
        const std::string date = date_time.substr(0, 8);
        const std::string scope = date + "/us-east-1/apigateway/aws4_request";
        std::vector<access::HeaderField> fields{{"Host", "x"}, {"X-Amz-Date", date_time}};
        const access::RequestHead unsigned_head{method, path, fields};
        access::SignatureClaim claim;
        claim.date = date;
        claim.region = "us-east-1";
        claim.service = "apigateway";
        claim.terminator = "aws4_request";
        claim.date_time = date_time;
        claim.signed_headers = {"host", "x-amz-date"};
        const auto expected = access::expected_signature(
            unsigned_head, body, claim,
            access::signing_key("secret", date, "us-east-1", "apigateway"));
        const std::string authorization =
            "AWS4-HMAC-SHA256 Credential=" + std::string(key) + '/' + scope +
            ", SignedHeaders=host;x-amz-date, Signature=" + expected.signature;
        fields.push_back({"Authorization", authorization});
        const std::size_t mark = std::min(path.find('?'), path.size());
        const std::string_view query = path.substr(std::min(mark + 1, path.size()));
        Reply reply =
            dispatcher.handle({{method, path, fields}, path.substr(0, mark), query, body});
        was_late = reply.later != nullptr;
        return was_late ? reply.later() : reply.answer;
    }

    static std::string type_of(const Answer& answer) {
        for (const auto& [name, value] : answer.fields) {
            if (name == "x-amzn-ErrorType") return value;
        }
        return {};
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an operation runs in a transaction and its output is encoded") {
    const Answer answer = call("POST", "/restapis", R"({"name":"pets"})");
    CHECK(answer.status == 201);
    CHECK(answer.body == R"({"id":"a1","name":"pets"})");
    CHECK(store.last_access == service::Access::Write);
    CHECK(call("GET", "/restapis").body == R"({"item":[]})");
    CHECK(store.last_access == service::Access::Read);
}

TEST_CASE_FIXTURE(Fixture, "the signature is checked before anything else") {
    const Answer answer = call("POST", "/nothing", "{", "AKIAOTHER");
    CHECK(answer.status == 403);
    CHECK(type_of(answer) == "UnrecognizedClientException");
    CHECK(store.runs == 0);
}

TEST_CASE_FIXTURE(Fixture, "then the route, then types, then constraints, then the rule") {
    CHECK(type_of(call("POST", "/nothing", "{")) == "MissingAuthenticationTokenException");
    CHECK(type_of(call("POST", "/restapis", "{")) == "SerializationException");
    CHECK(type_of(call("POST", "/restapis", "{}")) == "ValidationException");
    CHECK(store.runs == 0);
    CHECK(type_of(call("POST", "/restapis", R"({"name":"taken"})")) == "ConflictException");
}

TEST_CASE_FIXTURE(Fixture, "an operation without a rule says that it is not built") {
    const Answer answer = call("GET", "/sdktypes");
    CHECK(type_of(answer) == "BadRequestException");
    CHECK(answer.body.find("GetSdkTypes") != answer.body.npos);
    CHECK(store.runs == 0);
}

TEST_CASE_FIXTURE(Fixture, "what is left to do is done when the transaction has ended") {
    was_in_transaction = true;
    CHECK(call("GET", "/account").body == R"({"apiKeyVersion":"planned /account"})");
    CHECK_FALSE(was_in_transaction);
    CHECK(was_late);
    fails_to_complete = true;
    CHECK(type_of(call("GET", "/account")) == "ConflictException");
    fails_to_complete = false;
    breaks = true;
    CHECK(call("GET", "/account").status == 500);
    store.is_away = true;
    CHECK(call("GET", "/account").status == 503);
    CHECK_FALSE(was_late);
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[1].status == 409);
    CHECK(outcomes[2].operation->name == "GetAccount");
}

TEST_CASE_FIXTURE(Fixture, "Turnpike's additions are signed and encoded like the rest") {
    CHECK(call("GET", "/_turnpike/v1/rollout").body == R"({"latestRevision":7})");
    CHECK(call("GET", "/_turnpike/v1/rollout", {}, "AKIAOTHER").status == 403);
}

TEST_CASE_FIXTURE(Fixture, "an addition gets what the call gives, decoded, and no transaction") {
    CHECK(call("GET", "/_turnpike/v1/explain?requestId=a%2Fb").body ==
          R"({"path":"a/b","requestTime":true})");
    CHECK(store.runs == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "an absent database is 503, and calls behind it do not wait for it again") {
    store.is_away = true;
    const Answer answer = call("GET", "/restapis");
    CHECK(answer.status == 503);
    CHECK(type_of(answer) == "ServiceUnavailableException");
    CHECK(call("GET", "/restapis").status == 503);
    CHECK(store.runs == 1);
}

TEST_CASE_FIXTURE(Fixture, "a database that is lost in a commit is 503, and the answer tells why") {
    store.is_lost = true;
    const Answer answer = call("POST", "/restapis", R"({"name":"pets"})");
    CHECK(answer.status == 503);
    CHECK(type_of(answer) == "ServiceUnavailableException");
    CHECK(answer.body.find("may have been made") != answer.body.npos);
    CHECK(std::none_of(answer.fields.begin(), answer.fields.end(),
                       [](const auto& field) { return field.first == "Retry-After"; }));
    CHECK(store.runs == 1);
    CHECK(logged == std::vector<std::string>{"CreateRestApi: database lost in a commit, which may "
                                             "have been made: lost"});
}

TEST_CASE_FIXTURE(Fixture, "what nobody expected is 500, and its reason is for the log only") {
    store.is_broken = true;
    const Answer answer = call("GET", "/restapis");
    CHECK(answer.status == 500);
    CHECK(answer.body.find("secret") == answer.body.npos);
    REQUIRE(logged.size() == 1);
    CHECK(logged[0] == "GetRestApis: secret detail");
}

TEST_CASE_FIXTURE(Fixture, "every call is observed with its operation") {
    call("GET", "/restapis");
    call("GET", "/nothing");
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[0].operation->name == "GetRestApis");
    CHECK(outcomes[0].status == 200);
    CHECK(outcomes[1].operation == nullptr);
}
