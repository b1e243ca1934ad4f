#include <doctest/doctest.h>

#include "common/crypto/certificate.hpp"
#include "tests/unit/control-plane/service/domain_name_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

using World = DomainNamesUnderTest;

std::vector<std::string> members(const Value& document) {
    std::vector<std::string> names;
    for (const auto& [name, value] : document.as_object()) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

struct InlineCertificate {
    crypto::Identity authority;
    crypto::Identity leaf;
};

InlineCertificate certificate_for(const std::string& name, WallTime now) {
    const crypto::Validity validity{now - std::chrono::hours{1}, now + std::chrono::hours{24}};
    InlineCertificate made;
    made.authority = *crypto::make_authority("test", validity);
    made.leaf = *crypto::make_leaf(made.authority, {name}, validity);
    return made;
}

Object inline_members(const InlineCertificate& made) {
    return {{"certificateBody", made.leaf.certificate_pem},
            {"certificatePrivateKey", made.leaf.key_pem},
            {"certificateChain", made.authority.certificate_pem}};
}

}  // namespace

TEST_CASE("an edge domain name is shown with its distribution") {
    World world;
    const Value made = world.create(World::edge("api.example.com", {{"certificateName", "main"}}));
    CHECK(members(made) ==
          std::vector<std::string>{"certificateArn", "certificateName", "certificateUploadDate",
                                   "distributionDomainName", "distributionHostedZoneId",
                                   "domainName", "domainNameArn", "domainNameStatus",
                                   "endpointConfiguration", "routingMode", "securityPolicy"});
    CHECK(made.text("domainNameArn") ==
          "arn:aws:apigateway:us-east-1::/domainnames/api.example.com");
    CHECK(made.text("distributionHostedZoneId") == "Z2FDTNDATAQYW2");
    CHECK(made.text("domainNameStatus") == "AVAILABLE");
    CHECK(made.text("securityPolicy") == "TLS_1_2");
    CHECK(made.text("routingMode") == "BASE_PATH_MAPPING_ONLY");
    CHECK(*made.find("endpointConfiguration") ==
          Value(Object{{"types", Array{"EDGE"}}, {"ipAddressType", "ipv4"}}));
    CHECK(world.get("api.example.com") == merged(made, {{"tags", Object{}}}));
}

TEST_CASE("a regional domain name is shown with its regional target") {
    World world;
    const Value made =
        world.create(World::regional("*.example.com", {{"tags", Object{{"a", "b"}}}}));
    CHECK(members(made) == std::vector<std::string>{"domainName", "domainNameArn",
                                                    "domainNameStatus", "endpointConfiguration",
                                                    "regionalCertificateArn", "regionalDomainName",
                                                    "regionalHostedZoneId", "routingMode",
                                                    "securityPolicy", "tags"});
    const std::string_view target = made.text("regionalDomainName");
    CHECK(target.starts_with("d-"));
    CHECK(target.ends_with(".execute-api.us-east-1.localhost"));
    CHECK(world.get("*.example.com").text("regionalDomainName") == target);
}

TEST_CASE("private domain names of one name are told apart by their ids") {
    World world;
    const Object policy{{"policy", R"({"Statement": [{"Effect": "Allow"}]})"}};
    const Value first = world.create(World::private_one("in.example.com", policy));
    const Value second = world.create(World::private_one("in.example.com"));
    const std::string id(first.text("domainNameId"));
    CHECK(id.size() == 10);
    CHECK(second.text("domainNameId") != id);
    CHECK(first.text("domainNameArn") ==
          "arn:aws:apigateway:us-east-1:000000000000:/domainnames/in.example.com+" + id);
    CHECK(first.find("endpointConfiguration")->text("ipAddressType") == "dualstack");
    CHECK(first.text("policy") == R"({"Statement":[{"Effect":"Allow"}]})");
    CHECK(world.get("in.example.com", id).text("domainNameArn") == first.text("domainNameArn"));
    const Value plain = World::named("in.example.com");
    CHECK(world.call.refused("GetDomainName", plain) ==
          "404 Invalid domain name identifier specified");
    CHECK(world.call.refused("GetDomainName", World::named("in.example.com+" + id)) ==
          "404 Invalid domain name identifier specified");
    world.create(World::regional("in.example.com"));
    world.call.ok("DeleteDomainName", plain);
    CHECK(world.get("in.example.com", id).text("domainNameId") == id);
    world.call.ok("DeleteDomainName", World::named("in.example.com", id));
    CHECK(world.call.ok("GetDomainNames").array("items").size() == 1);
}

