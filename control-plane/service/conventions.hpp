#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/operation.hpp"

/// What all v1 operations share: pages, ARNs, tags, the text for an unknown API.
/// Source: the contract's wire rules (docs/compatibility.md).
namespace turnpike::service {

/// "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5" for path "/restapis/a1b2c3d4e5".
std::string management_arn(const Installation& installation, std::string_view path);

/// From the `limit` and `position` members; a limit outside 1..500 is clamped, not refused.
PageRequest page_request(const Call& call);
/// {"items": [...]} and "position" if there is more.
json::Value page_answer(Page page);

/// {"ids": [...]} of what an import made, and "warnings" if there are any. Errors: Invalid with all
/// warnings if the call has `failOnWarnings` and there are any.
Result<json::Value> import_answer(const Call& call, json::Array ids,
                                  const std::vector<std::string>& warnings);

Error api_not_found(const Call& call, std::string_view api_id);
/// The RestApi document that `restApiId` names. Errors: NotFound with the text of API-scoped
/// collections.
Result<json::Value> find_rest_api(Transaction& transaction, const Call& call);
/// The page asked for of what that API has. Whether there is such an API is looked up only if it
/// has nothing. Errors: as find_rest_api.
Result<Page> list_of_rest_api(Transaction& transaction, const Call& call, Table table,
                              const Filter& filter = {});

/// An id that nothing in this table has of that API: six random characters, which tens of thousands
/// of documentation parts do draw twice. Requires: the API's lock.
std::string new_part_id(Transaction& transaction, Table table, const std::string& api_id);

/// The account's rate as the contract shows one: -1 for none, since JSON has no infinite numbers.
double shown_account_rate(const Installation& installation);

/// The creation date of a document that is made by this call: whole seconds since 1970.
json::Value created_date(const Call& call);

// Tags are the member "tags" of the document that they describe, so that a list needs no second
// read.

/// At most 50, keys of 1..128 and values of 0..256 allowed characters, no key in "aws:".
/// Errors: Invalid.
Result<void> check_tags(const json::Object& tags);
/// A single answer: `tags` is always there.
json::Value with_tags(json::Value document);
/// An item of a list: `tags` only if there are any.
json::Value without_empty_tags(json::Value document);

/// Characters of UTF-8 text; the lengths of the contract are in these, not in bytes.
std::size_t character_count(std::string_view text);
/// ASCII letters and digits and the characters of `others`, at least one.
bool is_word(std::string_view text, std::string_view others);

/// Bounds what a sequence of patches can pile up in one document. Errors: Invalid.
Result<void> check_document_size(const json::Value& document, std::size_t bytes_max);

/// Copies the members that `input` has, under the same names.
void copy_members(const json::Value& input, std::initializer_list<std::string_view> names,
                  json::Value& document);

}  // namespace turnpike::service
