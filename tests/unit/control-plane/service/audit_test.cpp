#include "control-plane/service/audit.hpp"

#include <doctest/doctest.h>

#include "control-plane/service/conventions.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using service::Table;
using service::Transaction;

namespace {

constexpr std::chrono::hours kDay{24};

/// An installation that keeps the audit for 10 days and counts for 90.
struct World : InstallationUnderTest {
    World() {
        call.installation.audit_retention_days = 10;
        call.installation.usage_retention_days = 90;
        key = make_key("k");
        plan = make_plan("p");
        started = day_of(call.now);
    }
    template <typename Work>
    void write(const Work& work) {
        const Value none = Object{};
        REQUIRE(call.store.run(service::Access::Write, [&](Transaction& transaction) {
            work(transaction,
                 service::Call{none, call.installation, call.now, "arn:aws:iam::0:user/u"});
            return Result<Value>(Value());
        }));
    }
    void record() {
        write([](Transaction& transaction, const service::Call& one) {
            service::record_change(transaction, one, "CreateApiKey", Object{{"id", "k"}});
        });
    }
    void sweep() {
        write([](Transaction& transaction, const service::Call& one) {
            service::forget_old_records(transaction, one);
        });
    }
    std::int64_t entries() {
        std::int64_t held = 0;
        write([&held](Transaction& transaction, const service::Call&) {
            held = transaction.count(Table::AuditEntries, "", 1'000'000);
        });
        return held;
    }
    /// How many days have a count, and how many extensions there are.
    std::pair<std::size_t, std::size_t> counted() {
        std::pair<std::size_t, std::size_t> held;
        write([&](Transaction& transaction, const service::Call&) {
            held = {transaction.usage(plan, {key}, CalendarDay{}, started).size(),
                    transaction.usage_extensions(plan, {key}, CalendarDay{}).size()};
        });
        return held;
    }

    std::string key;
    std::string plan;
    CalendarDay started;
};

}  // namespace

TEST_CASE("the audit is kept for as long as the installation says") {
    World world;
    world.record();
    world.call.now += 10 * kDay;
    world.record();
    world.sweep();
    CHECK(world.entries() == 2);
    world.call.now += std::chrono::seconds(1);
    world.sweep();
    CHECK(world.entries() == 1);
}

TEST_CASE("changes sweep the audit by themselves") {
    World world;
    world.record();
    world.call.now += 11 * kDay;
    constexpr int kFarMoreThanOneSweep = 100'000;
    int recorded = 1;
    while (world.entries() == recorded && recorded < kFarMoreThanOneSweep) {
        world.record();
        ++recorded;
    }
    CHECK(world.entries() == recorded - 1);
}

TEST_CASE("counts are kept for as long as a report of the days that can be asked for needs them") {
    World world;
    const std::chrono::days needed(90 + 31);
    world.write([&](Transaction& transaction, const service::Call&) {
        for (int age = 0; age < 3; ++age) {
            const CalendarDay day = world.started - std::chrono::days(age);
            transaction.add_usage({{world.plan, world.key, day, 0, 1}});
            transaction.put_usage_extension(world.plan,
                                            {world.key, WallTime(day), 5, world.call.now});
        }
    });
    world.call.now += needed - std::chrono::days(2);
    world.sweep();
    CHECK(world.counted() == std::pair<std::size_t, std::size_t>(3, 3));
    world.call.now += kDay;
    world.sweep();
    CHECK(world.counted() == std::pair<std::size_t, std::size_t>(2, 2));
}
