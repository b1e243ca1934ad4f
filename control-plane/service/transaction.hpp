#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/service/usage_record.hpp"

namespace turnpike::service {

/// The stored resources. Each is a table of its own with a JSON document per row, in the shape that
/// the contract's Get operation answers, and generated columns for what must be unique or searched
/// (migrations/). The scope is the parent's id; tables without a parent use "".
enum class Table : std::uint8_t {
    Accounts,     ///< scope "", id "account"
    RestApis,     ///< scope "", id = api id. Taken from list pages oldest first
    Resources,    ///< scope = api id, id = resource id; listed by path
    Methods,      ///< scope = api id, id = "<resource id>/<HTTP method>"; whole Method with
                  ///< methodIntegration and methodResponses
    Models,       ///< scope = api id, id = model name
    Deployments,  ///< scope = api id, id = deployment id; not shown: "snapshot", the blob hash,
                  ///< and "vpcLinks", see vpc_link.hpp
    Stages,       ///< scope = api id, id = stage name
    ApiKeys,      ///< scope "", id = key id; the value is a secret, see ApiKeySecret; newest first
    UsagePlans,   ///< scope "", id = plan id
    UsagePlanKeys,          ///< scope = plan id, id = key id; newest first
    Authorizers,            ///< scope = api id, id = authorizer id
    RequestValidators,      ///< scope = api id, id = validator id
    GatewayResponses,       ///< scope = api id, id = response type; only those that were customised
    DocumentationParts,     ///< scope = api id, id = part id; one per location
    DocumentationVersions,  ///< scope = api id, id = version; "parts" (not shown) are its frozen
                            ///< parts
    ClientCertificates,     ///< scope "", id = certificate id; the private key is a secret
    VpcLinks,               ///< scope "", id = link id
    DomainNames,  ///< scope "", id = domain name, "name+id" for private ones; a private key given
                  ///< inline is a secret
    BasePathMappings,              ///< scope = id of the domain name, id = base path or "(none)"
    DomainNameAccessAssociations,  ///< scope "", id = association id
    AuditEntries,  ///< scope "", id = a random one; newest first; "time" in seconds since 1970
};

struct Key {
    std::string scope;
    std::string id;
};

struct Row {
    Key key;
    json::Value document;
};

/// A page request as the v1 contract has it; `limit` is clamped to 1..500, default 25.
struct PageRequest {
    std::int64_t limit = 25;
    std::string position;  ///< Opaque, from the previous page; empty: from the start.
};

struct Page {
    std::vector<json::Value> items;
    std::optional<std::string> position;  ///< Set if there is more.
};

/// Restricts a list. Members that are not set do not restrict.
struct Filter {
    std::optional<std::string> name_prefix;  ///< case-sensitive prefix of "name"
    std::optional<std::string> member;       ///< with `equals`: top-level string member to compare
    std::optional<std::string> equals;
    /// The document has these members, objects among them with at least these in turn.
    std::optional<json::Value> contains = std::nullopt;
};

/// What workers must learn of. Written to the outbox in the same transaction; the publisher reads
/// the current state of the named thing when it publishes, so the order of effects does not matter.
struct Effect {
    enum class Kind : std::uint8_t { Stage, UsagePlan, ApiKey };
    Kind kind;
    std::string id;  ///< "<api id>/<stage name>", plan id, or key id
};

/// What an operation does to the stored resources.
enum class Access : std::uint8_t {
    Write,
    Read,     ///< Sees one moment, writes nothing.
    ReadRow,  ///< As Read, for what mostly takes one statement: quicker then, slower otherwise.
};

/// One database transaction; commits when the operation's function returns a value, rolls back when
/// it returns an Error. Every method may throw StoreUnavailable (database away), which rises to the
/// one handler at the API edge. Thread: the one that runs the operation.
class Transaction {
public:
    virtual ~Transaction() = default;

    /// Serialises writers: waits until no other transaction holds the same (table, id) lock.
    /// Every operation that writes below a REST API calls lock(Table::RestApis, api_id) first.
    virtual void lock(Table table, std::string_view id) = 0;

