#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/operation.hpp"

/// The v1 `patchOperations` engine. Each resource describes its grammar as a table of rules; the
/// engine parses, matches and applies operations in order to a copy of the document, so a request
/// is all or nothing. Source: contract operations Update*, docs/compatibility.md.
namespace turnpike::service {

/// Bits, so that a rule can allow several.
enum PatchVerb : std::uint8_t {
    kUnsupported = 0,  ///< move, test: never allowed
    kAdd = 1,
    kReplace = 2,
    kRemove = 4,
    kCopy = 8,
};
constexpr std::uint8_t kAddRemove = kAdd | kRemove;
constexpr std::uint8_t kAddReplace = kAdd | kReplace;
constexpr std::uint8_t kAddReplaceRemove = kAdd | kReplace | kRemove;

/// One parsed operation.
struct PatchOperation {
    PatchVerb verb = kUnsupported;
    std::string op;                   ///< As sent: "replace".
    std::optional<std::string> path;  ///< As sent, still escaped.
    std::vector<std::string>
        segments;  ///< Of the path, unescaped. Empty: no path, or not a JSON pointer.
    std::optional<std::string> value;  ///< Always text in the contract.
    std::string from;

    std::string value_text() const { return value.value_or(""); }
    /// The contract's booleans: "true" in any case is true, everything else is false.
    bool value_flag() const;
};

/// What the functions of a grammar work on.
struct PatchTarget {
    json::Value& document;  ///< The copy that is being changed.
    Transaction& transaction;
    const Call& call;
    const std::vector<PatchOperation>&
        operations;  ///< All of the request, for rules that span several.

    /// The last operation with this verb and exactly this path, or null.
    const PatchOperation* find(PatchVerb verb, std::string_view path) const;
};

using PatchApply = Result<void> (*)(PatchTarget&, const PatchOperation&);

struct PatchRule {
    /// "/quota/limit"; "{}" stands for any one segment, a final "{...}" for one or more.
    std::string_view path;
    std::uint8_t verbs;
    PatchApply apply;
};

struct PatchGrammar {
    std::span<const PatchRule> rules;  ///< The first whose path matches counts.
    /// The answer to an operation that no rule allows; `rule` is the one whose path matched, or
    /// null.
    Error (*refuse)(const PatchOperation& operation, const PatchRule* rule);
};

/// Applies `call.input`'s patchOperations to a copy of `document`. An empty or absent list changes
/// nothing. Errors: Invalid from the grammar, or what a rule's function answers.
Result<json::Value> patched(const PatchGrammar& grammar, const json::Value& document,
                            Transaction& transaction, const Call& call);

// Refusals. The two spaces of the second are the service's.

/// Unknown path: "Invalid patch path /x"; no path: "... null"; known path, other verb:
/// "Invalid patch operation specified. Must be one of: [replace]".
Error refuse_plainly(const PatchOperation& operation, const PatchRule* rule);
/// "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/name, ...]"; with no
/// `paths` for that verb: "... Please choose supported operations". For use in a grammar's
/// `refuse`.
Error refuse_with_list(const PatchOperation& operation, std::string_view paths);

// Ready-made rules. The member is the path's last segment, inside the object that the segments
// before it name.

/// Text as it is; empty or absent value, or remove: the member goes away.
Result<void> patch_text(PatchTarget& target, const PatchOperation& operation);
/// A lenient boolean.
Result<void> patch_flag(PatchTarget& target, const PatchOperation& operation);

/// The segments of a JSON pointer (RFC 6901), unescaped. Empty: not a pointer, the empty pointer,
/// or one that is too long to be anyone's.
std::vector<std::string> pointer_segments(std::string_view path);
/// The object that holds the path's last segment; objects on the way are made if they are not
/// there.
json::Value& patch_parent(json::Value& document, const PatchOperation& operation);
/// Takes `member` out of `document` if it is an empty object.
void drop_if_empty(json::Value& document, std::string_view member);

}  // namespace turnpike::service
