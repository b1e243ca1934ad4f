#include "control-plane/service/patch.hpp"

#include <array>

#include "common/base/text.hpp"

namespace turnpike::service {

namespace {

/// Far above what a client sends; each operation may look at every entry of the document.
constexpr std::size_t kOperationsMax = 5000;
/// A longer path is none of ours, and splitting it would cost many times its size.
constexpr std::size_t kPathBytesMax = std::size_t{64} * 1024;

struct VerbName {
    std::string_view name;
    PatchVerb verb;
};
/// In the order in which refusals name them.
constexpr std::array<VerbName, 4> kVerbs{
    {{"add", kAdd}, {"remove", kRemove}, {"replace", kReplace}, {"copy", kCopy}}};

PatchVerb verb_named(std::string_view name) {
    for (const VerbName& entry : kVerbs) {
        if (entry.name == name) return entry.verb;
    }
    return kUnsupported;
}

/// RFC 6901 section 4.
std::string unescaped(std::string_view segment) {
    std::string text;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const char next = i + 1 < segment.size() ? segment[i + 1] : '\0';
        if (segment[i] == '~' && (next == '0' || next == '1')) {
            text += next == '0' ? '~' : '/';
            ++i;
        } else {
            text += segment[i];
        }
    }
    return text;
}

std::optional<std::string> optional_text(const json::Value& operation, std::string_view name) {
    const json::Value* member = operation.find(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return member->as_string();
}

std::vector<PatchOperation> parsed_operations(const Call& call) {
    std::vector<PatchOperation> operations;
    for (const json::Value& sent : call.input.array("patchOperations")) {
        PatchOperation operation;
        operation.op = sent.text("op");
        operation.verb = verb_named(operation.op);
        operation.path = optional_text(sent, "path");
        operation.segments = pointer_segments(sent.text("path"));
        operation.value = optional_text(sent, "value");
        operation.from = sent.text("from");
        operations.push_back(std::move(operation));
    }
    return operations;
}

bool matches(std::string_view pattern, const std::vector<std::string>& segments) {
    const std::vector<std::string_view> wanted = split(pattern.substr(1), '/');
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i >= segments.size()) return false;
        if (wanted[i] == "{...}") return true;
        if (wanted[i] != "{}" && wanted[i] != segments[i]) return false;
    }
    return wanted.size() == segments.size();
}

const PatchRule* rule_for(const PatchGrammar& grammar, const PatchOperation& operation) {
    for (const PatchRule& rule : grammar.rules) {
        if (matches(rule.path, operation.segments)) return &rule;
    }
    return nullptr;
}

std::string verb_list(std::uint8_t verbs) {
    std::vector<std::string> names;
    for (const VerbName& entry : kVerbs) {
        if ((verbs & entry.verb) != 0) names.emplace_back(entry.name);
    }
    return join(names, ", ");
}

}  // namespace

bool PatchOperation::value_flag() const { return value && equals_ignoring_case(*value, "true"); }

const PatchOperation* PatchTarget::find(PatchVerb verb, std::string_view path) const {
    const PatchOperation* found = nullptr;
    for (const PatchOperation& operation : operations) {
        if (operation.verb == verb && operation.path == path) found = &operation;
    }
    return found;
}

Result<json::Value> patched(const PatchGrammar& grammar, const json::Value& document,
                            Transaction& transaction, const Call& call) {
    if (call.input.array("patchOperations").size() > kOperationsMax) {
        return invalid("Too many patch operations specified. Must be at most " +
                       std::to_string(kOperationsMax));
    }
    json::Value changed = document;
    const std::vector<PatchOperation> operations = parsed_operations(call);
    PatchTarget target{changed, transaction, call, operations};
    for (const PatchOperation& operation : operations) {
        const PatchRule* rule = rule_for(grammar, operation);
        if (rule == nullptr || (rule->verbs & operation.verb) == 0)
            return grammar.refuse(operation, rule);
        if (auto applied = rule->apply(target, operation); !applied) return applied.error();
    }
    return changed;
}

Error refuse_plainly(const PatchOperation& operation, const PatchRule* rule) {
    if (rule == nullptr) return invalid("Invalid patch path " + operation.path.value_or("null"));
    return invalid("Invalid patch operation specified. Must be one of: [" + verb_list(rule->verbs) +
                   "]");
}

Error refuse_with_list(const PatchOperation& operation, std::string_view paths) {
    const std::string start = "Invalid patch path  '" + operation.path.value_or("null") +
                              "' specified for op '" + operation.op + "'. ";
    if (paths.empty()) return invalid(start + "Please choose supported operations");
    return invalid(start + "Must be one of: [" + std::string(paths) + "]");
}

Result<void> patch_text(PatchTarget& target, const PatchOperation& operation) {
    json::Value& parent = patch_parent(target.document, operation);
    const std::string& member = operation.segments.back();
    if (operation.verb == kRemove || operation.value_text().empty()) {
        parent.as_object().erase(member);
    } else {
        parent[member] = *operation.value;
    }
    return {};
}

Result<void> patch_flag(PatchTarget& target, const PatchOperation& operation) {
    patch_parent(target.document, operation)[operation.segments.back()] = operation.value_flag();
    return {};
}

std::vector<std::string> pointer_segments(std::string_view path) {
    std::vector<std::string> segments;
    if (path.empty() || path.front() != '/' || path.size() > kPathBytesMax) return segments;
    for (const std::string_view piece : split(path.substr(1), '/'))
        segments.push_back(unescaped(piece));
    return segments;
}

json::Value& patch_parent(json::Value& document, const PatchOperation& operation) {
    json::Value* parent = &document;
    for (std::size_t i = 0; i + 1 < operation.segments.size(); ++i) {
        json::Value& member = (*parent)[operation.segments[i]];
        if (!member.is_object()) member = json::Object{};
        parent = &member;
    }
    return *parent;
}

void drop_if_empty(json::Value& document, std::string_view member) {
    const json::Value* held = document.find(member);
    if (held != nullptr && held->is_object() && held->as_object().empty()) {
        document.as_object().erase(member);
    }
}

}  // namespace turnpike::service