    virtual std::optional<json::Value> find(Table table, const Key& key) = 0;
    virtual bool exists(Table table, const Key& key) = 0;
    /// False if the key or a unique column (path part of a parent, ...) is taken; nothing changes
    /// then and the transaction stays usable.
    virtual bool insert(Table table, const Key& key, const json::Value& document) = 0;
    /// False if there is no such row, or a unique column clashes.
    virtual bool update(Table table, const Key& key, const json::Value& document) = 0;
    virtual bool erase(Table table, const Key& key) = 0;
    /// Removes every row of the scope. Returns: how many.
    virtual std::size_t erase_scope(Table table, std::string_view scope) = 0;
    /// Removes the rows of scope "" whose document's "time" is before. Returns: how many.
    virtual std::size_t erase_before(Table table, std::int64_t time) = 0;

    /// Documentation versions are listed without their "parts".
    virtual Page list(Table table, std::string_view scope, const PageRequest& page,
                      const Filter& filter = {}) = 0;
    /// Every row of the scope in list order. Requires: a scope that is bounded by a quota.
    virtual std::vector<Row> scan(Table table, std::string_view scope) = 0;
    /// How many rows the scope has, but never more than `enough`: for quotas, which need not know
    /// more. Time: linear in the answer.
    virtual std::int64_t count(Table table, std::string_view scope, std::int64_t enough) = 0;

    /// Reverse look-ups that cross scopes.
    virtual std::vector<std::string> plans_of_key(std::string_view key_id) = 0;
    virtual std::vector<std::string> plans_with_stage(std::string_view api_id,
                                                      std::string_view stage_name) = 0;
    /// Any API key that is in both plans.
    virtual std::optional<std::string> key_of_both_plans(std::string_view plan_id,
                                                         std::string_view other_id) = 0;

    /// The domain names with a base path mapping to the API, each once, in their order.
    virtual std::vector<std::string> domains_mapped_to(std::string_view api_id) = 0;

    /// The stages that name the certificate, "<api id>/<stage name>" each, but never more than
    /// `enough`.
    virtual std::vector<std::string> stages_with_client_certificate(std::string_view certificate_id,
                                                                    std::int64_t enough) = 0;
    /// The methods with the VPC link in what stages and their canaries run,
    /// "<api id>:<HTTP method>:<resource id>:<stage name>" each, but never more than `enough`.
    /// Time: linear in the deployments with the link.
    virtual std::vector<std::string> deployed_uses_of_vpc_link(std::string_view link_id,
                                                               std::int64_t enough) = 0;

    /// API key values: encrypted at rest, found by HMAC. put returns false if another key has it.
    virtual bool put_key_value(std::string_view key_id, std::string_view value) = 0;
    virtual std::string key_value(std::string_view key_id) = 0;
    virtual std::optional<std::string> key_with_value(std::string_view value) = 0;

    /// A secret that is encrypted at rest, by the name of what it belongs to
    /// ("client-certificate/a1b2c3"). Whoever erases the owner erases the secret.
    virtual void put_secret(std::string_view owner, std::string_view plain) = 0;
    virtual std::optional<std::string> secret(std::string_view owner) = 0;
    virtual void erase_secret(std::string_view owner) = 0;

    /// Content-addressed, immutable. Returns: the SHA-256 of `bytes` in hexadecimal.
    virtual std::string put_blob(std::string_view bytes) = 0;
    virtual std::optional<std::string> blob(std::string_view hash) = 0;

    /// What was counted of the keys from `first` to `last`, by key and day.
    virtual std::vector<UsageDay> usage(std::string_view plan_id,
                                        const std::vector<std::string>& key_ids, CalendarDay first,
                                        CalendarDay last) = 0;
    /// Adds requests to what was counted; those of a plan or key that is gone are left out.
    /// Requires: each plan, key and day at most once.
    virtual void add_usage(const std::vector<UsageCount>& counts) = 0;
    /// Of windows that start on `first` or later.
    virtual std::vector<UsageExtension> usage_extensions(std::string_view plan_id,
                                                         const std::vector<std::string>& key_ids,
                                                         CalendarDay first) = 0;
    /// Replaces the one of the same key and window.
    virtual void put_usage_extension(std::string_view plan_id, const UsageExtension& extension) = 0;
    /// Removes what was counted on days before `first`, and extensions of windows that started
    /// before it; what others are removing at the same time may be left to them.
    virtual void erase_usage_before(CalendarDay first) = 0;

    virtual void emit(const Effect& effect) = 0;
};

}  // namespace turnpike::service
