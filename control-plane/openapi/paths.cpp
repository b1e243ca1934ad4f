#include "control-plane/openapi/paths.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "common/base/text.hpp"
#include "control-plane/openapi/limits.hpp"
#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::string_view kAnyMethod = "x-amazon-apigateway-any-method";
constexpr std::array<std::string_view, 7> kVerbs{"get",   "put",     "post", "delete",
                                                 "patch", "options", "head"};

bool is_word(std::string_view text, std::string_view others) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [others](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

/// Literal characters of a resource's path part, or a variable. Source: the contract's PathPart.
bool is_path_part(std::string_view segment) {
    if (segment.size() > kPathPartBytesMax) return false;
    if (segment.size() <= 2 || segment.front() != '{' || segment.back() != '}') {
        return is_word(segment, "._-:,$%+~@!");
    }
    segment.remove_prefix(1);
    segment.remove_suffix(segment.ends_with("+}") ? 2 : 1);
    return is_word(segment, "._-:");
}

/// What a path item has besides operations.
bool is_of_item(std::string_view member) {
    return member == "parameters" || member == "summary" || member == "description" ||
           member == "servers" || member == "$ref" || member.starts_with("x-");
}

/// "GET" for "get", "ANY" for the extension; empty for what is no operation.
std::string method_of(std::string_view member) {
    if (member == kAnyMethod) return "ANY";
    const bool is_verb = std::find(kVerbs.begin(), kVerbs.end(), member) != kVerbs.end();
    return is_verb ? to_upper(member) : "";
}

class PathsReader {
public:
    PathsReader(const std::string& base_path, const OperationContext& context)
        : base_path_(base_path), context_(context) {}

    Result<void> read(const Node& paths) {
        for (const auto& member : paths.members()) {
            if (member.first.starts_with("x-")) continue;
            const Node given = paths.member(member);
            if (!member.first.starts_with('/')) {
                context_.diagnostics.warn(
                    given,
                    "The path '" + member.first + "' is ignored: it does not begin with a slash");
                continue;
            }
            const std::string path = full_path(member.first);
            segments_ += static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
            if (definitions_.size() >= kPathsMax || segments_ > kSegmentsMax ||
                !context_.budget.spend(sizeof(PathDefinition) + 3 * path.size())) {
                return unusable("there are too many paths");
            }
            read_item(given, definition_of(path, given));
            if (context_.budget.is_spent()) return unusable("what it describes is too large");
        }
        return {};
    }

    std::vector<PathDefinition> take() { return std::move(definitions_); }

private:
    /// Without a slash at the end.
    std::string full_path(std::string_view path) const {
        while (path.ends_with('/')) path.remove_suffix(1);
        std::string full = base_path_ + std::string(path);
        return full.empty() ? "/" : full;
    }

    PathDefinition& definition_of(const std::string& path, const Node& given) {
        const auto [found, is_new] = by_path_.emplace(path, definitions_.size());
        if (!is_new) return definitions_[found->second];
        PathDefinition& definition = definitions_.emplace_back();
        definition.path = path;
        definition.place = steps_of(given);
        const auto segments = split(std::string_view(path).substr(1), '/');
        const auto odd = std::find_if_not(segments.begin(), segments.end(), is_path_part);
        definition.is_supported = path == "/" || odd == segments.end();
        if (!definition.is_supported) {
            context_.diagnostics.warn(given,
                                      "The path '" + path + "' is ignored: '" + std::string(*odd) +
                                          "' is neither plain text nor one variable in braces");
        }
        return definition;
    }

    void read_item(const Node& given, PathDefinition& definition) {
        const Node item = context_.references.resolved(given);
        read_operations(item, definition);
        // What stands beside a reference counts as well.
        if (item && item.value != given.value) read_operations(given, definition);
    }

    void read_operations(const Node& item, PathDefinition& definition) {
        const Node parameters = item.member("parameters");
        for (const auto& member : item.members()) {
            const Node operation = item.member(member);
            const std::string verb = method_of(member.first);
            if (member.first == "trace") {
                context_.diagnostics.warn(operation, "The method TRACE is ignored");
            } else if (!verb.empty()) {
                read_method(operation, {definition.path, verb, parameters}, definition);
            } else if (!is_of_item(member.first)) {
                context_.diagnostics.warn(operation,
                                          "'" + member.first + "' is no method and is ignored");
            }
        }
        describe_path_parameters(parameters, definition.path, context_);
        context_.documentation.describe(item, {.type = "RESOURCE", .path = definition.path});
    }

    void read_method(const Node& operation, const OperationPlace& place,
                     PathDefinition& definition) {
        if (!operation.is_object()) {
            context_.diagnostics.warn(operation, "An operation that is no object is ignored");
            return;
        }
        const bool is_known = std::any_of(
            definition.methods.begin(), definition.methods.end(),
            [&](const MethodDefinition& known) { return known.http_method == place.verb; });
        if (is_known) {
            context_.diagnostics.warn(operation, "The method is ignored: the path has one already");
            return;
        }
        definition.methods.push_back(read_operation(operation, place, context_));
    }

    const std::string& base_path_;
    const OperationContext& context_;
    std::vector<PathDefinition> definitions_;
    std::unordered_map<std::string, std::size_t> by_path_;
    std::size_t segments_ = 0;
};

}  // namespace

Result<std::vector<PathDefinition>> read_paths(const Node& paths, const std::string& base_path,
                                               const OperationContext& context) {
    PathsReader reader(base_path, context);
    if (auto read = reader.read(paths); !read) return read.error();
    return reader.take();
}

}  // namespace turnpike::openapi
