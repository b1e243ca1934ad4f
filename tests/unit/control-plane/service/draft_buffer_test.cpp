#include "control-plane/service/draft_buffer.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using service::DraftBuffer;
using service::Table;

namespace {

Value part_at(std::string_view path) {
    return Object{{"location", Object{{"type", "RESOURCE"}, {"path", path}}}, {"properties", "{}"}};
}

struct Drafting : InstallationUnderTest {
    /// Whether `change` of the API's draft could be written.
    bool flush(const std::function<void(DraftBuffer&)>& change) {
        return static_cast<bool>(
            call.store.run(service::Access::Write, [&](service::Transaction& transaction) {
                transaction.lock(Table::RestApis, api);
                DraftBuffer draft(transaction, api);
                change(draft);
                const auto flushed = draft.flush();
                return flushed ? Result<Value>(Value()) : Result<Value>(flushed.error());
            }));
    }
    /// "id path" of each documentation part.
    std::set<std::string> parts() {
        std::set<std::string> found;
        const auto read =
            call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
                for (const service::Row& row : transaction.scan(Table::DocumentationParts, api)) {
                    const Value* const location = row.document.find("location");
                    found.insert(row.key.id + " " + std::string(location->text("path")));
                }
                return Result<Value>(Value());
            });
        REQUIRE(read);
        return found;
    }
    service::Key key(const std::string& id) const { return {api, id}; }
};

}  // namespace

TEST_CASE("DraftBuffer: what comes may have the id of what goes, and be written last") {
    Drafting api;
    const auto insert = [&api](DraftBuffer& draft, const std::string& id, std::string_view path) {
        CHECK(draft.insert(Table::DocumentationParts, api.key(id), part_at(path)));
    };
    REQUIRE(api.flush([&](DraftBuffer& draft) {
        insert(draft, "first0", "/a");
        insert(draft, "second", "/b");
    }));
    SUBCASE("everything goes") {
        REQUIRE(api.flush([&](DraftBuffer& draft) {
            CHECK(draft.erase_scope(Table::DocumentationParts, api.api) == 2);
            CHECK(draft.count(Table::DocumentationParts, api.api, 10) == 0);
            insert(draft, "third0", "/a");
            insert(draft, "first0", "/b");
        }));
        CHECK(api.parts() == std::set<std::string>{"first0 /b", "third0 /a"});
    }
    SUBCASE("one goes") {
        REQUIRE(api.flush([&](DraftBuffer& draft) {
            CHECK(draft.erase(Table::DocumentationParts, api.key("first0")));
            CHECK_FALSE(draft.erase(Table::DocumentationParts, api.key("first0")));
            CHECK_FALSE(draft.exists(Table::DocumentationParts, api.key("first0")));
            insert(draft, "third0", "/a");
            insert(draft, "first0", "/c");
            CHECK_FALSE(draft.insert(Table::DocumentationParts, api.key("first0"), part_at("/d")));
        }));
        CHECK(api.parts() == std::set<std::string>{"first0 /c", "second /b", "third0 /a"});
    }
    SUBCASE("what came goes again") {
        REQUIRE(api.flush([&](DraftBuffer& draft) {
            insert(draft, "third0", "/c");
            CHECK(draft.erase(Table::DocumentationParts, api.key("third0")));
        }));
        CHECK(api.parts() == std::set<std::string>{"first0 /a", "second /b"});
    }
}

TEST_CASE("DraftBuffer: a row that is not taken is told, with everything undone") {
    Drafting api;
    CHECK_FALSE(api.flush([&](DraftBuffer& draft) {
        draft.insert(Table::DocumentationParts, api.key("first0"), part_at("/a"));
        draft.insert(Table::DocumentationParts, api.key("second"), part_at("/a"));
    }));
    CHECK(api.parts().empty());
}
