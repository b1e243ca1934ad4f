#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "control-plane/service/transaction.hpp"

namespace turnpike::service {

/// A transaction in which the draft of one API is held in memory: an import changes hundreds of
/// methods in several steps each, and the rules of those steps are the ordinary operations'. What
/// is not below the API goes straight through. Requires: the API's lock; flush() at the end.
class DraftBuffer final : public Transaction {
public:
    DraftBuffer(Transaction& below, std::string api_id);

    /// Writes what has changed, each row once. Errors: Internal if a row was not taken.
    Result<void> flush();

    void lock(Table table, std::string_view id) override;
    std::optional<json::Value> find(Table table, const Key& key) override;
    bool exists(Table table, const Key& key) override;
    bool insert(Table table, const Key& key, const json::Value& document) override;
    bool update(Table table, const Key& key, const json::Value& document) override;
    bool erase(Table table, const Key& key) override;
    std::size_t erase_scope(Table table, std::string_view scope) override;
    std::size_t erase_before(Table table, std::int64_t time) override;
    /// Of the draft: everything on one page.
    Page list(Table table, std::string_view scope, const PageRequest& page,
              const Filter& filter) override;
    std::vector<Row> scan(Table table, std::string_view scope) override;
    std::int64_t count(Table table, std::string_view scope, std::int64_t enough) override;

    std::vector<std::string> plans_of_key(std::string_view key_id) override;
    std::vector<std::string> plans_with_stage(std::string_view api_id,
                                              std::string_view stage_name) override;
    std::optional<std::string> key_of_both_plans(std::string_view plan_id,
                                                 std::string_view other_id) override;
    std::vector<std::string> domains_mapped_to(std::string_view api_id) override;
    std::vector<std::string> stages_with_client_certificate(std::string_view certificate_id,
                                                            std::int64_t enough) override;
    std::vector<std::string> deployed_uses_of_vpc_link(std::string_view link_id,
                                                       std::int64_t enough) override;
    bool put_key_value(std::string_view key_id, std::string_view value) override;
    std::string key_value(std::string_view key_id) override;
    std::optional<std::string> key_with_value(std::string_view value) override;
    void put_secret(std::string_view owner, std::string_view plain) override;
    std::optional<std::string> secret(std::string_view owner) override;
    void erase_secret(std::string_view owner) override;
    std::string put_blob(std::string_view bytes) override;
    std::optional<std::string> blob(std::string_view hash) override;
    std::vector<UsageDay> usage(std::string_view plan_id, const std::vector<std::string>& key_ids,
                                CalendarDay first, CalendarDay last) override;
    void add_usage(const std::vector<UsageCount>& counts) override;
    std::vector<UsageExtension> usage_extensions(std::string_view plan_id,
                                                 const std::vector<std::string>& key_ids,
                                                 CalendarDay first) override;
    void put_usage_extension(std::string_view plan_id, const UsageExtension& extension) override;
    void erase_usage_before(CalendarDay first) override;
    void emit(const Effect& effect) override;

private:
    struct Held {
        json::Value document;
        std::uint64_t sequence = 0;
        bool is_stored = false;   ///< There is a row below.
        bool is_changed = false;  ///< Which says something else, or is not there yet.
    };
    struct Rows {
        std::map<std::string, Held, std::less<>> there;
        std::vector<std::string> erased;  ///< Ids of rows below. One may be there again.
    };

    bool is_held(Table table, std::string_view scope) const;
    Rows& rows(Table table);
    Held* look_up(Table table, const std::string& id);

    Transaction& below_;
    const std::string api_id_;
    std::map<Table, Rows> tables_;  // those that were asked for
    std::uint64_t sequence_ = 0;
};

}  // namespace turnpike::service
