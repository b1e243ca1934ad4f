#include "control-plane/api/router.hpp"

#include <doctest/doctest.h>

#include <set>

#include "common/base/text.hpp"

using namespace turnpike;
using namespace turnpike::api;

namespace {

struct Found {
    std::string operation;
    std::vector<std::string> values;
    std::string error;
    bool operator==(const Found&) const = default;
};

Found find(std::string_view method, std::string_view path, std::string_view query = {}) {
    static const Router kRouter;
    const auto outcome = kRouter.find(method, path, query);
    if (const auto* failure = std::get_if<Failure>(&outcome)) {
        return {{}, {}, std::string(failure->type)};
    }
    const Match& match = std::get<Match>(outcome);
    return {std::string(match.operation->name), match.path_values, {}};
}

constexpr const char* kUnknown = "MissingAuthenticationTokenException";

}  // namespace

TEST_CASE("the tables hold every operation of the contract") {
    std::map<Contract, int> count;
    for (const Operation& operation : operations()) ++count[operation.contract];
    CHECK(count[Contract::RestV1] == 124);
    CHECK(count[Contract::HttpV2] == 103);
    CHECK(count[Contract::Connections] == 3);
    CHECK(count[Contract::Turnpike] == 18);
}

TEST_CASE("every operation is found by its own path") {
    for (const Operation& operation : operations()) {
        if (operation.contract == Contract::Connections) continue;
        std::string path(operation.path);
        for (std::size_t at = path.find("{}"); at != std::string::npos; at = path.find("{}")) {
            path.replace(at, 2, "x1");
        }
        CHECK(find(operation.method, path, operation.fixed_query).operation == operation.name);
    }
}

TEST_CASE("no path fits two operations") {
    std::set<std::string> seen;
    for (const Operation& a : operations()) {
        for (const Operation& b : operations()) {
            if (&a == &b || a.method != b.method || a.fixed_query != b.fixed_query) continue;
            const auto left = split(a.path, '/');
            const auto right = split(b.path, '/');
            const bool overlap =
                std::equal(left.begin(), left.end(), right.begin(), right.end(),
                           [](auto x, auto y) { return x == "{}" || y == "{}" || x == y; });
            CHECK_MESSAGE(!overlap, a.name, " and ", b.name);
        }
    }
}

TEST_CASE("segments are split first and decoded afterwards") {
    CHECK(find("GET", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa1") ==
          Found{"GetTags", {"arn:aws:apigateway:us-east-1::/restapis/a1"}, {}});
    CHECK(find("GET", "/v2/apis/a1/stages/%24default") ==
          Found{"GetStage", {"a1", "$default"}, {}});
    CHECK(find("GET", "/domainnames/d/basepathmappings/%28none%29") ==
          Found{"GetBasePathMapping", {"d", "(none)"}, {}});
}

TEST_CASE("an ARN after /tags/ need not be encoded") {
    CHECK(find("PUT", "/tags/arn:aws:apigateway:us-east-1::/restapis/a1/stages/prod") ==
          Found{"TagResource", {"arn:aws:apigateway:us-east-1::/restapis/a1/stages/prod"}, {}});
    CHECK(find("POST", "/v2/tags/arn:aws:apigateway:us-east-1::/apis/a1") ==
          Found{"TagResource", {"arn:aws:apigateway:us-east-1::/apis/a1"}, {}});
}

TEST_CASE("a fixed query tells operations of one path apart") {
    CHECK(find("POST", "/restapis").operation == "CreateRestApi");
    CHECK(find("POST", "/restapis", "mode=import").operation == "ImportRestApi");
    CHECK(find("POST", "/restapis", "a=1&mode=import&b").operation == "ImportRestApi");
    CHECK(find("POST", "/restapis", "mode=other").operation == "CreateRestApi");
    CHECK(find("PUT", "/restapis/a1", "mode=overwrite").operation == "PutRestApi");
}

TEST_CASE("a fixed query without a value fits every value") {
    const char* path = "/_turnpike/v1/explain";
    CHECK(find("GET", path).operation == "GetExplanations");
    CHECK(find("GET", path, "limit=5&restApiId=requestId").operation == "GetExplanations");
    CHECK(find("GET", path, "requestIds=a").operation == "GetExplanations");
    for (const char* query : {"requestId=a", "limit=5&requestId=b", "requestId=", "requestId"}) {
        CHECK_MESSAGE(find("GET", path, query).operation == "GetExplanation", query);
    }
}

TEST_CASE("one slash at the end is ignored, empty segments inside are not") {
    CHECK(find("GET", "/restapis/").operation == "GetRestApis");
    CHECK(find("GET", "/restapis//resources").error == kUnknown);
    CHECK(find("GET", "//restapis").error == kUnknown);
}

TEST_CASE("unknown paths and methods answer as the service does") {
    CHECK(find("GET", "/").error == kUnknown);
    CHECK(find("GET", "/nothing").error == kUnknown);
    CHECK(find("HEAD", "/restapis").error == kUnknown);
    CHECK(find("get", "/restapis").error == kUnknown);
    CHECK(find("GET", "/" + std::string(4000, '/')).error == kUnknown);
    CHECK(find("GET", "/@connections/abc").error == kUnknown);
}

TEST_CASE("path values that cannot be text are refused") {
    CHECK(find("GET", "/restapis/%zz").error == "BadRequestException");
    CHECK(find("GET", "/restapis/a%0").error == "BadRequestException");
    CHECK(find("GET", "/restapis/a%00").error == "BadRequestException");
    CHECK(find("GET", "/restapis/%ff").error == "BadRequestException");
}
