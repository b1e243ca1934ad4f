#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/crypto/hmac.hpp"
#include "common/crypto/seal.hpp"
#include "control-plane/service/transaction.hpp"
#include "control-plane/store/session.hpp"

namespace turnpike::store {

/// The keys under which API key values are kept.
struct ValueKeys {
    crypto::Sealer sealer;
    crypto::HmacKey lookup;
};

/// A transaction that is open on a session. Every method may throw service::StoreUnavailable,
/// SqlError and Refused; Store::run turns the last two into what the caller of an operation is
/// told.
class Transaction final : public service::Transaction {
public:
    /// One: no transaction is open; the first reading is one of its own.
    enum class Statements : std::uint8_t { Any, One };
    /// Thrown by the second reading with Statements::One, since it may see a later moment.
    struct SecondStatement {};

    Transaction(Session& session, const ValueKeys& keys, Milliseconds lock_wait_max,
                Statements statements = Statements::Any)
        : session_(session), keys_(keys), lock_wait_max_(lock_wait_max), statements_(statements) {}

    void lock(service::Table table, std::string_view id) override;

    std::optional<json::Value> find(service::Table table, const service::Key& key) override;
    bool exists(service::Table table, const service::Key& key) override;
    bool insert(service::Table table, const service::Key& key,
                const json::Value& document) override;
    bool update(service::Table table, const service::Key& key,
                const json::Value& document) override;
    bool erase(service::Table table, const service::Key& key) override;
    std::size_t erase_before(service::Table table, std::int64_t time) override;
    std::size_t erase_scope(service::Table table, std::string_view scope) override;

    service::Page list(service::Table table, std::string_view scope,
                       const service::PageRequest& page, const service::Filter& filter) override;
    std::vector<service::Row> scan(service::Table table, std::string_view scope) override;
    std::int64_t count(service::Table table, std::string_view scope, std::int64_t enough) override;

    std::vector<std::string> plans_of_key(std::string_view key_id) override;
    std::vector<std::string> plans_with_stage(std::string_view api_id,
                                              std::string_view stage_name) override;
    std::optional<std::string> key_of_both_plans(std::string_view plan_id,
                                                 std::string_view other_id) override;

    bool put_key_value(std::string_view key_id, std::string_view value) override;
    std::string key_value(std::string_view key_id) override;
    std::optional<std::string> key_with_value(std::string_view value) override;

    std::vector<std::string> domains_mapped_to(std::string_view api_id) override;
    std::vector<std::string> stages_with_client_certificate(std::string_view certificate_id,
                                                            std::int64_t enough) override;
    std::vector<std::string> deployed_uses_of_vpc_link(std::string_view link_id,
                                                       std::int64_t enough) override;
    void put_secret(std::string_view owner, std::string_view plain) override;
    std::optional<std::string> secret(std::string_view owner) override;
    void erase_secret(std::string_view owner) override;

    std::string put_blob(std::string_view bytes) override;
    std::optional<std::string> blob(std::string_view hash) override;

    std::vector<service::UsageDay> usage(std::string_view plan_id,
                                         const std::vector<std::string>& key_ids,
                                         service::CalendarDay first,
                                         service::CalendarDay last) override;
    void add_usage(const std::vector<service::UsageCount>& counts) override;
    std::vector<service::UsageExtension> usage_extensions(std::string_view plan_id,
                                                          const std::vector<std::string>& key_ids,
                                                          service::CalendarDay first) override;
    void put_usage_extension(std::string_view plan_id,
                             const service::UsageExtension& extension) override;
    void erase_usage_before(service::CalendarDay first) override;

    void emit(const service::Effect& effect) override;

private:
    Rows read(const std::string& sql, const std::vector<std::string>& parameters);
    /// Requires: Statements::Any.
    Rows write(const std::string& sql, const std::vector<std::string>& parameters);
    bool update_or_clash(const std::string& sql, const std::vector<std::string>& parameters);

    Session& session_;
    const ValueKeys& keys_;
    const Milliseconds lock_wait_max_;
    const Statements statements_;
    bool has_read_ = false;
    std::set<std::pair<service::Effect::Kind, std::string>> emitted_;
};

/// The document of a column; Internal if the database was changed by other hands.
json::Value read_document(const std::string& text);

/// The name of a kind in the outbox, and back.
std::string_view outbox_kind(service::Effect::Kind kind);
service::Effect::Kind effect_kind(std::string_view name);

}  // namespace turnpike::store
