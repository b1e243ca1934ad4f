#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/store/watchdog.hpp"

namespace turnpike::store {

/// An answer of the database that is not an outage: a constraint, a lock, a value that it cannot
/// keep.
class SqlError : public std::runtime_error {
public:
    SqlError(std::string state, const std::string& text)
        : std::runtime_error(text), state_(std::move(state)) {}
    /// Five characters. Source: PostgreSQL, appendix A.
    const std::string& state() const { return state_; }

private:
    std::string state_;
};

namespace sql_state {
inline constexpr std::string_view kUniqueViolation = "23505";
inline constexpr std::string_view kForeignKeyViolation = "23503";
inline constexpr std::string_view kSerializationFailure = "40001";  ///< Deadlocks too.
inline constexpr std::string_view kLockNotAvailable = "55P03";
inline constexpr std::string_view kInvalidCharacter = "22021";
inline constexpr std::string_view kUntranslatableCharacter = "22P05";
inline constexpr std::string_view kProgramLimitExceeded = "54000";
}  // namespace sql_state

/// What a statement gave. NULL is the empty text.
struct Rows {
    std::vector<std::vector<std::string>> values;
    std::size_t affected = 0;

    bool empty() const { return values.empty(); }
    /// The first column of the first row. Requires: a row.
    const std::string& value() const { return values.front().front(); }
    std::vector<std::string> first_column() const;
};

/// Bytes as a parameter or column of type bytea.
std::string to_bytea(std::string_view bytes);
/// Of a column "encode(..., 'hex')".
std::string from_bytea_hex(std::string_view hex);

/// One connection. Every call throws service::StoreUnavailable if the connection is lost or does
/// not answer in time, and is then of no more use; SqlError on any other refusal. Thread: one at a
/// time.
class Session {
public:
    struct Options {
        std::string url;
        Milliseconds connect_timeout{2000};  ///< Whole seconds, at least 2.
        Milliseconds statement_deadline{1500};
        /// Limits on the server's side, shorter than the deadline so that it is the server who
        /// answers.
        Milliseconds statement_timeout{1400};
        Milliseconds lock_timeout{1200};
    };

    Session(const Options& options, Watchdog& watchdog);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// One statement with $1, $2...; prepared on first use. Requires: no NUL in the parameters, and
    /// a bounded number of different texts.
    Rows execute(const std::string& sql, const std::vector<std::string>& parameters = {});
    /// Any number of statements without parameters or results.
    void script(const std::string& sql) { script(sql, deadline_); }
    void script(const std::string& sql, Milliseconds deadline);

    bool is_usable() const { return is_usable_; }
    /// Of the socket, for polling.
    int descriptor() const;
    /// Notifications that came since the last call. Does not wait.
    std::size_t take_notifications();

private:
    struct Connection;
    template <typename Call>
    auto guarded(Milliseconds deadline, const Call& call);
    [[noreturn]] void refuse(const std::string& state, const char* text);
    [[noreturn]] void lose(const char* text);
    std::string prepared_name(const std::string& sql);

    std::unique_ptr<Connection> connection_;
    Milliseconds deadline_;
    bool is_usable_ = true;
};

}  // namespace turnpike::store
