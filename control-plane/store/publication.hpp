#pragma once

#include <memory>
#include <string>

#include "control-plane/publish/source.hpp"
#include "control-plane/store/session.hpp"
#include "control-plane/store/watchdog.hpp"

namespace turnpike::store {

/// The publisher's view, on a session of its own that is opened when needed: the lead is that
/// session's lock, and is lost with it.
class Publication final : public publish::PublicationSource {
public:
    Publication(Session::Options options, Watchdog& watchdog);
    ~Publication() override;

    bool try_lead() override;
    void resign() override;
    void wait_for_work(Milliseconds timeout) override;
    void wake() noexcept override;

    std::vector<publish::OutboxRow> take_outbox(std::size_t rows_max) override;
    std::int64_t outbox_count() override;
    void mark_published(const std::vector<std::int64_t>& ids, std::uint64_t revision) override;

    std::uint64_t next_revision() override;
    std::uint64_t published_revision() override;
    std::string epoch() override;
    void set_epoch(std::string_view epoch, std::uint64_t revision) override;

    std::optional<publish::PublishedStage> stage(std::string_view api_id,
                                                 std::string_view stage_name) override;
    std::optional<json::Value> plan(std::string_view id) override;
    std::optional<publish::PublishedKey> key(std::string_view id) override;
    std::vector<std::pair<std::string, publish::PublishedKey>> keys(
        const std::vector<std::string>& key_ids) override;
    std::optional<std::string> blob(std::string_view hash) override;

    std::vector<std::string> ids(service::Effect::Kind kind, std::string_view after,
                                 std::size_t ids_max) override;

private:
    Session& session();
    /// Throws service::StoreUnavailable also for a refusal of the database: the publisher tries
    /// again.
    Rows execute(const std::string& sql, const std::vector<std::string>& parameters = {});

    const Session::Options options_;
    Watchdog& watchdog_;
    std::unique_ptr<Session> session_;
    bool leads_ = false;
    int wake_descriptor_;
};

}  // namespace turnpike::store
