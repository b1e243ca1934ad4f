#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/domain_name_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

/// A private domain name "in.example.com".
class World : public DomainNamesUnderTest {
public:
    World() : domain(create(private_one("in.example.com"))) {}

    Value associating(std::string_view endpoint_id) const {
        return Object{{"domainNameArn", domain.text("domainNameArn")},
                      {"accessAssociationSourceType", "VPCE"},
                      {"accessAssociationSource", endpoint_id}};
    }
    std::string associate(std::string_view endpoint_id) {
        return std::string(call.ok("CreateDomainNameAccessAssociation", associating(endpoint_id))
                               .text("domainNameAccessAssociationArn"));
    }
    std::string refused_association(const Value& input) {
        return call.refused("CreateDomainNameAccessAssociation", input);
    }
    Array list(const Object& input = {}) {
        return call.ok("GetDomainNameAccessAssociations", input).array("items");
    }
    static Value named(std::string_view arn) {
        return Object{{"domainNameAccessAssociationArn", arn}};
    }

    Value domain;
};

}  // namespace

TEST_CASE("an association joins a VPC endpoint and a private domain name") {
    World world;
    const Value made =
        world.call.ok("CreateDomainNameAccessAssociation",
                      merged(world.associating("vpce-1"), {{"tags", Object{{"a", "b"}}}}));
    CHECK(made ==
          merged(world.associating("vpce-1"),
                 {{"tags", Object{{"a", "b"}}},
                  {"domainNameAccessAssociationArn",
                   "arn:aws:apigateway:us-east-1:000000000000:/domainnameaccessassociations/"
                   "domainname/in.example.com/vpcesource/vpce-1"}}));
    CHECK(world.list() == Array{made});
    CHECK(world.list({{"resourceOwner", "SELF"}}) == Array{made});
    CHECK(world.list({{"resourceOwner", "OTHER_ACCOUNTS"}}).empty());
}

TEST_CASE("an association needs a private domain name that exists and a well-formed endpoint") {
    World world;
    const Value open = world.create(World::edge("api.example.com"));
    const auto of_domain = [&](std::string_view arn) {
        return world.refused_association(
            merged(world.associating("vpce-1"), {{"domainNameArn", arn}}));
    };
    CHECK(of_domain(open.text("domainNameArn")).starts_with("400 Only private domain names"));
    CHECK(of_domain("nonsense") == "400 Invalid ARN specified in the request");
    CHECK(of_domain("arn:aws:apigateway:us-east-1::/domainnames/no.example.com") ==
          "400 Invalid domain name identifier specified");
    CHECK(of_domain("arn:aws:apigateway:us-east-1::/restapis/" + world.api) ==
          "400 Invalid domain name identifier specified");
    for (const char* id : {"", "a/b", "a b"}) {
        CHECK(world.refused_association(world.associating(id)).starts_with("400 "));
    }
    CHECK(world.list().empty());
}

TEST_CASE("one endpoint is associated with one domain name of a name") {
    World world;
    world.associate("vpce-1");
    CHECK(world.refused_association(world.associating("vpce-1")).starts_with("409 "));
    const Value twin = world.create(World::private_one("in.example.com"));
    const Object of_twin{{"domainNameArn", twin.text("domainNameArn")}};
    CHECK(world.refused_association(merged(world.associating("vpce-1"), of_twin))
              .starts_with("409 "));
    CHECK(world.call("CreateDomainNameAccessAssociation",
                     merged(world.associating("vpce-2"), of_twin)));
}

TEST_CASE("an association is deleted by its maker or rejected by the owner of the domain name") {
    World world;
    const std::string first = world.associate("vpce-1");
    const std::string second = world.associate("vpce-2");
    world.call.ok("DeleteDomainNameAccessAssociation", World::named(first));
    CHECK(world.list().size() == 1);
    const auto rejecting = [&](std::string_view domain_arn) {
        return merged(World::named(second), {{"domainNameArn", domain_arn}});
    };
    CHECK(world.call.refused("RejectDomainNameAccessAssociation",
                             rejecting("arn:aws:apigateway:us-east-1::/domainnames/other")) ==
          "404 Invalid domain name access association identifier specified");
    world.call.ok("RejectDomainNameAccessAssociation",
                  rejecting(world.domain.text("domainNameArn")));
    CHECK(world.list().empty());
    for (const char* name :
         {"DeleteDomainNameAccessAssociation", "RejectDomainNameAccessAssociation"}) {
        CHECK(world.call.refused(name, World::named(first)) ==
              "404 Invalid domain name access association identifier specified");
        CHECK(world.call.refused(name, World::named("x")) ==
              "400 Invalid ARN specified in the request");
    }
}

TEST_CASE("associations go with their domain name, and are counted") {
    World world;
    world.call.installation.access_associations_max = 1;
    world.associate("vpce-1");
    CHECK(world.refused_association(world.associating("vpce-2")).starts_with("429 "));
    world.call.ok("DeleteDomainName",
                  DomainNamesUnderTest::named("in.example.com", world.domain.text("domainNameId")));
    CHECK(world.list().empty());
}
