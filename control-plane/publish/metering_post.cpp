#include "control-plane/publish/metering_post.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "common/base/assert.hpp"

namespace turnpike::publish {

namespace {

constexpr std::size_t kTokenBytesMax = 16'384;

struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// Once for the process, before any handle.
void initialise() {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    TURNPIKE_ASSERT(initialised == CURLE_OK);
}

std::size_t throw_away(const char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

/// Not 0: ends the post.
int ask_stopping(void* asked, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(asked))() ? 1 : 0;
}

void add(HeaderList& list, const std::string& header) {
    if (curl_slist* longer = curl_slist_append(list.get(), header.c_str())) {
        static_cast<void>(list.release());
        list.reset(longer);
    }
}

/// Errors: Invalid.
Result<std::string> token_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file) {
        text.resize(kTokenBytesMax + 1);
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const bool is_sendable =
        !text.empty() && text.size() <= kTokenBytesMax &&
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_sendable) return invalid("no token can be read from " + path);
    return text;
}

void set_target(CURL* handle, const MeteringPost::Options& options) {
    curl_easy_setopt(handle, CURLOPT_URL, options.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    if (!options.ca_file.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
        curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
}

}  // namespace

MeteringPost::MeteringPost(Options options, std::function<bool()> is_stopping)
    : options_(std::move(options)), is_stopping_(std::move(is_stopping)) {
    initialise();
}

Result<int> MeteringPost::post(std::string_view json) const {
    HeaderList headers;
    add(headers, "Content-Type: application/json");
    add(headers, "Expect:");  // no round trip before the body
    if (!options_.token_file.empty()) {
        const Result<std::string> token = token_of(options_.token_file);
        if (!token) return token.error();
        add(headers, "Authorization: Bearer " + *token);
    }
    const Handle handle(curl_easy_init());
    if (!handle) return unavailable("curl_easy_init failed");
    set_target(handle.get(), options_);
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, json.data());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(json.size()));
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, throw_away);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, ask_stopping);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &is_stopping_);
    const CURLcode done = curl_easy_perform(handle.get());
    if (done != CURLE_OK) return unavailable(curl_easy_strerror(done));
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

}  // namespace turnpike::publish
