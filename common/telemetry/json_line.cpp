#include "common/telemetry/json_line.hpp"

#include <algorithm>
#include <string>

#include "common/base/assert.hpp"

namespace turnpike::telemetry {

const JsonLine::Keys& JsonLine::keys() {
    static const Keys made = [] {
        Keys keys;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string key = ",\"" + std::string(to_text(kJsonLineVariables[i])) + "\":";
            TURNPIKE_ASSERT(key.size() <= keys[i].text.size());
            std::copy(key.begin(), key.end(), keys[i].text.begin());
            keys[i].size = key.size();
        }
        return keys;
    }();
    return made;
}

}  // namespace turnpike::telemetry
