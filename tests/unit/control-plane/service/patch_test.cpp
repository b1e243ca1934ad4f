#include "control-plane/service/patch.hpp"

#include <doctest/doctest.h>

#include "tests/support/memory_store.hpp"

using namespace turnpike;
using namespace turnpike::service;

namespace {

Result<void> set_in_map(PatchTarget& target, const PatchOperation& operation) {
    patch_parent(target.document, operation)[operation.segments.back()] = operation.value_text();
    return {};
}

Result<void> keep_tail(PatchTarget& target, const PatchOperation& operation) {
    json::Array tail;
    for (std::size_t i = 1; i < operation.segments.size(); ++i)
        tail.emplace_back(operation.segments[i]);
    target.document["tail"] = std::move(tail);
    return {};
}

Result<void> always_fail(PatchTarget&, const PatchOperation&) { return invalid("failed"); }

constexpr std::array kRules{
    PatchRule{"/name", kReplace, patch_text},
    PatchRule{"/enabled", kReplace, patch_flag},
    PatchRule{"/description", kAddReplaceRemove, patch_text},
    PatchRule{"/map/{}", kAddReplaceRemove, set_in_map},
    PatchRule{"/tail/{...}", kReplace, keep_tail},
    PatchRule{"/fails", kReplace, always_fail},
};

Error refuse_listed(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/name, /enabled" : "");
}

constexpr PatchGrammar kPlain{kRules, refuse_plainly};
constexpr PatchGrammar kListed{kRules, refuse_listed};

/// The patched document as text, or the refusal.
std::string patch(const PatchGrammar& grammar, std::string_view operations,
                  std::string_view document = R"({"name":"a"})") {
    tests::MemoryStore store;
    const Installation installation;
    json::Value input = json::Object{{"patchOperations", *json::parse(operations)}};
    const Call call{input, installation, WallTime{}, {}};
    const auto answer = store.run(service::Access::Write, [&](Transaction& transaction) {
        return patched(grammar, *json::parse(document), transaction, call);
    });
    return answer ? json::write(*answer) : answer.error().message;
}

}  // namespace

TEST_CASE("patch: an empty or absent list changes nothing") {
    CHECK(patch(kPlain, "[]") == R"({"name":"a"})");
    CHECK(patch(kPlain, "null") == R"({"name":"a"})");
}

TEST_CASE("patch: operations apply in order") {
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/name","value":"b"},
                            {"op":"replace","path":"/name","value":"c"}])") == R"({"name":"c"})");
}

TEST_CASE("patch: the first failure is the answer") {
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/fails","value":"b"},
                            {"op":"replace","path":"/unknown","value":"c"}])") == "failed");
}

TEST_CASE("patch: true in any case is true, everything else is false") {
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/enabled","value":"TRUE"}])", "{}") ==
          R"({"enabled":true})");
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/enabled","value":"whatever"}])", "{}") ==
          R"({"enabled":false})");
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/enabled"}])", "{}") == R"({"enabled":false})");
}

TEST_CASE("patch: an empty value and a removal take text out") {
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/description","value":""}])",
                R"({"description":"x"})") == "{}");
    CHECK(patch(kPlain, R"([{"op":"remove","path":"/description"}])", R"({"description":"x"})") ==
          "{}");
}

TEST_CASE("patch: ~1 and ~0 in a path stand for / and ~") {
    CHECK(patch(kPlain, R"([{"op":"add","path":"/map/application~1json","value":"x"}])", "{}") ==
          R"({"map":{"application/json":"x"}})");
    CHECK(patch(kPlain, R"([{"op":"add","path":"/map/a~01","value":"x"}])", "{}") ==
          R"({"map":{"a~1":"x"}})");
}

TEST_CASE("patch: a tail takes one or more segments") {
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/tail/a/b"}])", "{}") ==
          R"({"tail":["a","b"]})");
    CHECK(patch(kPlain, R"([{"op":"replace","path":"/tail"}])", "{}") ==
          "Invalid patch path /tail");
}

TEST_CASE("patch: a plain refusal names the path as it was sent") {
    CHECK(patch(kPlain, R"([{"op":"add","path":"/map/application/json","value":"x"}])") ==
          "Invalid patch path /map/application/json");
    CHECK(patch(kPlain, R"([{"op":"add","path":"/map"}])") == "Invalid patch path /map");
    CHECK(patch(kPlain, R"([{"op":"add","path":"name"}])") == "Invalid patch path name");
    CHECK(patch(kPlain, R"([{"op":"add"}])") == "Invalid patch path null");
}

TEST_CASE("patch: a plain refusal of a known path names the operations that it has") {
    CHECK(patch(kPlain, R"([{"op":"add","path":"/name","value":"x"}])") ==
          "Invalid patch operation specified. Must be one of: [replace]");
    CHECK(patch(kPlain, R"([{"op":"move","path":"/description","from":"/name"}])") ==
          "Invalid patch operation specified. Must be one of: [add, remove, replace]");
}

TEST_CASE("patch: a listed refusal names the paths that the operation has") {
    CHECK(
        patch(kListed, R"([{"op":"replace","path":"/id","value":"x"}])") ==
        "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/name, /enabled]");
    CHECK(patch(kListed, R"([{"op":"add","path":"/name","value":"x"}])") ==
          "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations");
}

TEST_CASE("patch: a request has so many operations and no more") {
    std::string operations = "[";
    for (int i = 0; i < 5000; ++i) operations += R"({"op":"replace","path":"/name","value":"x"},)";
    const std::string last = R"({"op":"replace","path":"/name","value":"y"}])";
    CHECK(patch(kPlain, operations + last) ==
          "Too many patch operations specified. Must be at most 5000");
}

TEST_CASE("patch: a path of a size that no member has is unknown") {
    const std::string path = "/tail" + std::string(100'000, '/');
    CHECK(patch(kPlain, R"([{"op":"replace","path":")" + path + R"("}])", "{}") ==
          "Invalid patch path " + path);
}
