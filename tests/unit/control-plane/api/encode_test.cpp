#include "control-plane/api/encode.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::api;

namespace {

const Operation& operation(Contract contract, std::string_view name) {
    const auto all = operations();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& candidate) {
        return candidate.contract == contract && candidate.name == name;
    });
    REQUIRE(found != all.end());
    return *found;
}

Answer encoded(Contract contract, std::string_view name, std::string_view output) {
    return encode(operation(contract, name), *json::parse(output));
}

std::string field(const Answer& answer, std::string_view name) {
    for (const auto& [given, value] : answer.fields) {
        if (given == name) return value;
    }
    return {};
}

}  // namespace

TEST_CASE("names, timestamps and status are those of the wire") {
    const Answer answer = encoded(
        Contract::RestV1, "GetRestApis",
        R"({"items":[{"id":"a","createdDate":1511379050.7,"snapshot":"h"}],"position":null})");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"item":[{"id":"a","createdDate":1511379050}]})");
    CHECK(field(answer, "Content-Type") == "application/json");
    CHECK(encoded(Contract::RestV1, "CreateRestApi", "{}").status == 201);
}

TEST_CASE("v2 writes timestamps in ISO 8601") {
    CHECK(encoded(Contract::HttpV2, "GetApi", R"({"ApiId":"a","CreatedDate":1585515907})").body ==
          R"({"apiId":"a","createdDate":"2020-03-29T21:05:07Z"})");
}

TEST_CASE("doubles keep a fraction") {
    CHECK(
        encoded(Contract::RestV1, "GetUsagePlan", R"({"throttle":{"burstLimit":5,"rateLimit":50}})")
            .body == R"({"throttle":{"burstLimit":5,"rateLimit":50.0}})");
}

TEST_CASE("an answer without output has no body") {
    const Answer answer = encoded(Contract::RestV1, "DeleteRestApi", "{}");
    CHECK(answer.status == 202);
    CHECK(answer.body.empty());
    CHECK(answer.fields.empty());
}

TEST_CASE("a payload is the body, other members are headers") {
    const Answer answer = encoded(
        Contract::RestV1, "GetExport",
        R"({"body":"openapi: 3","contentType":"application/yaml","contentDisposition":"a\r\nb"})");
    CHECK(answer.body == "openapi: 3");
    CHECK(field(answer, "Content-Type") == "application/yaml");
    CHECK(field(answer, "Content-Disposition").empty());
}

TEST_CASE("kinds of errors become the contract's errors") {
    const auto status_and_type = [](const Error& error, Contract contract) {
        const Failure failure = to_failure(error, contract);
        return std::to_string(failure.status) + ' ' + std::string(failure.type);
    };
    CHECK(status_and_type(invalid("m"), Contract::RestV1) == "400 BadRequestException");
    CHECK(status_and_type(not_found("m"), Contract::RestV1) == "404 NotFoundException");
    CHECK(status_and_type(conflict("m"), Contract::RestV1) == "409 ConflictException");
    CHECK(status_and_type(denied("m"), Contract::RestV1) == "403 AccessDeniedException");
    CHECK(status_and_type(limit_exceeded("m"), Contract::RestV1) == "429 LimitExceededException");
    CHECK(status_and_type(limit_exceeded("m"), Contract::HttpV2) == "429 TooManyRequestsException");
    CHECK(status_and_type(unavailable("d"), Contract::RestV1) == "503 ServiceUnavailableException");
    CHECK(status_and_type(internal_error("d"), Contract::RestV1) == "500 InternalFailure");
}

TEST_CASE("an error has its name in a header and its text in the body") {
    const Answer answer = encode(to_failure(limit_exceeded("too \"many\""), Contract::RestV1));
    CHECK(answer.status == 429);
    CHECK(field(answer, "x-amzn-ErrorType") == "LimitExceededException");
    CHECK(field(answer, "Retry-After") == "1");
    CHECK(answer.body == R"({"message":"too \"many\""})");
}

TEST_CASE("details for the log never reach the caller") {
    CHECK(encode(to_failure(internal_error("secret"), Contract::RestV1)).body.find("secret") ==
          std::string::npos);
}

TEST_CASE("what is not built answers an error that the operation models") {
    CHECK(not_built(operation(Contract::RestV1, "GetSdk")).status == 400);
    CHECK(not_built(operation(Contract::HttpV2, "GetApi")).status == 404);
    CHECK(not_built(operation(Contract::HttpV2, "GetApi")).message ==
          "The operation GetApi is not available in this version of Turnpike.");
}
