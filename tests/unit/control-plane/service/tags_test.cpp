#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

std::string arn(std::string_view path) {
    return "arn:aws:apigateway:us-east-1::" + std::string(path);
}
std::string make_vpc_link(InstallationUnderTest& world) {
    return std::string(
        world.call.ok("CreateVpcLink", Object{{"name", "l"}, {"targetArns", Array{arn("/x")}}})
            .text("id"));
}
/// Returns: the path in its ARN.
std::string make_domain_name(InstallationUnderTest& world, std::string_view type,
                             std::string_view name) {
    const Value made = world.call.ok(
        "CreateDomainName",
        Object{{"domainName", name}, {"endpointConfiguration", Object{{"types", Array{type}}}}});
    const std::string_view all = made.text("domainNameArn");
    return std::string(all.substr(all.rfind(':') + 1));
}
std::string make_association(InstallationUnderTest& world) {
    const std::string domain = make_domain_name(world, "PRIVATE", "c.example.com");
    world.call.ok("CreateDomainNameAccessAssociation",
                  Object{{"domainNameArn", arn(domain)},
                         {"accessAssociationSourceType", "VPCE"},
                         {"accessAssociationSource", "vpce-1"}});
    return "/domainnameaccessassociations/domainname/c.example.com/vpcesource/vpce-1";
}
Value tagging(std::string_view resource, const Object& tags) {
    return Object{{"resourceArn", resource}, {"tags", tags}};
}

}  // namespace

TEST_CASE("every kind of resource that has tags takes, shows and loses them") {
    InstallationUnderTest world;
    world.deploy("dev");
    for (const std::string& path :
         {"/restapis/" + world.api, "/restapis/" + world.api + "/stages/dev",
          "/apikeys/" + world.make_key("k"), "/usageplans/" + world.make_plan("p"),
          "/clientcertificates/" +
              std::string(world.call.ok("GenerateClientCertificate").text("clientCertificateId")),
          "/vpclinks/" + make_vpc_link(world), make_domain_name(world, "EDGE", "a.example.com"),
          make_domain_name(world, "PRIVATE", "b.example.com"), make_association(world)}) {
        const Value resource = Object{{"resourceArn", arn(path)}};
        CHECK(world.call.ok("GetTags", resource) == Value(Object{{"tags", Object{}}}));
        CHECK(world.call.ok("TagResource", tagging(arn(path), {{"a", "1"}, {"b", "2"}})) ==
              Value(Object{}));
        world.call.ok("TagResource", tagging(arn(path), {{"b", "3"}}));
        CHECK(world.call.ok("GetTags", resource) ==
              Value(Object{{"tags", Object{{"a", "1"}, {"b", "3"}}}}));
        world.call.ok("UntagResource",
                      Object{{"resourceArn", arn(path)}, {"tagKeys", Array{"a", "c"}}});
        CHECK(world.call.ok("GetTags", resource) == Value(Object{{"tags", Object{{"b", "3"}}}}));
    }
}

TEST_CASE("tags are told to no worker") {
    InstallationUnderTest world;
    world.deploy("dev");
    world.told();
    world.call.ok("TagResource",
                  tagging(arn("/restapis/" + world.api + "/stages/dev"), {{"a", "1"}}));
    CHECK(world.told().empty());
}

TEST_CASE("tags given by ARN are the tags of the resource") {
    InstallationUnderTest world;
    const std::string key = world.make_key("k");
    world.call.ok("TagResource", tagging(arn("/apikeys/" + key), {{"a", "1"}}));
    CHECK(*world.call.ok("GetApiKey", Object{{"apiKey", key}}).find("tags") ==
          Value(Object{{"a", "1"}}));
    CHECK(world.call.ok("GetApiKeys").array("items")[0].object("tags").size() == 1);
}

TEST_CASE("what does not exist has no tags") {
    InstallationUnderTest world;
    const auto refusal = [&](std::string_view path) {
        return world.call.refused("GetTags", Object{{"resourceArn", arn(path)}});
    };
    CHECK(refusal("/restapis/nope") == "404 Invalid API identifier specified 000000000000:nope");
    CHECK(refusal("/restapis/" + world.api + "/stages/no") ==
          "404 Invalid stage identifier specified");
    CHECK(refusal("/apikeys/nope") == "404 Invalid API Key identifier specified");
    CHECK(refusal("/usageplans/nope") == "404 Invalid Usage Plan ID specified");
    CHECK(refusal("/apis/" + world.api) == "404 Invalid resource identifier specified");
    CHECK(refusal("/vpclinks/abc") == "404 Invalid Vpc Link identifier specified");
    CHECK(refusal("/clientcertificates/abc") ==
          "404 Invalid Client Certificate identifier specified");
    CHECK(refusal("/domainnames/no.example.com") == "404 Invalid domain name identifier specified");
    CHECK(refusal("/domainnameaccessassociations/domainname/x/vpcesource/y") ==
          "404 Invalid domain name access association identifier specified");
}

TEST_CASE("what is no ARN of a taggable resource is refused") {
    InstallationUnderTest world;
    for (const std::string& text :
         {std::string("nonsense"), std::string("arn:aws:s3:::bucket"), arn("/account"),
          arn("/restapis/"), arn("/restapis/" + world.api + "/resources/x"), arn("")}) {
        for (const char* operation_name : {"GetTags", "TagResource", "UntagResource"}) {
            CHECK(world.call.refused(operation_name, Object{{"resourceArn", text}}) ==
                  "400 Invalid ARN specified in the request");
        }
    }
}

TEST_CASE("tags of a resource are few and of allowed characters") {
    InstallationUnderTest world;
    const std::string resource = arn("/restapis/" + world.api);
    const auto is_refused = [&](const Object& tags) {
        return world.call.refused("TagResource", tagging(resource, tags)).starts_with("400 ");
    };
    CHECK(is_refused({{"aws:x", "1"}}));
    CHECK(is_refused({{"", "1"}}));
    CHECK(is_refused({{std::string(129, 'k'), "1"}}));
    CHECK(is_refused({{"k", std::string(257, 'v')}}));
    CHECK(is_refused({{"k", "<v>"}}));
    Object many;
    for (int i = 0; i < 50; ++i) many.set("k" + std::to_string(i), "v");
    CHECK(world.call("TagResource", tagging(resource, many)));
    CHECK(is_refused({{"one-more", "v"}}));
    CHECK(world.call("TagResource", tagging(resource, {{"k1", ""}})));
}
