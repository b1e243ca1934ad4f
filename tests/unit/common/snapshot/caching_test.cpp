// What of a stage is cached, and how its entries are told apart.
#include "common/snapshot/caching.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "common/snapshot/stage.hpp"
#include "tests/unit/common/snapshot/documents.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using turnpike::snapshot::test::document_of;

namespace {

using ChangeIntegration = std::function<void(json::Value& integration)>;

/// GET, POST and ANY methods that call a back end, as `change` has them.
std::shared_ptr<const CompiledDeployment> deployment(const ChangeIntegration& change = {},
                                                     std::string hash = "hash") {
    json::Value document =
        document_of({{"GET", "/pets/{id}"}, {"POST", "/pets"}, {"ANY", "/any"}, {"GET", "/other"}});
    for (json::Value& resource : document["resources"].as_array()) {
        if (resource.find("resourceMethods") == nullptr) continue;
        for (auto& [verb, method] : resource["resourceMethods"].as_object()) {
            json::Value& integration = method["methodIntegration"];
            integration["type"] = "HTTP_PROXY";
            integration["httpMethod"] = "GET";
            integration["uri"] = "https://example.com";
            if (change) change(integration);
        }
    }
    auto decoded = decode_deployment(json::write(document));
    REQUIRE(decoded);
    return CompiledDeployment::compile(*std::move(decoded), std::move(hash)).value();
}

/// A stage with a cache; `members` come on top.
model::Stage record(std::string_view members = "") {
    const std::string text =
        R"({"apiId":"a1","stageName":"prod","snapshot":"hash","cacheClusterEnabled":true,
            "cacheClusterSize":"1.6","generations":{"responses":7,"authorizers":9})" +
        std::string(members) + "}";
    auto stage = decode_stage(text);
    REQUIRE_MESSAGE(stage, text);
    return *stage;
}

struct Compiled {
    explicit Compiled(model::Stage settings_given,
                      std::shared_ptr<const CompiledDeployment> what = deployment(),
                      std::shared_ptr<const CompiledDeployment> canary = nullptr)
        : stage(CompiledStage::compile(
              {std::move(settings_given), std::move(what), std::move(canary)}, {})) {}

    const MethodCaching* at(std::string_view path, Verb verb, bool is_canary = false) const {
        const StageVariant& variant = stage->variant(is_canary);
        const RouteMatch match = variant.deployment().match(path, verb);
        REQUIRE(match.method != nullptr);
        return variant.at(*match.method).caching;
    }
    std::string prefix(std::string_view path = "/pets/1") const {
        const MethodCaching* caching = at(path, Verb::Get);
        REQUIRE(caching != nullptr);
        return caching->key_prefix;
    }
    std::shared_ptr<const CompiledStage> stage;
};

std::string settings(std::string_view path, std::string_view members) {
    return R"(,"methodSettings":{")" + std::string(path) + R"(":{)" + std::string(members) + "}}";
}

}  // namespace

