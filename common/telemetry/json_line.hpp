#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/telemetry/escape.hpp"
#include "common/telemetry/log_format.hpp"

namespace turnpike::telemetry {

/// What the default log holds: every variable that some phase gives a value today, but for
/// error.messageString, which is error.message once more. Asking for others costs time for nothing.
inline constexpr std::array kJsonLineVariables{LogVariable::RequestTime,
                                               LogVariable::RequestTimeEpoch,
                                               LogVariable::RequestId,
                                               LogVariable::ExtendedRequestId,
                                               LogVariable::IdentitySourceIp,
                                               LogVariable::HttpMethod,
                                               LogVariable::Path,
                                               LogVariable::Protocol,
                                               LogVariable::Status,
                                               LogVariable::ResponseLength,
                                               LogVariable::ResponseLatency,
                                               LogVariable::IntegrationLatency,
                                               LogVariable::IntegrationStatus,
                                               LogVariable::IntegrationIntegrationStatus,
                                               LogVariable::IntegrationRequestId,
                                               LogVariable::IntegrationError,
                                               LogVariable::AccountId,
                                               LogVariable::ApiId,
                                               LogVariable::Stage,
                                               LogVariable::DeploymentId,
                                               LogVariable::IsCanaryRequest,
                                               LogVariable::ResourceId,
                                               LogVariable::ResourcePath,
                                               LogVariable::DomainName,
                                               LogVariable::DomainPrefix,
                                               LogVariable::IdentityApiKeyId,
                                               LogVariable::IdentityUserAgent,
                                               LogVariable::ErrorMessage,
                                               LogVariable::ErrorResponseType,
                                               LogVariable::ErrorLimit,
                                               LogVariable::ErrorValidationErrorString,
                                               LogVariable::TlsVersion,
                                               LogVariable::CipherSuite,
                                               LogVariable::XrayTraceId};

/// Variables whose values are numbers, which the default log writes without quotes.
constexpr bool is_numeric(LogVariable variable) {
    switch (variable) {
        case LogVariable::IntegrationIntegrationStatus:
        case LogVariable::IntegrationLatency:
        case LogVariable::IntegrationStatus:
        case LogVariable::RequestTimeEpoch:
        case LogVariable::ResponseLatency:
        case LogVariable::ResponseLength:
        case LogVariable::Status:
            return true;
        default:
            return false;
    }
}

/// One line of the default log: a JSON object of what has a value, and the line end. Bounds and
/// escapes are those of a LogFormat. Every request writes one: each variable has code of its own,
/// so that `Values` can give it without a branch for what kind it is.
/// `Values`: `template <LogVariable> std::string_view value_of(LogScratch&) const`, as
/// LogValues::value(); a number is written to the start of the scratch.
class JsonLine {
public:
    template <typename Values>
    explicit JsonLine(const Values& values) {
        write(values, keys(), std::make_index_sequence<kJsonLineVariables.size()>{});
        if (at_ == line_.data()) *at_++ = '{';
        line_.front() = '{';  // the first member came with a comma
        *at_++ = '}';
        *at_++ = '\n';
    }
    JsonLine(const JsonLine&) = delete;
    JsonLine& operator=(const JsonLine&) = delete;

    /// Lifetime: the line's.
    std::string_view text() const {
        return {line_.data(), static_cast<std::size_t>(at_ - line_.data())};
    }

private:
    /// `,"name":`, with room so that it is copied in whole words.
    struct Key {
        std::array<char, 48> text{};
        std::size_t size = 0;
    };
    using Keys = std::array<Key, kJsonLineVariables.size()>;
    static const Keys& keys();
    /// More than the digits of a number.
    static constexpr std::size_t kNumberBytes = 24;

    template <typename Values, std::size_t... kIndex>
    void write(const Values& values, const Keys& keys, std::index_sequence<kIndex...> /*all*/) {
        (add<kJsonLineVariables[kIndex]>(values, keys[kIndex]), ...);
    }

    template <LogVariable kVariable, typename Values>
    void add(const Values& values, const Key& key) {
        LogScratch scratch;
        const std::string_view value = values.template value_of<kVariable>(scratch);
        if (value.empty() || is_full_) return;
        char* const before = at_;
        copy(at_, key.text);
        at_ += key.size;
        if constexpr (is_numeric(kVariable)) {
            std::memcpy(at_, value.data(), kNumberBytes);
            at_ += value.size();
        } else {
            *at_++ = '"';
            at_ = write_escaped(at_, LogFormat::cut(value));
            *at_++ = '"';
        }
        is_full_ = at_ - line_.data() > static_cast<std::ptrdiff_t>(LogFormat::kLineBytesMax);
        if (is_full_) at_ = before;  // the line stays valid JSON
    }

    static void copy(char* to, const std::array<char, 48>& text) {
#ifdef __SSE2__
        // g++ makes a slow string instruction of a memcpy of this size.
        for (std::size_t i = 0; i < text.size(); i += 16) {
            const auto* from = reinterpret_cast<const __m128i*>(text.data() + i);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm_loadu_si128(from));
        }
#else
        std::memcpy(to, text.data(), text.size());
#endif
    }

    std::array<char, LogFormat::kLineBytesMax + LogFormat::kPieceBytesMax> line_;
    char* at_ = line_.data();
    bool is_full_ = false;
};

}  // namespace turnpike::telemetry
