#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/redis/loop.hpp"
#include "common/redis/name_lookup.hpp"
#include "common/redis/secure_stream.hpp"
#include "common/redis/url.hpp"

namespace turnpike::redis {

/// What connections of one client are made with. Lifetime: outlives them.
struct Surroundings {
    Loop& loop;
    NameLookup& names;
    const TrustedAuthorities* trusted;  ///< Null: no address is of TLS.
};

/// Bytes to and from one server: TCP, Unix socket, or TLS with verification of its certificate.
/// Thread: the loop's. Its owner is called from the loop only, never from within a call.
class Transport {
public:
    /// May destroy the transport from there.
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void on_connected() = 0;
        virtual void on_not_connected(const std::string& problem) = 0;
        /// There may be something to read, or the end.
        virtual void on_readable() = 0;
        /// There is room again for what write() did not take.
        virtual void on_writable() = 0;
    };

    Transport(const Surroundings& surroundings, Address address, Owner& owner);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    const Address& address() const { return address_; }
    /// Looks the name up, connects and shakes hands.
    void connect();
    /// Returns: how many bytes came, 0 if there are none now; nothing if there will be no more, and
    /// problem() tells why.
    std::optional<std::size_t> read(char* into, std::size_t size);
    /// To be read at once: the loop will not tell of it.
    bool has_more() const { return secure_ && secure_->has_more(); }
    /// Returns: how many were taken; the others are to be first in the next call. A failure is told
    /// by on_readable() and read().
    std::size_t write(std::string_view from);
    void close();
    const std::string& problem() const { return problem_; }

private:
    enum class State : std::uint8_t { Idle, Connecting, ShakingHands, Connected };
    void connect_to(std::vector<SocketAddress> addresses);
    bool try_next();
    void not_connected();
    void on_event(bool readable, bool writable);
    void connected_or_next();
    void shake_hands();
    void drop_socket();
    std::size_t write_failed(const std::string& reason);

    const Surroundings surroundings_;
    const Address address_;
    Owner& owner_;
    State state_ = State::Idle;
    std::vector<SocketAddress> addresses_;  // still to be tried, last first
    int descriptor_ = -1;
    std::unique_ptr<Loop::Watch> watch_;
    bool asks_for_room_ = false;
    std::optional<SecureStream> secure_;
    std::string problem_;
    std::shared_ptr<char> alive_ = std::make_shared<char>();  // for what comes late
};

}  // namespace turnpike::redis
