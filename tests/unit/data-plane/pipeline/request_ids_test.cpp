#include "data-plane/pipeline/request_ids.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::pipeline;

namespace {

RequestIds ids_of(std::optional<std::string_view> supplied, std::optional<std::string_view> trace) {
    static FastRandom random(7);
    RequestIds ids;
    ids.assign(random, WallTime(Seconds(0x65a1b2c3)), supplied, trace);
    return ids;
}

}  // namespace

TEST_CASE("request ids are UUIDs, extended ids end like base64") {
    const RequestIds ids = ids_of({}, {});
    CHECK(is_uuid(ids.request_id()));
    CHECK(ids.request_id()[14] == '4');
    CHECK(ids.extended_id().size() == 16);
    CHECK(ids.extended_id().back() == '=');
    CHECK(ids.extended_id() != ids_of({}, {}).extended_id());
    CHECK_FALSE(ids.replaced_supplied_id());
}

TEST_CASE("a supplied UUID is used, anything else replaced") {
    constexpr std::string_view kId = "0A1B2C3D-0000-4000-8000-abcdefabcdef";
    CHECK(ids_of(kId, {}).request_id() == kId);
    for (const std::string_view bad : {"", "x", "0a1b2c3d-0000-4000-8000-abcdefabcdeg",
                                       "0a1b2c3d00000-4000-8000-abcdefabcdef"}) {
        const RequestIds ids = ids_of(bad, {});
        CHECK(ids.request_id() != bad);
        CHECK(ids.replaced_supplied_id());
    }
}

TEST_CASE("a trace is made up in full") {
    const RequestIds ids = ids_of({}, {});
    CHECK(ids.trace().starts_with("Root=1-65a1b2c3-"));
    CHECK(ids.trace_root().size() == 35);
    CHECK(ids.trace().find(";Parent=") == 40);
    CHECK(ids.trace().ends_with(";Sampled=0"));
}

TEST_CASE("a caller's trace is kept and completed") {
    CHECK(ids_of({}, "Root=1-5-6").trace().starts_with("Root=1-5-6;Parent="));
    CHECK(ids_of({}, "Root=1-5-6").trace().ends_with(";Sampled=0"));
    CHECK(ids_of({}, "root=1-5-6;PARENT=abc").trace() == "Root=1-5-6;Parent=abc;Sampled=1");
    CHECK(ids_of({}, "Root=1-5-6; Parent=abc; Sampled=0;Self=x").trace() ==
          "Root=1-5-6;Parent=abc;Sampled=0");
}

TEST_CASE("a trace that could forge fields is not taken over") {
    CHECK(ids_of({}, "Root=a b").trace().starts_with("Root=1-65a1b2c3-"));
    CHECK(ids_of({}, "Root=" + std::string(500, '1')).trace().starts_with("Root=1-65a1b2c3-"));
    CHECK(ids_of({}, ";;==;Root").trace().starts_with("Root=1-65a1b2c3-"));
}
