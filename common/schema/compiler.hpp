#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/result.hpp"
#include "common/schema/documents.hpp"
#include "common/schema/program.hpp"

namespace turnpike::schema {

/// One compilation. Schemas become nodes when they are first needed and are filled later, from a
/// list of what waits: neither deep nor recursive schemas need a deep stack. Thread: one.
class Compiler {
public:
    explicit Compiler(const Resolver& resolver);
    Result<std::shared_ptr<const Program>> run(std::string_view text, std::string_view uri);

private:
    struct Rule;
    static std::span<const Rule> rules();

    // compile.cpp: nodes
    std::uint32_t node_of(Place place);
    std::uint32_t node_below(const Place& value, std::string_view name,
                             const dynamic::Value& schema);
    std::uint32_t never(std::string_view reference);
    std::uint32_t new_node();
    void fill(std::uint32_t node, const Place& place);
    void fail(const Place& place, std::string_view reason);
    const dynamic::Value* sibling(std::string_view keyword) const;
    Check& add_check(Keyword keyword, Types applies);
    std::optional<std::uint32_t> add_pattern(const Place& place, std::string_view expression);

    // compile_keywords.cpp: what a keyword's value adds to the node that is being filled
    void add_count(const Place& value, Keyword keyword, Types applies);
    void add_bound(const Place& value, Keyword keyword, std::string_view exclusive);
    void add_schemas(const Place& value, Keyword keyword);
    std::optional<Range> add_names(const Place& value);
    Rest rest_of(const Place& value);
    void additional_items(const Place& value);
    void additional_properties(const Place& value);
    void all_of(const Place& value) { add_schemas(value, Keyword::AllOf); }
    void any_of(const Place& value) { add_schemas(value, Keyword::AnyOf); }
    void dependencies(const Place& value);
    void enumeration(const Place& value);
    void items(const Place& value);
    void max_items(const Place& value) { add_count(value, Keyword::MaxItems, types::kArray); }
    void max_length(const Place& value) { add_count(value, Keyword::MaxLength, types::kString); }
    void max_properties(const Place& value) {
        add_count(value, Keyword::MaxProperties, types::kObject);
    }
    void maximum(const Place& value) { add_bound(value, Keyword::Maximum, "exclusiveMaximum"); }
    void min_items(const Place& value) { add_count(value, Keyword::MinItems, types::kArray); }
    void min_length(const Place& value) { add_count(value, Keyword::MinLength, types::kString); }
    void min_properties(const Place& value) {
        add_count(value, Keyword::MinProperties, types::kObject);
    }
    void minimum(const Place& value) { add_bound(value, Keyword::Minimum, "exclusiveMinimum"); }
    void multiple_of(const Place& value);
    void negation(const Place& value);
    void one_of(const Place& value) { add_schemas(value, Keyword::OneOf); }
    void pattern(const Place& value);
    void pattern_properties(const Place& value);
    void properties(const Place& value);
    void required(const Place& value);
    void type(const Place& value);
    void unique_items(const Place& value);
    ObjectRules& object_rules();
    ArrayRules& array_rules();

    std::shared_ptr<Program> program_;
    Documents documents_;
    std::optional<Error> error_;
    struct Waiting {
        std::uint32_t node;
        Place place;
    };
    std::vector<Waiting> waiting_;
    std::unordered_map<const dynamic::Map*, std::uint32_t> nodes_;
    std::unordered_map<std::string_view, std::uint32_t> patterns_;
    std::size_t pattern_bytes_ = 0;         ///< that they may take
    Node filled_;                           ///< The node that is being filled,
    std::vector<Check> checks_;             ///< its checks
    const dynamic::Map* schema_ = nullptr;  ///< and its schema.
};

}  // namespace turnpike::schema
