#include "data-plane/worker/stage_shelf.hpp"

#include <doctest/doctest.h>

#include "common/crypto/digest.hpp"
#include "common/json/value.hpp"

using namespace turnpike;
using namespace turnpike::worker;

namespace {

/// Deployment documents by hash.
struct Documents {
    std::map<std::string, std::string> by_hash;
    int reads = 0;

    /// Returns: the hash of a document with one path.
    std::string add(const std::string& part) {
        const std::string text =
            R"({"format":1,"restApi":{"id":"api"},"resources":[{"id":"r"},{"id":"s","parentId":"r",)"
            R"("pathPart":")" +
            part + R"(","resourceMethods":{"GET":{"methodIntegration":{"type":"MOCK"}}}}]})";
        return add_text(text);
    }
    std::string add_text(const std::string& text) {
        by_hash[crypto::sha256_hex(text)] = text;
        return crypto::sha256_hex(text);
    }
    StageShelf::Documents reader() {
        return [this](std::string_view hash) -> Result<std::string> {
            ++reads;
            const auto found = by_hash.find(std::string(hash));
            if (found == by_hash.end()) return unavailable("not there");
            return found->second;
        };
    }
};

std::string record_of(const std::string& name, const std::string& hash) {
    return R"({"apiId":"api","stageName":")" + name + R"(","snapshot":")" + hash + R"("})";
}

StageShelf::Record never() {
    return [] { return Result<std::string>(internal_error("not to be read")); };
}

}  // namespace

TEST_CASE("a stage is compiled ahead or when it is loaded, each once") {
    Documents documents;
    const std::string record = record_of("prod", documents.add("a"));
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    CHECK(shelf.put("api/prod", record, StageShelf::Compile::Now).is_changed);
    CHECK(documents.reads == 1);
    CHECK(shelf.load("api/prod", never(), SteadyTime{}));
    CHECK_FALSE(shelf.put("api/prod", record, StageShelf::Compile::Now).is_changed);
    CHECK(documents.reads == 1);

    StageShelf lazy(documents.reader(), {}, 1 << 20);
    CHECK(lazy.put("api/prod", record, StageShelf::Compile::WhenInUse).is_changed);
    CHECK(documents.reads == 1);
    CHECK(lazy.load(
        "api/prod", [&] { return Result<std::string>(record); }, SteadyTime{}));
    CHECK(documents.reads == 2);
}

TEST_CASE("stages on one deployment share its compiled form") {
    Documents documents;
    const std::string hash = documents.add("a");
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/prod", record_of("prod", hash), StageShelf::Compile::Now);
    shelf.put("api/dev", record_of("dev", hash), StageShelf::Compile::Now);
    CHECK(documents.reads == 1);
    const auto compiled = shelf.compiled({"api/dev", "api/prod"});
    REQUIRE(compiled.size() == 2);
    CHECK(&compiled[0].second->production().deployment() ==
          &compiled[1].second->production().deployment());
}

TEST_CASE("a version that cannot be compiled does not replace one that can") {
    Documents documents;
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/prod", record_of("prod", documents.add("a")), StageShelf::Compile::Now);
    const auto before = shelf.entry("api/prod");
    for (const std::string& bad :
         {std::string("{}"), record_of("prod", documents.add_text("{}")),
          record_of("prod", crypto::sha256_hex("not there")),
          record_of("other", documents.add("b")), record_of("prod", "../../etc/passwd")}) {
        const auto change = shelf.put("api/prod", bad, StageShelf::Compile::Now);
        CHECK_FALSE(change.is_changed);
        CHECK(change.problem);
        CHECK(shelf.entry("api/prod") == before);
    }
    CHECK(shelf.load("api/prod", never(), SteadyTime{}));
}

TEST_CASE("a new version gets a new number in the same slot") {
    Documents documents;
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/prod", record_of("prod", documents.add("a")), StageShelf::Compile::Now);
    const auto before = shelf.entry("api/prod");
    shelf.put("api/prod", record_of("prod", documents.add("b")), StageShelf::Compile::WhenInUse);
    const auto after = shelf.entry("api/prod");
    CHECK(after->slot == before->slot);
    CHECK(after->version > before->version);
    CHECK(shelf.compiled({"api/prod"}).size() == 1);
}

