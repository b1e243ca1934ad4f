// turnpike-worker: the data plane. Composition root: builds every part and passes it down.
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/encoding.hpp"
#include "common/config/settings.hpp"
#include "common/crypto/hmac.hpp"
#include "common/crypto/master_key.hpp"
#include "common/redis/client.hpp"
#include "common/telemetry/access_log.hpp"
#include "common/telemetry/log.hpp"
#include "data-plane/listening.hpp"
#include "data-plane/part_options.hpp"
#include "data-plane/process_events.hpp"
#include "data-plane/reactor_thread.hpp"
#include "data-plane/served_certificate.hpp"
#include "data-plane/status_pages.hpp"
#include "data-plane/worker/explained_writer.hpp"
#include "data-plane/worker/loader.hpp"

namespace turnpike {
namespace {

using Reactors = std::vector<std::unique_ptr<ReactorThread>>;

constexpr Milliseconds kWatchInterval{1000};
constexpr Milliseconds kReadyPoll{5};
/// A certificate is noticed without a signal, too, and one of the local authority renewed in time.
constexpr std::chrono::hours kRenewalInterval{1};
/// After the drain deadline, for the reactors to close what is left.
constexpr Milliseconds kDrainMargin{1000};
constexpr Milliseconds kSettlePatience{1000};

std::string reason_of(const Error& error) {
    const bool has_both = !error.message.empty() && !error.detail.empty();
    return error.message + (has_both ? ": " : "") + error.detail;
}

snapshot::CompiledStage::MeterSlots meter_slots(telemetry::MeterRegistry& registry) {
    return [&registry](const model::Stage& stage, std::string_view path, std::string_view verb) {
        return registry.slot(
            {stage.api_id, stage.api_name, stage.name, std::string(path), std::string(verb)});
    };
}

void report_loading(const std::string& text, bool is_warning) {
    if (is_warning) {
        telemetry::log_warning(text);
    } else {
        telemetry::log_info(text);
    }
}

/// Tells of reactors that spent a whole interval in one turn: something blocks there.
class Watchdog {
public:
    explicit Watchdog(const Reactors& reactors) : reactors_(reactors), seen_(reactors.size(), 0) {}
    void look() {
        for (std::size_t i = 0; i < reactors_.size(); ++i) {
            const std::uint64_t turns = reactors_[i]->reactor().turns();
            if (turns % 2 == 1 && turns == seen_[i]) {
                telemetry::log_warning("a reactor is stuck", {{"reactor", i}});
            }
            seen_[i] = turns;
        }
    }

private:
    const Reactors& reactors_;
    std::vector<std::uint64_t> seen_;
};

/// Stops accepting and lets the requests under way finish, until the deadline or a second signal.
void drain(const Reactors& reactors, Listening& listening, ProcessEvents& events,
           Milliseconds patience) {
    telemetry::log_info("draining", {{"patience_ms", patience.count()}});
    listening.close(reactors.front()->reactor());
    auto left = std::make_shared<std::atomic<std::size_t>>(reactors.size());
    const SteadyTime deadline = steady_now() + patience;
    for (const auto& reactor : reactors) {
        reactor->reactor().post([one = reactor.get(), left, deadline, &events] {
            one->server().drain(deadline, [left, &events] {
                if (--*left == 0) events.notify();
            });
        });
    }
    while (*left > 0 && steady_now() < deadline + kDrainMargin) {
        const auto event = events.wait(
            std::chrono::duration_cast<Milliseconds>(deadline + kDrainMargin - steady_now()) +
            Milliseconds(1));
        if (event == ProcessEvents::Event::Terminate) return;
    }
}

/// What limits hold goes back to Redis, and what was counted there, if it answers.
void settle_limits(const Reactors& reactors, ProcessEvents& events) {
    auto left = std::make_shared<std::atomic<std::size_t>>(reactors.size());
    for (const auto& reactor : reactors) {
        reactor->settle_limits([left, &events] {
            if (--*left == 0) events.notify();
        });
    }
    const SteadyTime deadline = steady_now() + kSettlePatience;
    while (*left > 0 && steady_now() < deadline) {
        const auto event = events.wait(
            std::chrono::duration_cast<Milliseconds>(deadline - steady_now()) + Milliseconds(1));
        if (event == ProcessEvents::Event::Terminate) return;
    }
    if (*left > 0) telemetry::log_warning("usage counts were not all reported to Redis");
}

/// Reads the certificate again. One that cannot be used changes nothing.
void renew_certificate(ServedCertificate& certificate, const Reactors& reactors) {
    const auto renewed = certificate.reload();
    if (!renewed) {
        telemetry::log_warning("the TLS certificate stays as it was",
                               {{"reason", reason_of(renewed.error())}});
    } else if (*renewed) {
        Listening::use_tls(reactors, certificate.context());
        telemetry::log_info("the TLS certificate is a new one");
    }
}

/// Callers are accepted only when there is something to serve: a process that joins others on their
/// ports must not refuse what they would serve. Returns: false if the process is to end instead.
bool wait_for_configuration(const worker::Loader& loader, ProcessEvents& events,
                            const std::function<void()>& reload) {
    while (!loader.is_ready()) {
        const auto event = events.wait(kReadyPoll);
        if (event == ProcessEvents::Event::Terminate) return false;
        if (event == ProcessEvents::Event::Reload) reload();
    }
    return true;
}

void wait_for_end(const Reactors& reactors, ProcessEvents& events,
                  const std::function<void()>& reload, const std::function<void()>& renew) {
    Watchdog watchdog(reactors);
    SteadyTime next_renewal = steady_now() + kRenewalInterval;
    while (true) {
        switch (events.wait(kWatchInterval)) {
            case ProcessEvents::Event::Terminate:
                return;
            case ProcessEvents::Event::Reload:
                reload();
                break;
            case ProcessEvents::Event::Notified:
            case ProcessEvents::Event::TimedOut:
                watchdog.look();
                break;
        }
        if (steady_now() < next_renewal) continue;
        renew();
        next_renewal = steady_now() + kRenewalInterval;
    }
}

Result<void> serve(const config::WorkerSettings& settings) {
    ProcessEvents events;
    auto master_key = crypto::MasterKey::load_or_create(settings.master_key_file);
    if (!master_key) return std::move(master_key).error();
    auto certificate =
        ServedCertificate::load(settings, master_key->derive(crypto::kTlsTicketsLabel));
    if (!certificate) return std::move(certificate).error();
    auto trust = tls::TrustStore::load();
    if (!trust) return std::move(trust).error();

    const pipeline::Installation installation = installation_of(settings);
    telemetry::AccessLog access_log(access_log_options(settings));
    telemetry::MeterRegistry registry;
    std::optional<redis::Client> redis(std::in_place, redis::Options{.url = settings.redis_url});
    integration::Resolver resolver;
    const crypto::HmacKey lookup_key(master_key->derive(crypto::kApiKeyLookupLabel));
    worker::Loader* known_loader = nullptr;
    const worker::KeyDirectoryShared keys{
        .redis = &*redis,
        .names = snapshot::PublishedNames(settings.name_space),
        .lookup_of =
            [&lookup_key](std::string_view value) {
                return to_hex(crypto::view(lookup_key.digest(value)));
            },
        .on_learned =
            [&known_loader](const std::string& lookup, const worker::KeyRecord& record) {
                known_loader->remember_key(lookup, record);
            },
        .recall =
            [&known_loader](const std::string& lookup,
                            std::function<void(const worker::KeyRecord&)> done) {
                known_loader->recall_key(lookup, std::move(done));
            }};

    worker::ExplainedWriter explained(*redis, snapshot::PublishedNames(settings.name_space));
    const worker::Loader::Options loading = loader_options(settings);
    const pipeline::Recorder::Explaining explaining{
        [&explained](std::string id, WallTime time, std::string document) {
            explained.write(std::move(id), time, std::move(document));
        },
        loading.worker_id};

    cache::ReplacedFeed replaced(settings.redis_url, settings.name_space);
    const cache::CacheShared caching = cache_sharing(settings, *master_key, replaced);
    Reactors reactors;
    std::vector<worker::ReactorPort> ports;
    tls::ClientContext::Options client_tls;
    client_tls.trust = *std::move(trust);
    const limits::LimiterOptions limits = limiter_options(settings);
    limits::ConcurrencyLimit concurrency(settings.concurrent_max);
    const ReactorSharing sharing{
        installation, keys,   resolver, access_log, explaining, client_tls, caller_limits(settings),
        caching,      *redis, limits,   concurrency};
    for (std::int64_t i = 0; i < settings.threads; ++i) {
        auto reactor = ReactorThread::create(sharing);
        if (!reactor) return std::move(reactor).error();
        ports.push_back((*reactor)->port());
        reactors.push_back(*std::move(reactor));
    }
    worker::Loader loader(loading, *redis, ports, meter_slots(registry), report_loading);
    known_loader = &loader;
    for (const auto& reactor : reactors) reactor->use_loader(loader);
    loader.use_tests(
        [&reactors, next = std::size_t{0}](worker::TestJob job, worker::TestDone done) mutable {
            reactors[next++ % reactors.size()]->run_test(std::move(job), std::move(done));
        });

    std::atomic<bool> is_serving{false};
    auto status = start_status_pages(
        settings.status_listen,
        {loader, registry, access_log, explained, reactors, is_serving, concurrency});
    if (!status) return std::move(status).error();
    loader.start();
    for (const auto& reactor : reactors) reactor->start();

    const std::function<void()> renew = [&certificate, &reactors] {
        renew_certificate(*certificate, reactors);
    };
    const std::function<void()> reload = [&access_log, &renew] {
        access_log.reopen();
        renew();
    };
    Result<void> served;
    if (wait_for_configuration(loader, events, reload)) {
        auto listening = Listening::open(settings, reactors, certificate->context());
        if (listening) {
            is_serving.store(true);
            telemetry::log_info("serving", {{"reactors", reactors.size()}});
            wait_for_end(reactors, events, reload, renew);
            is_serving.store(false);
            drain(reactors, *listening, events, settings.drain_timeout);
            settle_limits(reactors, events);
        } else {
            served = std::move(listening).error();
        }
    }
    loader.stop();
    (*status).reset();
    for (const auto& reactor : reactors) reactor->stop();
    redis.reset();  // its last callbacks still find the reactors
    reactors.clear();
    telemetry::log_info("stopped");
    return served;
}

}  // namespace
}  // namespace turnpike

int main(int count, char** arguments) {
    using namespace turnpike;  // NOLINT(google-build-using-namespace): the program is turnpike's
    const auto loaded =
        config::load_worker_settings(config::Invocation::of_process(count, arguments));
    if (!loaded) {
        std::fprintf(stderr, "turnpike-worker: %s\n", loaded.error().message.c_str());
        return 2;
    }
    if (loaded->text) {
        std::fputs(loaded->text->c_str(), stdout);
        return 0;
    }
    telemetry::set_log_level(telemetry::parse_log_level(loaded->settings.log_level));
    const Result<void> served = serve(loaded->settings);
    if (served) return 0;
    telemetry::log_error("cannot go on", {{"reason", reason_of(served.error())}});
    return 1;
}