TEST_CASE("without settings a stage with a cache caches GET and nothing else") {
    const Compiled stage(record());
    REQUIRE(stage.at("/pets/1", Verb::Get) != nullptr);
    CHECK(stage.at("/pets", Verb::Post) == nullptr);
    CHECK(stage.at("/any", Verb::Get) == nullptr);
    const MethodCaching& caching = *stage.at("/pets/1", Verb::Get);
    CHECK(caching.ttl == Seconds(300));
    CHECK_FALSE(caching.encrypts);
    CHECK(caching.invalidation == MethodCaching::Invalidation::IgnoredWithWarning);
    CHECK(caching.stage->id == "a1/prod");
    CHECK(caching.stage->bytes_max == 1'600'000'000);
    CHECK(caching.stage->kept_longer() == Seconds(0));
}

TEST_CASE("without a cluster settings cache nothing") {
    model::Stage stage = record(settings("*/*", R"("cachingEnabled":true)"));
    stage.cache_cluster_enabled = false;
    CHECK(Compiled(stage).at("/pets/1", Verb::Get) == nullptr);
}

TEST_CASE("other verbs are cached only by an entry of their own") {
    CHECK(Compiled(record(settings("*/*", R"("cachingEnabled":true)"))).at("/pets", Verb::Post) ==
          nullptr);
    CHECK(Compiled(record(settings("~1pets/POST", R"("cachingEnabled":true)")))
              .at("/pets", Verb::Post) != nullptr);
    CHECK(Compiled(record(settings("~1pets/POST", R"("cacheTtlInSeconds":5)")))
              .at("/pets", Verb::Post) == nullptr);
    CHECK(
        Compiled(record(settings("~1any/ANY", R"("cachingEnabled":true)"))).at("/any", Verb::Get) !=
        nullptr);
}

TEST_CASE("an entry and the stage's default switch GET off") {
    const Compiled own(record(settings("~1pets~1{id}/GET", R"("cachingEnabled":false)")));
    CHECK(own.at("/pets/1", Verb::Get) == nullptr);
    CHECK(own.at("/other", Verb::Get) != nullptr);
    const Compiled all(record(settings("*/*", R"("cachingEnabled":false)")));
    CHECK(all.at("/other", Verb::Get) == nullptr);
    const Compiled no_time(record(settings("*/*", R"("cacheTtlInSeconds":0)")));
    CHECK(no_time.at("/other", Verb::Get) == nullptr);
}

TEST_CASE("MOCK and streams are not cached") {
    const auto mock = deployment([](json::Value& it) { it["type"] = "MOCK"; });
    CHECK(Compiled(record(), mock).at("/other", Verb::Get) == nullptr);
    const auto stream = deployment([](json::Value& it) { it["responseTransferMode"] = "STREAM"; });
    CHECK(Compiled(record(), stream).at("/other", Verb::Get) == nullptr);
}

TEST_CASE("settings of a cached method are taken over, its time is an hour at most") {
    const Compiled stage(
        record(settings("*/*",
                        R"("cachingEnabled":true,"cacheTtlInSeconds":7200,"cacheDataEncrypted":true,
           "unauthorizedCacheControlHeaderStrategy":"FAIL_WITH_403")")));
    const MethodCaching& caching = *stage.at("/other", Verb::Get);
    CHECK(caching.ttl == Seconds(3600));
    CHECK(caching.encrypts);
    CHECK(caching.invalidation == MethodCaching::Invalidation::Refused);
    const auto invalidation = [](std::string_view members) {
        return Compiled(record(settings("*/*", members))).at("/other", Verb::Get)->invalidation;
    };
    CHECK(invalidation(R"("cachingEnabled":true,"requireAuthorizationForCacheControl":false,
           "unauthorizedCacheControlHeaderStrategy":"FAIL_WITH_403")") ==
          MethodCaching::Invalidation::Allowed);
    CHECK(invalidation(R"("cachingEnabled":true,
           "unauthorizedCacheControlHeaderStrategy":"SUCCEED_WITHOUT_RESPONSE_HEADER")") ==
          MethodCaching::Invalidation::Ignored);
}

TEST_CASE("flush, size and deployment each give other keys") {
    const std::string before = Compiled(record()).prefix();
    CHECK(Compiled(record()).prefix() == before);
    CHECK(Compiled(record(R"(,"deploymentId":"d9")")).prefix() == before);
    model::Stage changed = record();
    changed.response_generation = 8;
    CHECK(Compiled(changed).prefix() != before);
    changed = record();
    changed.cache_cluster_size = "0.5";
    CHECK(Compiled(changed).prefix() != before);
    changed = record();
    changed.name = "dev";
    CHECK(Compiled(changed).prefix() != before);
    CHECK(Compiled(record(), deployment({}, "other")).prefix() != before);
}

TEST_CASE("resources share entries under one namespace only") {
    const Compiled apart(record());
    CHECK(apart.prefix("/pets/1") == apart.prefix("/pets/2"));
    CHECK(apart.prefix("/pets/1") != apart.prefix("/other"));
    const Compiled shared(record(),
                          deployment([](json::Value& it) { it["cacheNamespace"] = "one"; }));
    CHECK(shared.prefix("/pets/1") == shared.prefix("/other"));
}

TEST_CASE("a canary uses the stage's cache only if it is told to") {
    const auto canary = [](std::string_view uses) {
        return record(R"(,"canarySettings":{"deploymentId":"d2","percentTraffic":50,)"
                      R"("useStageCache":)" +
                      std::string(uses) + "}");
    };
    const Compiled apart(canary("false"));
    CHECK(apart.at("/other", Verb::Get, false) != nullptr);
    CHECK(apart.at("/other", Verb::Get, true) == nullptr);
    const Compiled same(canary("true"));
    CHECK(same.at("/other", Verb::Get, true)->key_prefix ==
          same.at("/other", Verb::Get, false)->key_prefix);
    const Compiled other(canary("true"), deployment(), deployment({}, "canary"));
    CHECK(other.at("/other", Verb::Get, true)->key_prefix !=
          other.at("/other", Verb::Get, false)->key_prefix);
}

TEST_CASE("key parameters are the caller's, or what the integration maps") {
    using Kind = ParameterSource::Kind;
    const auto compiled = deployment([](json::Value& it) {
        it["requestParameters"] =
            json::Object{{"integration.request.querystring.type", "method.request.header.X-Type"},
                         {"integration.request.header.X-Fixed", "'1'"}};
        it["cacheKeyParameters"] = json::Array{"method.request.path.id",
                                               "method.request.multivaluequerystring.tag",
                                               "integration.request.querystring.type",
                                               "integration.request.header.x-fixed",
                                               "integration.request.querystring.passed",
                                               "nonsense",
                                               "context.requestId"};
    });
    const auto& key = compiled->match("/pets/1", Verb::Get).method->integration->cache_key;
    REQUIRE(key.size() == 7);
    CHECK(key[0].kind == Kind::Path);
    CHECK(key[0].name == "id");
    CHECK(key[1].kind == Kind::QueryAll);
    CHECK(key[2].kind == Kind::HeaderLast);
    CHECK(key[2].name == "X-Type");
    CHECK(key[3].kind == Kind::Literal);
    CHECK(key[3].name == "1");
    CHECK(key[4].kind == Kind::QueryLast);
    CHECK(key[4].name == "passed");
    for (const std::size_t i : {5U, 6U}) {
        CHECK(key[i].kind == Kind::Literal);
        CHECK(key[i].name.empty());
    }
}

TEST_CASE("an integration that is no proxy passes nothing by itself") {
    const auto compiled = deployment([](json::Value& it) {
        it["type"] = "HTTP";
        it["cacheKeyParameters"] = json::Array{"integration.request.querystring.q"};
    });
    const auto& key = compiled->match("/other", Verb::Get).method->integration->cache_key;
    REQUIRE(key.size() == 1);
    CHECK(key[0].kind == ParameterSource::Kind::Literal);
}

TEST_CASE("how long stale answers may be used is bounded") {
    const Compiled stage(record(
        R"(,"responseCache":{"staleWhileRevalidateInSeconds":30,"staleIfErrorInSeconds":600})"));
    const StageCache& cache = *stage.at("/other", Verb::Get)->stage;
    CHECK(cache.stale_while_revalidate == Seconds(30));
    CHECK(cache.stale_if_error == Seconds(600));
    CHECK(cache.kept_longer() == Seconds(600));
    for (const char* wrong : {"-1", "86401", "\"1\""}) {
        CAPTURE(wrong);
        CHECK_FALSE(decode_stage(
            R"({"apiId":"a","stageName":"s","snapshot":"h","responseCache":{"staleIfErrorInSeconds":)" +
            std::string(wrong) + "}}"));
    }
}
