#include "control-plane/store/session.hpp"

#include <pqxx/pqxx>

#include <array>
#include <unordered_map>

#include "common/base/encoding.hpp"
#include "control-plane/service/store.hpp"

#if defined(__SANITIZE_ADDRESS__)
// libpqxx 6.4 loses the result of the statement during which a connection was lost: it asks the
// connection for its encoding, which throws, before it owns the result. Two kilobytes for each lost
// connection.
extern "C" const char*
__lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the hook's name
extern "C" const char*
__lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier): the hook's name
    return "leak:libpqxx";
}
#endif

namespace turnpike::store {
namespace {

std::string seconds_text(Milliseconds time) {
    return std::to_string(std::chrono::ceil<Seconds>(time).count());
}

/// The installation's text with settings of our own; what it names itself stays.
std::string connection_text(const Session::Options& options) {
    const std::array<std::pair<std::string, std::string>, 8> settings = {
        {{"connect_timeout", seconds_text(options.connect_timeout)},
         {"keepalives_idle", "10"},
         {"keepalives_interval", "3"},
         {"keepalives_count", "3"},
         {"tcp_user_timeout", "10000"},
         {"client_encoding", "UTF8"},
         {"target_session_attrs", "read-write"},  // of several hosts, the primary
         {"fallback_application_name", "turnpike-control"}}};
    const bool is_uri =
        options.url.starts_with("postgres://") || options.url.starts_with("postgresql://");
    std::string text = options.url;
    for (const auto& [name, value] : settings) {
        if (options.url.find(name) != std::string::npos) continue;
        const char separator = text.find('?') == std::string::npos ? '?' : '&';
        text += is_uri ? separator : ' ';
        text += name;
        text += '=';
        text += value;
    }
    return text;
}

std::string session_settings(const Session::Options& options) {
    const auto setting = [](const std::string& name, Milliseconds time) {
        return "SET " + name + " = " + std::to_string(time.count()) + ";";
    };
    // The server ends what a control plane left behind that died or hangs inside a transaction.
    return setting("statement_timeout", options.statement_timeout) +
           setting("lock_timeout", options.lock_timeout) +
           "SET idle_in_transaction_session_timeout = 10000; SET tcp_keepalives_idle = 10;"
           "SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; SET timezone = 'UTC';"
           "SET client_min_messages = warning";
}

bool is_outage(const std::string& state) {
    // Connection exceptions, insufficient resources, operator intervention (shutdown, cancel by
    // timeout), system errors; without a state the library lost the connection.
    constexpr std::array<std::string_view, 4> kClasses = {"08", "53", "57", "58"};
    if (state.empty()) return true;
    return std::any_of(kClasses.begin(), kClasses.end(),
                       [&state](std::string_view prefix) { return state.starts_with(prefix); });
}

Rows to_rows(const pqxx::result& result) {
    Rows rows;
    rows.affected = static_cast<std::size_t>(result.affected_rows());
    rows.values.reserve(static_cast<std::size_t>(result.size()));
    for (const auto& row : result) {
        auto& values = rows.values.emplace_back();
        values.reserve(static_cast<std::size_t>(row.size()));
        for (const auto& field : row) values.emplace_back(field.c_str(), field.size());
    }
    return rows;
}

}  // namespace

std::vector<std::string> Rows::first_column() const {
    std::vector<std::string> column;
    column.reserve(values.size());
    for (const auto& row : values) column.push_back(row.front());
    return column;
}

std::string to_bytea(std::string_view bytes) { return "\\x" + to_hex(bytes); }

std::string from_bytea_hex(std::string_view hex) { return from_hex(hex).value_or(std::string{}); }

struct Session::Connection {
    Connection(const std::string& text, Watchdog& watchdog)
        : link(text), silence(link), guard(watchdog, link.sock()) {}
    pqxx::connection link;
    // What the server says without being asked would go to the standard error stream.
    pqxx::quiet_errorhandler silence;
    Watchdog::Guard guard;
    std::unordered_map<std::string, std::string> prepared;
};

Session::Session(const Options& options, Watchdog& watchdog)
    : deadline_(options.statement_deadline) {
    try {
        connection_ = std::make_unique<Connection>(connection_text(options), watchdog);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // A silent reconnection would lose the transaction and the leader's lock.
        connection_->link.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    } catch (const std::exception& failure) {
        throw service::StoreUnavailable(std::string("cannot connect: ") + failure.what());
    }
    try {
        script(session_settings(options));
    } catch (const SqlError& refused) {
        throw service::StoreUnavailable(std::string("cannot set up a session: ") + refused.what());
    }
}

Session::~Session() = default;

template <typename Call>
auto Session::guarded(Milliseconds deadline, const Call& call) {
    if (!is_usable_) throw service::StoreUnavailable("connection lost");
    connection_->guard.arm(steady_now() + deadline);
    try {
        auto answer = call();
        // The answer may have come in the moment in which the deadline passed.
        if (connection_->guard.disarm()) is_usable_ = false;
        return answer;
    } catch (const pqxx::statement_completion_unknown& unknown) {
        lose(unknown.what());
    } catch (const pqxx::transaction_rollback& rolled_back) {
        // A serialisation failure or a deadlock: the library does not keep the state of these.
        refuse(std::string(sql_state::kSerializationFailure), rolled_back.what());
    } catch (const pqxx::sql_error& error) {
        refuse(error.sqlstate(), error.what());
    } catch (const std::exception& failure) {
        lose(failure.what());
    }
}

void Session::refuse(const std::string& state, const char* text) {
    if (is_outage(state) || !connection_->link.is_open()) lose(text);
    if (connection_->guard.disarm()) lose("no answer in time");
    throw SqlError(state, text);
}

void Session::lose(const char* text) {
    is_usable_ = false;
    const bool is_late = connection_->guard.disarm();
    throw service::StoreUnavailable(is_late ? "no answer in time" : text);
}

std::string Session::prepared_name(const std::string& sql) {
    const auto found = connection_->prepared.find(sql);
    if (found != connection_->prepared.end()) return found->second;
    std::string name = "s" + std::to_string(connection_->prepared.size());
    connection_->link.prepare(name, sql);
    connection_->prepared.emplace(sql, name);
    return name;
}

Rows Session::execute(const std::string& sql, const std::vector<std::string>& parameters) {
    return guarded(deadline_, [&] {
        const std::string name = prepared_name(sql);
        pqxx::nontransaction work(connection_->link);
        return to_rows(work.exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters)));
    });
}

void Session::script(const std::string& sql, Milliseconds deadline) {
    guarded(deadline, [&] {
        pqxx::nontransaction work(connection_->link);
        return work.exec(sql).size();
    });
}

int Session::descriptor() const { return connection_->link.sock(); }

std::size_t Session::take_notifications() {
    return guarded(deadline_,
                   [this] { return static_cast<std::size_t>(connection_->link.get_notifs()); });
}

}  // namespace turnpike::store
