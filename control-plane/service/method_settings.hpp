#pragma once

#include <string_view>

#include "control-plane/service/patch.hpp"

namespace turnpike::service {

/// The entry of a stage's methodSettings that a path "/{resource}/{METHOD}/{group}/{setting}"
/// addresses, and the setting in it. The key is the path's own text, still escaped: clients look
/// for exactly what they sent.
///
/// Changes that one setting; a new entry starts from the stage's "*/*" entry or the defaults and
/// then has every member. Errors: Invalid, also for a path of another form.
Result<void> patch_method_setting(PatchTarget& target, const PatchOperation& operation);
/// Drops the entry "/{resource}/{METHOD}". Errors: Invalid if there is none.
Result<void> remove_method_settings(PatchTarget& target, const PatchOperation& operation);

/// "Invalid method setting path: ..." with the list of all paths of a stage.
Error unknown_stage_path(const PatchOperation& operation);
/// "Cannot remove method setting ...".
Error nothing_to_remove(const PatchOperation& operation);

}  // namespace turnpike::service
