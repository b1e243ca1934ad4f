#include "control-plane/publish/batch.hpp"

#include <doctest/doctest.h>

#include "common/snapshot/limits.hpp"
#include "tests/integration/publish/fake_source.hpp"

using namespace turnpike;
using namespace turnpike::publish;
using Kind = service::Effect::Kind;
using turnpike::tests::FakeSource;
using turnpike::tests::Management;

namespace {

struct Sample {
    Sample() : management(database), source(database) {}
    Batch read(const std::vector<service::Effect>& effects) {
        return read_batch(source, effects,
                          [this](const std::string& text) { complaints.push_back(text); });
    }
    FakeSource::Database database;
    Management management;
    FakeSource source;
    std::vector<std::string> complaints;
};

}  // namespace

TEST_CASE("what effects name is read once, as it is now") {
    Sample sample;
    sample.management.deploy("api/prod", "old");
    sample.management.deploy("api/prod", "new");
    sample.management.put_plan("p1", "api/prod");
    sample.management.put_key("k1", "value");
    const Batch batch = sample.read({{Kind::Stage, "api/prod"},
                                     {Kind::Stage, "api/prod"},
                                     {Kind::UsagePlan, "p1"},
                                     {Kind::ApiKey, "k1"}});
    REQUIRE(batch.stages.size() == 1);
    REQUIRE(batch.plans.size() == 1);
    REQUIRE(batch.keys.size() == 1);
    CHECK(batch.blobs ==
          std::vector<std::string>{crypto::sha256_hex(Management::document_with({"new"}))});
    CHECK(batch.keys[0].lookup == crypto::sha256_hex("value"));
    CHECK(batch.keys[0].record);
}

TEST_CASE("what is gone is to be removed") {
    Sample sample;
    const Batch batch =
        sample.read({{Kind::Stage, "api/gone"}, {Kind::UsagePlan, "gone"}, {Kind::ApiKey, "gone"}});
    CHECK_FALSE(batch.stages[0].record);
    CHECK_FALSE(batch.plans[0].record);
    CHECK_FALSE(batch.keys[0].record);
    CHECK(batch.blobs.empty());
    CHECK(sample.complaints.empty());
}

TEST_CASE("a record that workers would refuse is not published, and the rest is") {
    Sample sample;
    sample.management.put_plan("p1", "api/prod");
    sample.management.put_plan("p2", "api/prod");
    sample.database.plans["p1"]["name"] = std::string(snapshot::limits::kRecordBytesMax, 'x');
    const Batch batch =
        sample.read({{Kind::UsagePlan, "p1"}, {Kind::UsagePlan, "p2"}, {Kind::Stage, "bad"}});
    REQUIRE(batch.plans.size() == 1);
    CHECK(batch.plans[0].id == "p2");
    CHECK(sample.complaints.size() == 2);
}
