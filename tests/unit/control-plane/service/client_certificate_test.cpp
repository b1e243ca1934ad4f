#include <doctest/doctest.h>

#include "common/crypto/certificate.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value named(std::string_view id) { return Object{{"clientCertificateId", id}}; }

std::string generate(InstallationUnderTest& world) {
    return std::string(world.call.ok("GenerateClientCertificate").text("clientCertificateId"));
}

std::optional<std::string> private_key(InstallationUnderTest& world, const std::string& id) {
    std::optional<std::string> key;
    static_cast<void>(
        world.call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
            key = transaction.secret("client-certificate/" + id);
            return Result<Value>(Value());
        }));
    return key;
}

}  // namespace

TEST_CASE("a client certificate is real, lasts a year and keeps its key to itself") {
    InstallationUnderTest world;
    const Value made = world.call.ok("GenerateClientCertificate",
                                     Object{{"description", "d"}, {"tags", Object{{"a", "b"}}}});
    const std::string id(made.text("clientCertificateId"));
    CHECK(id.size() == 6);
    CHECK(made.text("description") == "d");
    CHECK(made.object("tags").size() == 1);
    CHECK(*made.integer("createdDate") == epoch_seconds(world.call.now));
    CHECK(*made.integer("expirationDate") - *made.integer("createdDate") == 365 * 24 * 3600);
    CHECK(json::write(made).find("PRIVATE KEY") == std::string::npos);
    const std::string pem(made.text("pemEncodedCertificate"));
    const auto info = crypto::inspect_certificate(pem);
    REQUIRE(info);
    CHECK(info->validity.not_before <= world.call.now);
    CHECK(epoch_seconds(info->validity.not_after) == *made.integer("expirationDate"));
    CHECK(crypto::is_signed_by(pem, pem));
    CHECK(crypto::is_pair({pem, private_key(world, id).value_or("")}));
    CHECK(world.call.ok("GetClientCertificate", named(id)) == made);
}

TEST_CASE("a certificate without tags shows them only when it is looked at alone") {
    InstallationUnderTest world;
    const Value made = world.call.ok("GenerateClientCertificate");
    CHECK(made.find("tags") == nullptr);
    CHECK(made.find("description") == nullptr);
    const Value got =
        world.call.ok("GetClientCertificate", named(made.text("clientCertificateId")));
    CHECK(*got.find("tags") == Value(Object{}));
    const Value page = world.call.ok("GetClientCertificates");
    REQUIRE(page.array("items").size() == 1);
    CHECK(page.array("items")[0] == made);
}

TEST_CASE("only the description of a client certificate can be changed") {
    InstallationUnderTest world;
    const std::string id = generate(world);
    const auto patching = [&](const Value& one) {
        return Object{{"clientCertificateId", id}, {"patchOperations", Array{one}}};
    };
    CHECK(world.call
              .ok("UpdateClientCertificate", patching(operation("replace", "/description", "x")))
              .text("description") == "x");
    CHECK(world.call.ok("GetClientCertificate", named(id)).text("description") == "x");
    CHECK(
        world.call.refused("UpdateClientCertificate",
                           patching(operation("replace", "/pemEncodedCertificate", "x"))) ==
        "400 Invalid patch path  '/pemEncodedCertificate' specified for op 'replace'. Must be one "
        "of: [/description]");
    CHECK(world.call.refused("UpdateClientCertificate",
                             patching(operation("add", "/description", "x"))) ==
          "400 Invalid patch path  '/description' specified for op 'add'. Please choose supported "
          "operations");
}

TEST_CASE("a certificate that a stage uses stays") {
    InstallationUnderTest world;
    world.deploy("dev");
    const std::string id = generate(world);
    const Value stage =
        world.patch_stage("dev", {operation("replace", "/clientCertificateId", id)});
    CHECK(stage.text("clientCertificateId") == id);
    CHECK(world.call.refused("DeleteClientCertificate", named(id)) ==
          "409 Cannot delete client certificate '" + id +
              "', is referenced in stage: " + world.api + "/dev");
    CHECK(private_key(world, id));
    const Value freed =
        world.patch_stage("dev", {operation("replace", "/clientCertificateId", "")});
    CHECK(freed.find("clientCertificateId") == nullptr);
    world.call.ok("DeleteClientCertificate", named(id));
    CHECK_FALSE(private_key(world, id));
    CHECK(world.call.refused("GetClientCertificate", named(id)) ==
          "404 Invalid Client Certificate identifier specified");
}

TEST_CASE("a stage cannot use a certificate that there is not") {
    InstallationUnderTest world;
    world.deploy("dev");
    CHECK(
        world.refused_stage_patch("dev", operation("replace", "/clientCertificateId", "abc123")) ==
        "400 Invalid Client Certificate identifier specified");
}

TEST_CASE("client certificates are counted") {
    InstallationUnderTest world;
    world.call.installation.client_certificates_max = 1;
    const std::string id = generate(world);
    CHECK(world.call.refused("GenerateClientCertificate").starts_with("429 "));
    world.call.ok("DeleteClientCertificate", named(id));
    generate(world);
}

TEST_CASE("a certificate that is not there is not found") {
    InstallationUnderTest world;
    for (const char* name :
         {"GetClientCertificate", "UpdateClientCertificate", "DeleteClientCertificate"}) {
        CHECK(world.call.refused(name, named("nope")) ==
              "404 Invalid Client Certificate identifier specified");
    }
    CHECK(world.call.refused("GenerateClientCertificate", Object{{"tags", Object{{"aws:x", "1"}}}})
              .starts_with("400 "));
}
