#include "data-plane/worker/state_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/crypto/digest.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace turnpike;
using namespace turnpike::worker;
using turnpike::tests::TemporaryFolder;

namespace {

const StageFacts kFacts{crypto::sha256_hex("a"), "", true, 0xffff'ffff'ffff'fff0};

StateDirectory open(const TemporaryFolder& folder, StateDirectory::Loaded* loaded = nullptr) {
    auto opened = StateDirectory::open(folder.path());
    REQUIRE(opened);
    if (loaded != nullptr) *loaded = opened->second;
    return std::move(opened->first);
}

StateDirectory::Loaded loaded_from(const TemporaryFolder& folder) {
    StateDirectory::Loaded loaded;
    open(folder, &loaded);
    return loaded;
}

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE("a new state directory holds nothing") {
    const TemporaryFolder folder;
    const auto loaded = loaded_from(folder);
    CHECK(loaded.epoch.empty());
    CHECK(loaded.stages.empty());
}

TEST_CASE("what was committed is there after a restart") {
    const TemporaryFolder folder;
    {
        StateDirectory state = open(folder);
        state.put_stage("api/prod", kFacts, "{\"record\":1}");
        state.put_stage("api/gone", kFacts, "{}");
        state.put_plan("p1", "{\"plan\":1}");
        REQUIRE(state.commit("epoch", 7));
        state.remove_stage("api/gone");
        REQUIRE(state.commit("epoch", 8));
    }
    StateDirectory::Loaded loaded;
    const StateDirectory state = open(folder, &loaded);
    CHECK(loaded.epoch == "epoch");
    CHECK(loaded.revision == 8);
    REQUIRE(loaded.stages.size() == 1);
    CHECK(loaded.stages[0].first == "api/prod");
    CHECK(loaded.stages[0].second == kFacts);
    REQUIRE(loaded.plans.size() == 1);
    CHECK(loaded.plans[0].second == "{\"plan\":1}");
    CHECK(*state.stage_record("api/prod") == "{\"record\":1}");
    CHECK_FALSE(state.stage_record("api/gone"));
}

TEST_CASE("what was not committed does not count") {
    const TemporaryFolder folder;
    {
        StateDirectory state = open(folder);
        state.put_stage("api/prod", kFacts, "old");
        REQUIRE(state.commit("epoch", 1));
        state.put_stage("api/prod", kFacts, "new");
    }
    StateDirectory::Loaded loaded;
    const StateDirectory state = open(folder, &loaded);
    CHECK(loaded.revision == 1);
    CHECK(*state.stage_record("api/prod") == "old");
}

TEST_CASE("a file cut anywhere gives an earlier whole state") {
    const TemporaryFolder folder;
    std::size_t first_bytes = 0;
    {
        StateDirectory state = open(folder);
        state.put_stage("api/prod", kFacts, "one");
        REQUIRE(state.commit("epoch", 1));
        first_bytes = content(folder.path() / "state").size();
        state.put_stage("api/prod", kFacts, "two");
        REQUIRE(state.commit("epoch", 2));
    }
    const std::string whole = content(folder.path() / "state");
    for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
        write(folder.path() / "state", std::string_view(whole).substr(0, bytes));
        StateDirectory::Loaded loaded;
        StateDirectory state = open(folder, &loaded);
        const std::uint64_t expected = bytes == whole.size() ? 2 : bytes >= first_bytes ? 1 : 0;
        CHECK(loaded.revision == expected);
        if (expected > 0) {
            CHECK(*state.stage_record("api/prod") == (expected == 2 ? "two" : "one"));
        }
        state.put_stage("api/dev", kFacts, "later");
        REQUIRE(state.commit("epoch", 9));
    }
}

TEST_CASE("a flipped bit ends the state before it") {
    const TemporaryFolder folder;
    {
        StateDirectory state = open(folder);
        state.put_stage("api/prod", kFacts, "one");
        REQUIRE(state.commit("epoch", 1));
    }
    const std::string whole = content(folder.path() / "state");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        write(folder.path() / "state", damaged);
        CHECK(loaded_from(folder).revision == 0);
    }
}

TEST_CASE("the journal is rewritten when most of it is dead") {
    const TemporaryFolder folder;
    const std::string record(10'000, 'x');
    {
        StateDirectory state = open(folder);
        for (std::uint64_t i = 1; i <= 1000; ++i) {
            state.put_stage("api/prod", kFacts, record);
            REQUIRE(state.commit("epoch", i));
        }
        CHECK(*state.stage_record("api/prod") == record);
    }
    CHECK(std::filesystem::file_size(folder.path() / "state") < 2'000'000);
    CHECK(loaded_from(folder).revision == 1000);
}

TEST_CASE("a second process reads the state and keeps its own until the first is gone") {
    const TemporaryFolder folder;
    auto first = std::make_unique<StateDirectory>(open(folder));
    first->put_stage("api/prod", kFacts, "one");
    REQUIRE(first->commit("epoch", 1));
    StateDirectory::Loaded loaded;
    StateDirectory second = open(folder, &loaded);
    CHECK(loaded.revision == 1);
    CHECK(*second.stage_record("api/prod") == "one");
    CHECK_FALSE(second.try_own());
    second.put_stage("api/prod", kFacts, "two");
    REQUIRE(second.commit("epoch", 2));
    CHECK(*first->stage_record("api/prod") == "one");
    first.reset();
    CHECK(second.try_own());
    CHECK(*second.stage_record("api/prod") == "two");
}

TEST_CASE("only a document that hashes to its name is given") {
    const TemporaryFolder folder;
    StateDirectory state = open(folder);
    const std::string hash = crypto::sha256_hex("document");
    CHECK_FALSE(state.has_blob(hash));
    REQUIRE(state.put_blob(hash, "document"));
    CHECK(state.has_blob(hash));
    CHECK(*state.blob(hash) == "document");
    write(folder.path() / "blobs" / hash, "torn");
    CHECK_FALSE(state.blob(hash));
    for (const std::string_view name : {"", "../state", "ABC", "../../../../etc/passwd"}) {
        CHECK_FALSE(state.put_blob(name, "x"));
        CHECK_FALSE(state.blob(name));
        CHECK_FALSE(state.has_blob(name));
    }
    CHECK_FALSE(is_blob_hash(std::string(64, 'G')));
}

TEST_CASE("known keys are saved by HMAC") {
    const TemporaryFolder folder;
    StateDirectory state = open(folder);
    KnownKeys keys;
    keys["abc"] = std::make_shared<const model::ApiKey>(
        model::ApiKey{"k1", "name", "customer", true, {"p1", "p2"}, {{"p2", 1'700'000'000, -5}}});
    REQUIRE(state.save_keys(keys));
    const KnownKeys loaded = state.load_keys();
    REQUIRE(loaded.contains("abc"));
    CHECK(loaded.at("abc")->id == "k1");
    CHECK(loaded.at("abc")->enabled);
    CHECK(loaded.at("abc")->plan_ids == std::vector<std::string>{"p1", "p2"});
    REQUIRE(loaded.at("abc")->extensions.size() == 1);
    CHECK(loaded.at("abc")->extensions[0].plan_id == "p2");
    CHECK(loaded.at("abc")->extensions[0].window_start_s == 1'700'000'000);
    CHECK(loaded.at("abc")->extensions[0].requests == -5);
}
