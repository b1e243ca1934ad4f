#include "control-plane/store/storable.hpp"

#include <algorithm>
#include <cstdint>

namespace turnpike::store {
namespace {

/// The length of the sequence that starts with `lead`; 0 if none does.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    return 0;
}

/// Overlong forms, surrogates and what is above U+10FFFF show in the second byte.
bool is_second_byte(unsigned char lead, unsigned char second) {
    if (lead == 0xe0) return second >= 0xa0 && second <= 0xbf;
    if (lead == 0xed) return second >= 0x80 && second <= 0x9f;
    if (lead == 0xf0) return second >= 0x90 && second <= 0xbf;
    if (lead == 0xf4) return second >= 0x80 && second <= 0x8f;
    return second >= 0x80 && second <= 0xbf;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

}  // namespace

bool is_storable(std::string_view text) {
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text[0]);
        const std::size_t length = sequence_length(lead);
        if (lead == 0 || length == 0 || length > text.size()) return false;
        if (length > 1 && !is_second_byte(lead, static_cast<unsigned char>(text[1]))) return false;
        for (std::size_t i = 2; i < length; ++i) {
            if (!is_continuation(text[i])) return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

bool is_storable_value(const json::Value& value) {
    if (value.is_string()) return is_storable(value.as_string());
    if (value.is_array()) {
        const json::Array& elements = value.as_array();
        return std::all_of(elements.begin(), elements.end(),
                           [](const json::Value& element) { return is_storable_value(element); });
    }
    if (!value.is_object()) return true;
    const json::Object& members = value.as_object();
    return std::all_of(members.begin(), members.end(), [](const json::Object::Member& member) {
        return is_storable(member.first) && is_storable_value(member.second);
    });
}

}  // namespace turnpike::store