TEST_CASE("a public domain name is there once") {
    World world;
    world.create(World::edge("api.example.com"));
    CHECK(world.refused(World::regional("api.example.com")) ==
          "400 The domain name you provided already exists.");
}

TEST_CASE("a domain name is a lower-case host name of its owner") {
    World world;
    for (const char* name :
         {"", "Api.example.com", "a..b", "-a.example.com", "a-.example.com", "a_b.example.com", "*",
          "a.*.example.com", "**.example.com", "api.example.com.", "a b", "1+2.example.com",
          "abc.execute-api.us-east-1.localhost", "abc.execute-api.localhost"}) {
        CHECK(world.refused(World::edge(name)) ==
              "400 Invalid domain name specified: " + std::string(name));
    }
    const std::string label(63, 'a');
    CHECK(world.refused(World::edge(label + "a.example.com")).starts_with("400 "));
    const std::string longest = label + "." + label + "." + label + "." + label;
    CHECK(longest.size() == 255);
    CHECK(world.call("CreateDomainName", World::edge(longest)));
    CHECK(world.refused(World::edge("a." + longest)).starts_with("400 "));
}

TEST_CASE("settings of a domain name must fit together") {
    World world;
    const auto is_refused = [&](const Value& input) {
        return world.refused(input).starts_with("400 ");
    };
    CHECK(is_refused(World::edge("a.example.com", {{"regionalCertificateArn", kCertificateArn}})));
    CHECK(is_refused(World::regional("a.example.com", {{"certificateArn", kCertificateArn}})));
    CHECK(is_refused(World::edge("a.example.com", {{"certificateArn", "nonsense"}})));
    CHECK(is_refused(World::edge("a.example.com", {{"policy", R"({"Statement":[]})"}})));
    CHECK(is_refused(World::private_one("a.example.com", {{"policy", "{}"}})));
    CHECK(is_refused(World::private_one("*.example.com")));
    CHECK(is_refused(World::private_one("a.example.com", {{"endpointAccessMode", "BASIC"}})));
    CHECK(is_refused(World::edge("a.example.com", {{"tags", Object{{"aws:a", "b"}}}})));
    const Object newer{{"securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"}};
    CHECK(is_refused(World::regional("a.example.com", newer)));
    CHECK(is_refused(World::regional("a.example.com", {{"endpointAccessMode", "STRICT"}})));
    CHECK(is_refused(World::regional(
        "a.example.com",
        {{"securityPolicy", "SecurityPolicy_TLS13_2025_EDGE"}, {"endpointAccessMode", "BASIC"}})));
    CHECK(world.call("CreateDomainName", merged(World::regional("a.example.com", newer),
                                                {{"endpointAccessMode", "STRICT"}})));
    Value with_endpoints = World::private_one("b.example.com");
    with_endpoints["endpointConfiguration"]["vpcEndpointIds"] = Array{"vpce-1"};
    CHECK(is_refused(with_endpoints));
}

TEST_CASE("mutual TLS is for regional domain names with a truststore") {
    World world;
    const auto mutual = [](std::string_view uri) {
        return Object{{"mutualTlsAuthentication", Object{{"truststoreUri", uri}}}};
    };
    CHECK(world.refused(World::edge("a.example.com", mutual("s3://bucket/ca.pem")))
              .starts_with("400 Mutual TLS"));
    CHECK(world.refused(World::regional("a.example.com", mutual("https://bucket/ca.pem")))
              .starts_with("400 Invalid truststoreUri"));
    CHECK(world
              .refused(merged(World::regional("a.example.com", mutual("s3://bucket/ca.pem")),
                              {{"securityPolicy", "TLS_1_0"}}))
              .starts_with("400 Mutual TLS"));
    const Value made = world.create(World::regional("a.example.com", mutual("s3://bucket/ca.pem")));
    CHECK(made.find("mutualTlsAuthentication")->text("truststoreUri") == "s3://bucket/ca.pem");
}

TEST_CASE("a certificate can be given with the name, and its key is kept secret") {
    World world;
    const InlineCertificate made = certificate_for("*.example.com", world.call.now);
    Value input = merged(Object{{"domainName", "api.example.com"},
                                {"endpointConfiguration", endpoint("REGIONAL")},
                                {"regionalCertificateName", "mine"}},
                         inline_members(made));
    const Value answer = world.create(input);
    CHECK(answer.text("regionalCertificateName") == "mine");
    for (const Value& shown : {answer, world.get("api.example.com"),
                               world.call.ok("GetDomainNames").array("items")[0]}) {
        CHECK(json::write(shown).find("-----BEGIN") == std::string::npos);
    }
    CHECK(world.secret("domain-name/api.example.com") == made.leaf.key_pem);
    const Value changed = world.patch(
        "api.example.com", {operation("replace", "/regionalCertificateArn", kCertificateArn)});
    CHECK(changed.text("regionalCertificateArn") == kCertificateArn);
    CHECK_FALSE(world.secret("domain-name/api.example.com"));
    world.create(merged(input, {{"domainName", "other.example.com"}}));
    world.call.ok("DeleteDomainName", World::named("other.example.com"));
    CHECK_FALSE(world.secret("domain-name/other.example.com"));
}

