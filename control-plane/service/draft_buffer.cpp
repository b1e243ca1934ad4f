#include "control-plane/service/draft_buffer.hpp"

#include <algorithm>

namespace turnpike::service {

DraftBuffer::DraftBuffer(Transaction& below, std::string api_id)
    : below_(below), api_id_(std::move(api_id)) {}

bool DraftBuffer::is_held(Table table, std::string_view scope) const {
    if (scope != api_id_) return false;
    switch (table) {
        case Table::Resources:
        case Table::Methods:
        case Table::Models:
        case Table::Authorizers:
        case Table::RequestValidators:
        case Table::GatewayResponses:
        case Table::DocumentationParts:
            return true;
        default:
            return false;
    }
}

DraftBuffer::Rows& DraftBuffer::rows(Table table) {
    const auto [place, is_new] = tables_.try_emplace(table);
    if (is_new) {
        for (Row& row : below_.scan(table, api_id_)) {
            place->second.there.emplace(row.key.id,
                                        Held{std::move(row.document), ++sequence_, true, false});
        }
    }
    return place->second;
}

DraftBuffer::Held* DraftBuffer::look_up(Table table, const std::string& id) {
    auto& there = rows(table).there;
    const auto found = there.find(id);
    return found == there.end() ? nullptr : &found->second;
}

Result<void> DraftBuffer::flush() {
    // What goes makes room for what comes: path parts and locations are unique.
    for (auto& [table, held] : tables_) {
        for (const std::string& id : held.erased) below_.erase(table, {api_id_, id});
    }
    for (auto& [table, held] : tables_) {
        std::vector<std::pair<const std::string*, const Held*>> changed;
        for (const auto& [id, row] : held.there) {
            if (row.is_changed) changed.emplace_back(&id, &row);
        }
        std::ranges::sort(changed, {}, [](const auto& entry) { return entry.second->sequence; });
        for (const auto& [id, row] : changed) {
            const Key key{api_id_, *id};
            const bool is_taken = row->is_stored ? below_.update(table, key, row->document)
                                                 : below_.insert(table, key, row->document);
            if (!is_taken) {
                return internal_error("not taken from a draft: " + api_id_ + " " + *id +
                                      ", table " + std::to_string(static_cast<int>(table)));
            }
        }
    }
    tables_.clear();
    return {};
}

void DraftBuffer::lock(Table table, std::string_view id) {
    if (table == Table::RestApis && id == api_id_) return;  // held already
    below_.lock(table, id);
}

std::optional<json::Value> DraftBuffer::find(Table table, const Key& key) {
    if (!is_held(table, key.scope)) return below_.find(table, key);
    const Held* const row = look_up(table, key.id);
    if (row == nullptr) return std::nullopt;
    return row->document;
}

bool DraftBuffer::exists(Table table, const Key& key) {
    return is_held(table, key.scope) ? look_up(table, key.id) != nullptr
                                     : below_.exists(table, key);
}

bool DraftBuffer::insert(Table table, const Key& key, const json::Value& document) {
    if (!is_held(table, key.scope)) return below_.insert(table, key, document);
    return rows(table).there.try_emplace(key.id, Held{document, ++sequence_, false, true}).second;
}

bool DraftBuffer::update(Table table, const Key& key, const json::Value& document) {
    if (!is_held(table, key.scope)) return below_.update(table, key, document);
    Held* const row = look_up(table, key.id);
    if (row == nullptr) return false;
    row->is_changed = row->is_changed || !(row->document == document);
    row->document = document;
    return true;
}

bool DraftBuffer::erase(Table table, const Key& key) {
    if (!is_held(table, key.scope)) return below_.erase(table, key);
    Rows& held = rows(table);
    const auto found = held.there.find(key.id);
    if (found == held.there.end()) return false;
    if (found->second.is_stored) held.erased.push_back(key.id);
    held.there.erase(found);
    return true;
}

std::size_t DraftBuffer::erase_scope(Table table, std::string_view scope) {
    if (!is_held(table, scope)) return below_.erase_scope(table, scope);
    Rows& held = rows(table);
    for (const auto& [id, row] : held.there) {
        if (row.is_stored) held.erased.push_back(id);
    }
    const std::size_t count = held.there.size();
    held.there.clear();
    return count;
}

std::size_t DraftBuffer::erase_before(Table table, std::int64_t time) {
    return below_.erase_before(table, time);
}

Page DraftBuffer::list(Table table, std::string_view scope, const PageRequest& page,
                       const Filter& filter) {
    if (!is_held(table, scope)) return below_.list(table, scope, page, filter);
    Page all;
    for (Row& row : scan(table, scope)) all.items.push_back(std::move(row.document));
    return all;
}

std::vector<Row> DraftBuffer::scan(Table table, std::string_view scope) {
    if (!is_held(table, scope)) return below_.scan(table, scope);
    std::vector<std::pair<std::uint64_t, Row>> ordered;
    for (const auto& [id, row] : rows(table).there) {
        ordered.push_back({row.sequence, {{api_id_, id}, row.document}});
    }
    if (table == Table::Resources) {
        std::ranges::sort(ordered, {}, [](const auto& entry) {
            return std::pair(entry.second.document.text("path"),
                             std::string_view(entry.second.key.id));
        });
    } else {
        std::ranges::sort(ordered, {}, [](const auto& entry) { return entry.first; });
    }
    std::vector<Row> result;
    result.reserve(ordered.size());
    for (auto& entry : ordered) result.push_back(std::move(entry.second));
    return result;
}

std::int64_t DraftBuffer::count(Table table, std::string_view scope, std::int64_t enough) {
    if (!is_held(table, scope)) return below_.count(table, scope, enough);
    return std::min(static_cast<std::int64_t>(rows(table).there.size()), enough);
}

std::vector<std::string> DraftBuffer::plans_of_key(std::string_view key_id) {
    return below_.plans_of_key(key_id);
}
std::vector<std::string> DraftBuffer::plans_with_stage(std::string_view api_id,
                                                       std::string_view stage_name) {
    return below_.plans_with_stage(api_id, stage_name);
}
std::optional<std::string> DraftBuffer::key_of_both_plans(std::string_view plan_id,
                                                          std::string_view other_id) {
    return below_.key_of_both_plans(plan_id, other_id);
}
std::vector<std::string> DraftBuffer::domains_mapped_to(std::string_view api_id) {
    return below_.domains_mapped_to(api_id);
}
std::vector<std::string> DraftBuffer::stages_with_client_certificate(
    std::string_view certificate_id, std::int64_t enough) {
    return below_.stages_with_client_certificate(certificate_id, enough);
}
std::vector<std::string> DraftBuffer::deployed_uses_of_vpc_link(std::string_view link_id,
                                                                std::int64_t enough) {
    return below_.deployed_uses_of_vpc_link(link_id, enough);
}
bool DraftBuffer::put_key_value(std::string_view key_id, std::string_view value) {
    return below_.put_key_value(key_id, value);
}
std::string DraftBuffer::key_value(std::string_view key_id) { return below_.key_value(key_id); }
std::optional<std::string> DraftBuffer::key_with_value(std::string_view value) {
    return below_.key_with_value(value);
}
void DraftBuffer::put_secret(std::string_view owner, std::string_view plain) {
    below_.put_secret(owner, plain);
}
std::optional<std::string> DraftBuffer::secret(std::string_view owner) {
    return below_.secret(owner);
}
void DraftBuffer::erase_secret(std::string_view owner) { below_.erase_secret(owner); }
std::string DraftBuffer::put_blob(std::string_view bytes) { return below_.put_blob(bytes); }
std::optional<std::string> DraftBuffer::blob(std::string_view hash) { return below_.blob(hash); }
std::vector<UsageDay> DraftBuffer::usage(std::string_view plan_id,
                                         const std::vector<std::string>& key_ids, CalendarDay first,
                                         CalendarDay last) {
    return below_.usage(plan_id, key_ids, first, last);
}
void DraftBuffer::add_usage(const std::vector<UsageCount>& counts) { below_.add_usage(counts); }
std::vector<UsageExtension> DraftBuffer::usage_extensions(std::string_view plan_id,
                                                          const std::vector<std::string>& key_ids,
                                                          CalendarDay first) {
    return below_.usage_extensions(plan_id, key_ids, first);
}
void DraftBuffer::put_usage_extension(std::string_view plan_id, const UsageExtension& extension) {
    below_.put_usage_extension(plan_id, extension);
}
void DraftBuffer::erase_usage_before(CalendarDay first) { below_.erase_usage_before(first); }
void DraftBuffer::emit(const Effect& effect) { below_.emit(effect); }

}  // namespace turnpike::service
