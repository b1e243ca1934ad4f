#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/domain_name_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

using World = DomainNamesUnderTest;
constexpr const char* kName = "api.example.com";

}  // namespace

TEST_CASE("every scalar of a domain name can be replaced") {
    World world;
    world.create(World::regional(kName));
    const Value changed = world.patch(
        kName, {operation("replace", "/regionalCertificateArn", kOtherCertificateArn),
                operation("replace", "/regionalCertificateName", "main"),
                operation("replace", "/endpointConfiguration/ipAddressType", "dualstack"),
                operation("replace", "/securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"),
                operation("replace", "/endpointAccessMode", "BASIC"),
                operation("replace", "/routingMode", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"),
                operation("replace", "/ownershipVerificationCertificateArn", kCertificateArn),
                operation("replace", "/mutualTlsAuthentication/truststoreUri", "s3://b/ca.pem"),
                operation("add", "/mutualTlsAuthentication/truststoreVersion", "7")});
    CHECK(changed.text("regionalCertificateArn") == kOtherCertificateArn);
    CHECK(changed.text("regionalCertificateName") == "main");
    CHECK(changed.find("endpointConfiguration")->text("ipAddressType") == "dualstack");
    CHECK(changed.text("securityPolicy") == "SecurityPolicy_TLS13_1_3_2025_09");
    CHECK(changed.text("endpointAccessMode") == "BASIC");
    CHECK(changed.text("routingMode") == "ROUTING_RULE_THEN_BASE_PATH_MAPPING");
    CHECK(changed.text("ownershipVerificationCertificateArn") == kCertificateArn);
    CHECK(*changed.find("mutualTlsAuthentication") ==
          Value(Object{{"truststoreUri", "s3://b/ca.pem"}, {"truststoreVersion", "7"}}));
    CHECK(world.get(kName) == changed);
    CHECK(world.patch(kName, {}) == changed);
}

TEST_CASE("the certificate of an edge domain name is dated when it changes") {
    World world;
    const Value made = world.create(World::edge(kName));
    world.call.now += std::chrono::hours{1};
    const Value same =
        world.patch(kName, {operation("replace", "/routingMode", "BASE_PATH_MAPPING_ONLY")});
    CHECK(same.integer("certificateUploadDate") == made.integer("certificateUploadDate"));
    const Value changed =
        world.patch(kName, {operation("replace", "/certificateArn", kOtherCertificateArn)});
    CHECK(*changed.integer("certificateUploadDate") ==
          *made.integer("certificateUploadDate") + 3600);
    CHECK(changed.text("distributionDomainName") == made.text("distributionDomainName"));
}

TEST_CASE("mutual TLS is turned off with its truststore") {
    World world;
    world.create(World::regional(
        kName, {{"mutualTlsAuthentication",
                 Object{{"truststoreUri", "s3://b/ca.pem"}, {"truststoreVersion", "7"}}}}));
    CHECK(world.patch(kName, {operation("remove", "/mutualTlsAuthentication/truststoreVersion")})
              .find("mutualTlsAuthentication")
              ->find("truststoreVersion") == nullptr);
    CHECK(world.patch(kName, {operation("replace", "/mutualTlsAuthentication/truststoreUri", "")})
              .find("mutualTlsAuthentication") == nullptr);
    CHECK(world
              .refused_patch(
                  kName, {operation("replace", "/mutualTlsAuthentication/truststoreVersion", "1")})
              .starts_with("400 A truststoreUri"));
}

TEST_CASE("a domain name moves from edge to regional in two requests, both targets live between") {
    World world;
    const Value edge = world.create(World::edge(kName));
    const Value both =
        world.patch(kName, {operation("add", "/endpointConfiguration/types", "REGIONAL"),
                            operation("add", "/regionalCertificateArn", kOtherCertificateArn)});
    CHECK(both.find("endpointConfiguration")->array("types") == Array{"EDGE", "REGIONAL"});
    CHECK(both.text("distributionDomainName") == edge.text("distributionDomainName"));
    CHECK_FALSE(both.text("regionalDomainName").empty());
    const Value regional =
        world.patch(kName, {operation("remove", "/endpointConfiguration/types/EDGE"),
                            operation("remove", "/certificateArn")});
    CHECK(regional.find("endpointConfiguration")->array("types") == Array{"REGIONAL"});
    CHECK(regional.text("regionalDomainName") == both.text("regionalDomainName"));
    for (const char* gone : {"distributionDomainName", "distributionHostedZoneId", "certificateArn",
                             "certificateUploadDate"}) {
        CHECK(regional.find(gone) == nullptr);
    }
}

TEST_CASE("the endpoint type can be replaced by its place or its name") {
    World world;
    world.create(World::edge(kName));
    const Value regional =
        world.patch(kName, {operation("replace", "/certificateArn", ""),
                            operation("replace", "/endpointConfiguration/types/0", "REGIONAL"),
                            operation("replace", "/regionalCertificateArn", kCertificateArn)});
    CHECK(regional.find("endpointConfiguration")->array("types") == Array{"REGIONAL"});
    const Value edge =
        world.patch(kName, {operation("replace", "/endpointConfiguration/types/REGIONAL", "EDGE")});
    CHECK(edge.find("endpointConfiguration")->array("types") == Array{"EDGE"});
    CHECK(edge.find("regionalCertificateArn") == nullptr);
}

TEST_CASE("a certificate is added and removed only with its endpoint type") {
    World world;
    world.create(World::edge(kName));
    world.create(World::regional("regional.example.com"));
    for (const auto& [name, path] :
         {std::pair{kName, "/certificateArn"}, std::pair{kName, "/certificateName"},
          std::pair{"regional.example.com", "/regionalCertificateArn"},
          std::pair{"regional.example.com", "/regionalCertificateName"}}) {
        for (const char* op : {"add", "remove"}) {
            CAPTURE(path);
            CHECK(world.refused_patch(name, {operation(op, path, kOtherCertificateArn)}) ==
                  "400 Invalid patch path  '" + std::string(path) + "' specified for op '" + op +
                      "'. A certificate can be added or removed only with its endpoint type.");
        }
    }
    CHECK(world.get(kName).text("certificateArn") == kCertificateArn);
}

TEST_CASE("endpoint types that cannot be are refused") {
    World world;
    world.create(World::edge(kName));
    const auto types = [&](std::string_view op, std::string_view path, std::string_view value) {
        return world.refused_patch(
            kName, {operation(op, "/endpointConfiguration/types" + std::string(path), value)});
    };
    CHECK(types("remove", "", "EDGE") ==
          "400 REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
    for (const auto& [op, path, value] :
         {std::array{"add", "", "wrong"}, std::array{"remove", "", "REGIONAL"},
          std::array{"replace", "/1", "REGIONAL"}, std::array{"replace", "/-1", "REGIONAL"}}) {
        CHECK(types(op, path, value) ==
              "400 Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE");
    }
    CHECK(types("replace", "/0", "PRIVATE").find("private or public") != std::string::npos);
    CHECK(types("add", "", "PRIVATE").find("private or public") != std::string::npos);
    CHECK(world
              .refused_patch(kName, {operation("add", "/endpointConfiguration/types", "REGIONAL"),
                                     operation("remove", "/endpointConfiguration/types", "EDGE")})
              .find("same request") != std::string::npos);
    CHECK(world.refused_patch(kName, {operation("add", "/regionalCertificateArn", kCertificateArn)})
              .find("endpoint type") != std::string::npos);
    world.create(World::regional("strict.example.com",
                                 {{"securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"},
                                  {"endpointAccessMode", "STRICT"}}));
    CHECK(world
              .refused_patch("strict.example.com",
                             {operation("replace", "/endpointConfiguration/types/0", "EDGE")})
              .find("STRICT") != std::string::npos);
}

TEST_CASE("a refused request changes nothing") {
    World world;
    world.create(World::edge(kName));
    const Value before = world.get(kName);
    CHECK(world
              .refused_patch(kName, {operation("replace", "/certificateName", "other"),
                                     operation("replace", "/securityPolicy", "SSL_3")})
              .starts_with("400 Invalid securityPolicy specified. Valid options are TLS_1_0,"));
    CHECK(world.get(kName) == before);
}

TEST_CASE("going back to an old security policy takes the access mode away") {
    World world;
    world.create(World::regional(kName, {{"securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"},
                                         {"endpointAccessMode", "BASIC"}}));
    CHECK(world.refused_patch(kName, {operation("replace", "/securityPolicy", "TLS_1_2")})
              .starts_with("400 "));
    const Value back = world.patch(kName, {operation("replace", "/securityPolicy", "TLS_1_2"),
                                           operation("replace", "/endpointAccessMode", "")});
    CHECK(back.find("endpointAccessMode") == nullptr);
}

TEST_CASE("policies are for private domain names") {
    World world;
    world.create(World::edge(kName));
    const std::string policy =
        R"({"Statement": {"Effect": "Allow", "Resource": "execute-api:/*"}})";
    for (const char* path : {"/policy", "/managementPolicy"}) {
        CHECK(world.refused_patch(kName, {operation("replace", path, policy)})
                  .find("private domain names") != std::string::npos);
    }
    const Value made = world.create(World::private_one("in.example.com"));
    const Value input = World::named("in.example.com", made.text("domainNameId"));
    const Value changed = world.call.ok(
        "UpdateDomainName",
        merged(input, {{"patchOperations", Array{operation("replace", "/managementPolicy", policy),
                                                 operation("replace", "/policy", policy)}}}));
    CHECK(changed.text("managementPolicy") ==
          R"({"Statement":{"Effect":"Allow","Resource":"execute-api:/*"}})");
    const Value removed = world.call.ok(
        "UpdateDomainName",
        merged(input, {{"patchOperations", Array{operation("replace", "/policy", "")}}}));
    CHECK(removed.find("policy") == nullptr);
    CHECK(removed.find("managementPolicy") != nullptr);
}

TEST_CASE("other paths and verbs of a domain name are refused") {
    World world;
    world.create(World::edge(kName));
    CHECK(world.refused_patch(kName, {operation("replace", "/domainName", "x")})
              .starts_with("400 Invalid patch path  '/domainName' specified for op 'replace'. Must "
                           "be one of: [/certificateName, "));
    CHECK(world.refused_patch(kName, {operation("add", "/securityPolicy", "TLS_1_0")})
              .starts_with(
                  "400 Invalid patch path  '/securityPolicy' specified for op 'add'. Must "));
    CHECK(world.refused_patch(kName, {operation("copy", "/policy", "x")}) ==
          "400 Invalid patch path  '/policy' specified for op 'copy'. Please choose supported "
          "operations");
}
