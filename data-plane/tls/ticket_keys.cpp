#include "data-plane/tls/ticket_keys.hpp"

#include <cstring>

#include "common/crypto/digest.hpp"
#include "common/crypto/hmac.hpp"

namespace turnpike::tls {
namespace {

constexpr std::size_t kNamePrefixBytes = 8;

std::string number_bytes(std::int64_t number) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
    return bytes;
}

}  // namespace

TicketKeys::~TicketKeys() { crypto::wipe(base_key_); }

std::int64_t TicketKeys::period_of(WallTime now) { return epoch_seconds(now) / kPeriod.count(); }

TicketKeys::Set TicketKeys::for_period(std::int64_t period) const {
    const std::string number = number_bytes(period);
    std::string material =
        crypto::hkdf_sha256(base_key_, "", "tls ticket keys " + number, kNamePrefixBytes + 64);
    Set set;
    std::memcpy(set.name.data(), material.data(), kNamePrefixBytes);
    std::memcpy(set.name.data() + kNamePrefixBytes, number.data(), number.size());
    std::memcpy(set.encryption.data(), material.data() + kNamePrefixBytes, 32);
    std::memcpy(set.authentication.data(), material.data() + kNamePrefixBytes + 32, 32);
    crypto::wipe(material);
    return set;
}

std::optional<TicketKeys::Set> TicketKeys::find(const unsigned char* name, WallTime now) const {
    std::int64_t period = 0;
    for (std::size_t i = kNamePrefixBytes; i < 16; ++i) period = (period << 8) | name[i];
    const std::int64_t current = period_of(now);
    if (period < current - 1 || period > current + 1) return std::nullopt;
    Set set = for_period(period);
    if (std::memcmp(set.name.data(), name, set.name.size()) != 0) return std::nullopt;
    return set;
}

}  // namespace turnpike::tls
