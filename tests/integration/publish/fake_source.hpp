#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/crypto/digest.hpp"
#include "common/json/value.hpp"
#include "control-plane/publish/source.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::tests {

/// The database as the publisher sees it, in memory. The test changes it, the publisher reads it.
/// One at a time leads of those that share one Lead.
class FakeSource final : public publish::PublicationSource {
public:
    struct Database {
        std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, json::Value> stages;
        std::map<std::string, json::Value> plans;
        std::map<std::string, publish::PublishedKey> keys;
        std::map<std::string, std::string> blobs;
        std::vector<publish::OutboxRow> outbox;
        std::int64_t last_row = 0;
        std::uint64_t last_revision = 0;
        std::uint64_t published = 0;
        std::string epoch;
        const void* leader = nullptr;
        bool is_away = false;
        /// Called when the publisher asks for a page of ids.
        std::function<void(service::Effect::Kind)> on_ids;
    };
    explicit FakeSource(Database& database) : database_(database) {}

    bool try_lead() override {
        const auto lock = open();
        if (database_.leader == nullptr) database_.leader = this;
        return database_.leader == this;
    }
    void resign() override {
        const std::lock_guard lock(database_.mutex);
        if (database_.leader == this) database_.leader = nullptr;
        database_.changed.notify_all();
    }
    void wait_for_work(Milliseconds timeout) override {
        auto lock = open();
        database_.changed.wait_for(lock, timeout,
                                   [this] { return !database_.outbox.empty() || is_woken_; });
        is_woken_ = false;
    }
    void wake() noexcept override {
        const std::lock_guard lock(database_.mutex);
        is_woken_ = true;
        database_.changed.notify_all();
    }
    std::vector<publish::OutboxRow> take_outbox(std::size_t rows_max) override {
        const auto lock = open();
        auto rows = database_.outbox;
        if (rows.size() > rows_max) rows.resize(rows_max);
        return rows;
    }
    std::int64_t outbox_count() override {
        const auto lock = open();
        return static_cast<std::int64_t>(database_.outbox.size());
    }
    void mark_published(const std::vector<std::int64_t>& ids, std::uint64_t revision) override {
        const auto lock = open();
        const std::set<std::int64_t> done(ids.begin(), ids.end());
        std::erase_if(database_.outbox, [&](const auto& row) { return done.contains(row.id); });
        database_.published = std::max(database_.published, revision);
    }
    std::uint64_t next_revision() override {
        const auto lock = open();
        return ++database_.last_revision;
    }
    std::uint64_t published_revision() override {
        const auto lock = open();
        return database_.published;
    }
    std::string epoch() override {
        const auto lock = open();
        return database_.epoch;
    }
    void set_epoch(std::string_view epoch, std::uint64_t revision) override {
        const auto lock = open();
        database_.epoch = epoch;
        database_.published = std::max(database_.published, revision);
    }
    std::optional<publish::PublishedStage> stage(std::string_view api_id,
                                                 std::string_view stage_name) override {
        const auto lock = open();
        const auto found =
            database_.stages.find(std::string(api_id) + "/" + std::string(stage_name));
        if (found == database_.stages.end()) return std::nullopt;
        return publish::PublishedStage{found->second};
    }
    std::optional<json::Value> plan(std::string_view id) override {
        return find(database_.plans, id);
    }
    std::optional<publish::PublishedKey> key(std::string_view id) override {
        return find(database_.keys, id);
    }
    std::optional<std::string> blob(std::string_view hash) override {
        return find(database_.blobs, hash);
    }
    std::vector<std::string> ids(service::Effect::Kind kind, std::string_view after,
                                 std::size_t ids_max) override {
        if (database_.on_ids) database_.on_ids(kind);
        const auto lock = open();
        std::vector<std::string> found;
        const auto collect = [&](const auto& map) {
            for (auto at = map.upper_bound(std::string(after));
                 at != map.end() && found.size() < ids_max; ++at) {
                found.push_back(at->first);
            }
        };
        if (kind == service::Effect::Kind::Stage) collect(database_.stages);
        if (kind == service::Effect::Kind::UsagePlan) collect(database_.plans);
        if (kind == service::Effect::Kind::ApiKey) collect(database_.keys);
        return found;
    }

private:
    std::unique_lock<std::mutex> open() {
        std::unique_lock lock(database_.mutex);
        if (database_.is_away) throw service::StoreUnavailable("the test took it away");
        return lock;
    }
    template <typename Map>
    auto find(const Map& map, std::string_view key) -> std::optional<typename Map::mapped_type> {
        const auto lock = open();
        const auto found = map.find(std::string(key));
        if (found == map.end()) return std::nullopt;
        return found->second;
    }

