#include "common/redis/request.hpp"

#include "common/base/text.hpp"
#include "common/redis/codec.hpp"
#include "common/redis/command_key.hpp"
#include "common/redis/slot.hpp"

namespace turnpike::redis {

Result<Request> make_request(Command command, bool is_for_cluster) {
    Request request;
    if (is_for_cluster) {
        if (const auto position = key_position(command)) {
            request.slot = slot_of(command[*position]);
        }
        if (command.size() > 1 && equals_ignoring_case(command.front(), "SCAN")) {
            request.slot.reset();
            request.scan = ScanCursor::parse(command[1]);
            if (!request.scan) return invalid("not a cursor that SCAN gave");
            command[1] = request.scan->at;
        }
    }
    request.bytes = format(command);
    return request;
}

}  // namespace turnpike::redis
