#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json/value.hpp"

namespace turnpike::openapi {

/// What a documentation part describes, in the terms of the contract's DocumentationPartLocation.
/// Members that do not belong to the type are empty.
struct DocumentedEntity {
    std::string_view type;    ///< "METHOD"
    std::string_view path;    ///< "/pets/{id}"
    std::string_view method;  ///< "GET", "ANY"
    std::string_view status;  ///< "200"
    std::string_view name;
};

/// The documentation of one version, found by entity. Thread: any, once made.
/// Source: the contract's rules of inheritance (docs/compatibility.md).
class ExportedDocumentation {
public:
    /// `parts`: in the shape of the contract's DocumentationPart.
    explicit ExportedDocumentation(const json::Array& parts);

    /// The content that applies: of the part for this very entity, or of the most specific one that
    /// the entity inherits. Returns: an empty object if there is none.
    const json::Value& find(const DocumentedEntity& entity) const;

private:
    struct Part {
        std::string type;
        std::string path;
        std::string method;
        std::string status;
        std::string name;
        json::Value content;
    };
    static bool applies(const Part& part, const DocumentedEntity& entity);

    std::vector<Part> parts_;
};

/// Copies those members of `content` that are named and of the type that OpenAPI wants there.
void inject_known(const json::Value& content, std::initializer_list<std::string_view> names,
                  json::Object& target);
/// Copies the members "x-..." that are not ours to say.
void inject_extensions(const json::Value& content, json::Object& target);

/// x-amazon-apigateway-documentation's list: location and content, as JSON and not as text.
json::Array documentation_parts(const json::Array& parts);

}  // namespace turnpike::openapi
