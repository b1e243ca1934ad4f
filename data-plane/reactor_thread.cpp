#include "data-plane/reactor_thread.hpp"

#include <utility>

#include "data-plane/phase/order.hpp"
#include "data-plane/phase/test_invoke.hpp"

namespace turnpike {
namespace {

constexpr Milliseconds kLogInterval{200};

worker::Task<> answer_test(const pipeline::Services& services, worker::TestJob job,
                           worker::TestDone done) {
    auto testing = phase::test_invoke(services, std::move(job.call), std::move(job.stage));
    done(co_await testing);
}

}  // namespace

worker::MaybeTask<pipeline::StageSource::Found> ReactorThread::LoadedStages::load(
    const snapshot::StageEntry& entry) {
    if (auto stage = port.slot->stage(entry)) return Found(std::move(stage));
    return loader->load_stage(port, entry);
}

worker::MaybeTask<Result<worker::KeyRecord>> ReactorThread::DirectoryKeys::find(
    std::string_view value) {
    return directory.find(value);
}

Result<std::unique_ptr<ReactorThread>> ReactorThread::create(const ReactorSharing& sharing) {
    auto client_tls = tls::ClientContext::create(sharing.client_tls);
    if (!client_tls) return std::move(client_tls).error();
    return std::unique_ptr<ReactorThread>(new ReactorThread(sharing, *std::move(client_tls)));
}

ReactorThread::ReactorThread(const ReactorSharing& sharing,
                             std::unique_ptr<tls::ClientContext> client_tls)
    : keys_(reactor_, sharing.keys),
      key_source_(keys_),
      cache_(reactor_, sharing.cache),
      limiter_(reactor_, sharing.redis, sharing.limits),
      key_usages_(reactor_, sharing.redis, sharing.limits.names),
      limit_source_(limiter_, key_usages_),
      client_tls_(std::move(client_tls)),
      names_(
          reactor_,
          [&resolver = sharing.resolver](std::string host, integration::Resolver::Callback done) {
              resolver.resolve(std::move(host), std::move(done));
          },
          integration::Limits{}),
      upstreams_(reactor_, buffers_, names_, *client_tls_),
      recorder_(sharing.access_log, meters_, sharing.explaining),
      services_({.reactor = reactor_,
                 .buffers = buffers_,
                 .snapshots = snapshots_,
                 .stages = stages_,
                 .keys = key_source_,
                 .limiter = limit_source_,
                 .concurrency = sharing.concurrency,
                 .upstreams = upstreams_,
                 .log = recorder_,
                 .installation = sharing.installation,
                 .cache = &cache_,
                 .renewals = &renewals_}),
      pipeline_(services_, phase::order()),
      log_timer_(reactor_, [this] { hand_on_log(); }),
      server_(reactor_, buffers_, pipeline_, sharing.caller_limits) {
    stages_.port = port();
}

worker::MaybeTask<limits::Verdict> ReactorThread::LimiterLimits::admit(
    const limits::Admission& admission) {
    return limiter.admit(admission);
}

limits::Notice ReactorThread::LimiterLimits::notice(const limits::Admission& admission,
                                                    const limits::Verdict& verdict,
                                                    SteadyTime begun) {
    return limiter.notice(admission, verdict, begun);
}

worker::MaybeTask<limits::KeyUsage> ReactorThread::LimiterLimits::usage(
    const model::UsagePlan& plan, const model::ApiKey& key) {
    return usages.look(plan, key);
}

ReactorThread::~ReactorThread() { stop(); }

void ReactorThread::stop() {
    if (!thread_.joinable()) return;
    reactor_.stop();
    thread_.join();
    cache_.stop();
}

void ReactorThread::settle_limits(std::function<void()> done) {
    reactor_.post([this, done = std::move(done)] { limiter_.finish(done); });
}

void ReactorThread::start() {
    log_timer_.expire_after(kLogInterval);
    reactor_.post([this] { limiter_.start(); });
    thread_ = std::thread([this] { reactor_.run(); });
}

void ReactorThread::run_test(worker::TestJob job, worker::TestDone done) {
    reactor_.post([this, job = std::move(job), done = std::move(done)] {
        tests_.spawn(answer_test(services_, job, done));
    });
}

void ReactorThread::hand_on_log() {
    recorder_.tick();
    log_timer_.expire_after(kLogInterval);
}

}  // namespace turnpike
