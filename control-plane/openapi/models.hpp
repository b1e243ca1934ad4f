#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/openapi/budget.hpp"
#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/documentation.hpp"
#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/reference.hpp"

namespace turnpike::openapi {

/// The models of an API: one for each schema that the document names, and one, with a generated
/// name, for each other schema that a method uses or a reference leads to. Thread: one.
class Models {
public:
    struct Options {
        bool is_3_1 = false;
        /// The URL of a model is this and its name.
        std::string url_prefix;
    };
    Models(Options options, References& references, Documentation& documentation,
           Diagnostics& diagnostics, Budget& budget)
        : options_(std::move(options)),
          references_(references),
          documentation_(documentation),
          diagnostics_(diagnostics),
          budget_(budget) {}

    /// Gives names to the schemas of `definitions`, once, before anything else is asked.
    void declare(const Node& definitions);

    /// The name of the model for a schema in place: of the one that it refers to, or a generated
    /// one. Returns: nothing if it refers to nothing.
    std::optional<std::string> name_for(const Node& schema);
    /// All models, the declared ones first, each {name, contentType, schema, description}; all are
    /// documented.
    std::vector<json::Value> take(const Node& definitions);

private:
    std::string unique_name(const std::string& wanted, const Node& where);
    /// "MODEL" and digits that depend on the text alone; longer ones should the name be taken.
    std::string generated_name(std::string_view text);
    std::string url_of(const Node& schema);
    /// `where` is the schema, in place or at the end of a reference.
    std::string name_of(const Node& where);
    void add(const Node& schema, const std::string& name, std::vector<json::Value>& models);

    struct Referred {
        const json::Value* schema;
        std::string_view reference;
        std::string name;
    };

    Options options_;
    References& references_;
    Documentation& documentation_;
    Diagnostics& diagnostics_;
    Budget& budget_;
    std::unordered_set<std::string, StringHash, std::equal_to<>> names_;
    std::unordered_map<const json::Value*, std::string> by_schema_;
    std::unordered_map<std::string, std::string> generated_by_hash_;
    std::vector<json::Value> generated_;
    /// Schemas without a name that references lead to; grows while others are written.
    std::vector<Referred> referred_;
};

}  // namespace turnpike::openapi