TEST_CASE("a certificate that cannot serve the name is refused") {
    World world;
    const InlineCertificate made = certificate_for("api.example.com", world.call.now);
    const InlineCertificate other = certificate_for("api.example.com", world.call.now);
    const auto refusal = [&](std::string_view name, const Object& changes) {
        return world.refused(
            merged(merged(Object{{"domainName", name}}, inline_members(made)), changes));
    };
    CHECK(refusal("a.api.example.com", {}).find("not for the name") != std::string::npos);
    CHECK(refusal("api.example.com", {{"certificateBody", "x"}}).find("PEM") != std::string::npos);
    CHECK(refusal("api.example.com", {{"certificateBody", ""}}).find("together") !=
          std::string::npos);
    CHECK(refusal("api.example.com", {{"certificatePrivateKey", other.leaf.key_pem}})
              .find("private key") != std::string::npos);
    CHECK(refusal("api.example.com", {{"certificateChain", other.authority.certificate_pem}})
              .find("chain") != std::string::npos);
    CHECK(refusal("api.example.com", {{"certificateArn", kCertificateArn}}).find("either") !=
          std::string::npos);
    CHECK(refusal("api.example.com", {{"certificateChain", std::string(100'000, 'x')}})
              .find("too long") != std::string::npos);
    world.call.now += std::chrono::hours{48};
    CHECK(refusal("api.example.com", {}).find("expired") != std::string::npos);
    world.call.now -= std::chrono::hours{96};
    CHECK(refusal("api.example.com", {}).find("not valid yet") != std::string::npos);
    CHECK(world.call.ok("GetDomainNames").array("items").empty());
}

TEST_CASE("public and private domain names are counted apart") {
    World world;
    world.call.installation.domain_names_max = 1;
    world.call.installation.private_domain_names_max = 1;
    world.create(World::edge("a.example.com"));
    CHECK(world.refused(World::regional("b.example.com")).starts_with("429 "));
    world.create(World::private_one("b.example.com"));
    CHECK(world.refused(World::private_one("c.example.com")).starts_with("429 "));
}

TEST_CASE("domain names are listed in pages, to their owner") {
    World world;
    for (const char* name : {"a.example.com", "b.example.com", "c.example.com"}) {
        world.create(World::edge(name));
    }
    const Value first = world.call.ok("GetDomainNames", Object{{"limit", 2}});
    CHECK(first.array("items").size() == 2);
    const Value rest =
        world.call.ok("GetDomainNames", Object{{"limit", 2}, {"position", first.text("position")}});
    REQUIRE(rest.array("items").size() == 1);
    CHECK(rest.array("items")[0].text("domainName") == "c.example.com");
    CHECK(rest.find("position") == nullptr);
    CHECK(
        world.call.ok("GetDomainNames", Object{{"resourceOwner", "SELF"}}).array("items").size() ==
        3);
    CHECK(world.call.ok("GetDomainNames", Object{{"resourceOwner", "OTHER_ACCOUNTS"}})
              .array("items")
              .empty());
}

TEST_CASE("what hangs on a domain name goes with it") {
    World world;
    world.deploy("dev");
    world.create(World::edge("api.example.com"));
    const Value mapping = Object{{"domainName", "api.example.com"}, {"restApiId", world.api}};
    world.call.ok("CreateBasePathMapping", mapping);
    world.call.ok("DeleteDomainName", World::named("api.example.com"));
    CHECK(world.call.refused("GetBasePathMappings", World::named("api.example.com")) ==
          "404 Invalid domain name identifier specified");
    world.create(World::edge("api.example.com"));
    CHECK(world.call.ok("GetBasePathMappings", World::named("api.example.com"))
              .array("items")
              .empty());
    CHECK(world.call("DeleteRestApi", Object{{"restApiId", world.api}}));
}

TEST_CASE("a domain name that is not there is not found") {
    World world;
    for (const char* name : {"GetDomainName", "UpdateDomainName", "DeleteDomainName"}) {
        CHECK(world.call.refused(name, World::named("no.example.com")) ==
              "404 Invalid domain name identifier specified");
    }
}