TEST_CASE("a slot is used again after its stage is gone, under a newer version") {
    Documents documents;
    const std::string hash = documents.add("a");
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/a", record_of("a", hash), StageShelf::Compile::Now);
    const auto before = shelf.entry("api/a");
    CHECK(shelf.remove("api/a"));
    CHECK_FALSE(shelf.remove("api/a"));
    shelf.put("api/b", record_of("b", hash), StageShelf::Compile::Now);
    CHECK(shelf.entry("api/b")->slot == before->slot);
    CHECK(shelf.entry("api/b")->version > before->version);
}

TEST_CASE("what failed is not tried again at once") {
    Documents documents;
    const std::string record = record_of("prod", crypto::sha256_hex("later"));
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/prod", record, StageShelf::Compile::WhenInUse);
    const auto read = [&] { return Result<std::string>(record); };
    const SteadyTime start{};
    CHECK_FALSE(shelf.load("api/prod", read, start));
    CHECK_FALSE(shelf.load("api/prod", read, start + Milliseconds(10)));
    CHECK(documents.reads == 1);
    CHECK_FALSE(shelf.load("api/prod", read, start + Milliseconds(5000)));
    CHECK(documents.reads == 2);
    CHECK(shelf.load("api/none", read, start).error().kind == Error::Kind::NotFound);
}

TEST_CASE("the longest unused stages are forgotten first") {
    Documents documents;
    const std::string hash = documents.add("a");
    StageShelf shelf(documents.reader(), {}, 1);
    for (const std::string name : {"a", "b", "c"}) {
        shelf.put("api/" + name, record_of(name, hash), StageShelf::Compile::Now);
    }
    shelf.mark_used({shelf.entry("api/a")->slot}, SteadyTime::max());
    CHECK(shelf.is_over_budget());
    CHECK(shelf.evict().size() == 2);
    CHECK(shelf.compiled({"api/a"}).size() == 1);
    CHECK(shelf.compiled({"api/b", "api/c"}).empty());
    CHECK(shelf.entries().size() == 3);
}

TEST_CASE("stages that share a deployment pay for it once") {
    Documents documents;
    const std::string hash = documents.add("a");
    StageShelf one(documents.reader(), {}, 1 << 20);
    one.put("api/0", record_of("0", hash), StageShelf::Compile::Now);
    const auto stage = one.load("api/0", {}, SteadyTime{});
    REQUIRE(stage);
    const std::size_t of_stage = (*stage)->bytes();
    const std::size_t of_deployment = (*stage)->production().deployment().bytes();

    StageShelf shelf(documents.reader(), {}, 10 * of_stage + of_deployment);
    for (int i = 0; i < 10; ++i) {
        const std::string name = std::to_string(i);
        shelf.put("api/" + name, record_of(name, hash), StageShelf::Compile::Now);
    }
    CHECK_FALSE(shelf.is_over_budget());
    shelf.put("api/more", record_of("more", hash), StageShelf::Compile::Now);
    CHECK(shelf.is_over_budget());
    shelf.remove("api/more");
    CHECK_FALSE(shelf.is_over_budget());
}

TEST_CASE("a slot keeps compiled stages of versions that are still right") {
    Documents documents;
    const std::string hash = documents.add("a");
    StageShelf shelf(documents.reader(), {}, 1 << 20);
    shelf.put("api/a", record_of("a", hash), StageShelf::Compile::Now);
    shelf.put("api/b", record_of("b", hash), StageShelf::Compile::Now);
    const auto table = [&shelf](std::uint64_t revision) {
        return std::make_shared<const snapshot::RoutingTable>(revision, shelf.entries(),
                                                              snapshot::RoutingTable::Plans{});
    };
    SnapshotSlot slot;
    CHECK_FALSE(slot.has_table());
    slot.install(table(1), shelf.compiled({"api/a", "api/b"}));
    const auto old_a = shelf.entry("api/a");
    const auto pinned = slot.stage(*old_a);
    REQUIRE(pinned);
    shelf.put("api/a", record_of("a", documents.add("new")), StageShelf::Compile::WhenInUse);
    slot.install(table(2), {});
    CHECK(slot.table().revision() == 2);
    CHECK(slot.stage(*shelf.entry("api/a")) == nullptr);
    CHECK(slot.stage(*shelf.entry("api/b")) != nullptr);
    slot.put(*old_a, shelf.compiled({"api/b"})[0].second);
    CHECK(slot.stage(*old_a) == nullptr);
    CHECK(pinned->name() == "a");
    CHECK(slot.take_used() == std::vector<std::uint32_t>{shelf.entry("api/b")->slot});
    CHECK(slot.take_used().empty());
    slot.drop(shelf.entry("api/b")->slot);
    CHECK(slot.stage(*shelf.entry("api/b")) == nullptr);
}