    Database& database_;
    bool is_woken_ = false;
};

/// What operations of the management API would do to the database.
class Management {
public:
    explicit Management(FakeSource::Database& database) : database_(database) {}

    /// Stage `name` ("api/stage") serves a MOCK method on `path`, or `document` as it is.
    void deploy(const std::string& name, const std::string& path) {
        deploy_document(name, document_with({path}));
    }
    void deploy_document(const std::string& name, const std::string& document) {
        const std::string hash = crypto::sha256_hex(document);
        const std::size_t slash = name.find('/');
        json::Value record;
        record["apiId"] = name.substr(0, slash);
        record["stageName"] = name.substr(slash + 1);
        record["snapshot"] = hash;
        change(service::Effect::Kind::Stage, name, [&] {
            database_.blobs[hash] = document;
            database_.stages[name] = record;
        });
    }
    void remove_stage(const std::string& name) {
        change(service::Effect::Kind::Stage, name, [&] { database_.stages.erase(name); });
    }
    void put_plan(const std::string& id, const std::string& stage_name) {
        const std::size_t slash = stage_name.find('/');
        json::Object stage;
        stage.set("apiId", stage_name.substr(0, slash));
        stage.set("stage", stage_name.substr(slash + 1));
        json::Value plan;
        plan["id"] = id;
        plan["apiStages"] = json::Array{json::Value(std::move(stage))};
        change(service::Effect::Kind::UsagePlan, id, [&] { database_.plans[id] = plan; });
    }
    void put_key(const std::string& id, const std::string& value, bool enabled = true) {
        json::Value record;
        record["id"] = id;
        record["enabled"] = enabled;
        record["plans"] = json::Array{json::Value("p1")};
        change(service::Effect::Kind::ApiKey, id, [&] {
            database_.keys[id] = {crypto::sha256_hex(value), record};
        });
    }
    void remove_key(const std::string& id) {
        change(service::Effect::Kind::ApiKey, id, [&] { database_.keys.erase(id); });
    }
    void set_away(bool is_away) {
        const std::lock_guard lock(database_.mutex);
        database_.is_away = is_away;
        database_.changed.notify_all();
    }

    static std::string document_with(const std::vector<std::string>& paths) {
        json::Array resources;
        json::Value root;
        root["id"] = "root";
        resources.push_back(std::move(root));
        for (const std::string& path : paths) {
            json::Value resource;
            resource["id"] = "r" + path;
            resource["parentId"] = "root";
            resource["pathPart"] = path;
            resource["resourceMethods"]["GET"]["methodIntegration"]["type"] = "MOCK";
            resources.push_back(std::move(resource));
        }
        json::Value document;
        document["format"] = 1;
        document["restApi"]["id"] = "api";
        document["resources"] = std::move(resources);
        return json::write(document);
    }

private:
    template <typename Work>
    void change(service::Effect::Kind kind, const std::string& id, Work work) {
        const std::lock_guard lock(database_.mutex);
        work();
        database_.outbox.push_back({++database_.last_row, {kind, id}});
        database_.changed.notify_all();
    }
    FakeSource::Database& database_;
};

}  // namespace turnpike::tests
