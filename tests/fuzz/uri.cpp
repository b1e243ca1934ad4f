// Escapes, paths, query strings and absolute URIs: what was taken apart can be put together again.
#include "common/http/uri.hpp"

#include "tests/fuzz/check.hpp"

using namespace turnpike::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    FUZZ_CHECK(percent_decode(percent_encode(text)) == text);
    if (const auto decoded = percent_decode(text)) FUZZ_CHECK(decoded->size() <= text.size());

    const std::string cleaned = remove_dot_segments(text);
    FUZZ_CHECK(cleaned.starts_with('/') && !has_dot_segments(cleaned));
    FUZZ_CHECK(remove_dot_segments(cleaned) == cleaned);

    std::string path;
    PathSegments segments(text);
    while (const auto segment = segments.next()) path += "/" + std::string(*segment);
    FUZZ_CHECK(path == (text.starts_with('/') ? "" : "/") + std::string(text));

    std::size_t query_bytes = 0;
    QueryParameters parameters(text, QueryParameters::Separators::AmpersandOrSemicolon);
    while (const auto parameter = parameters.next()) {
        query_bytes += parameter->raw_name.size() + parameter->raw_value.size();
        FUZZ_CHECK(parameter->raw_name.find('=') == std::string_view::npos);
    }
    FUZZ_CHECK(query_bytes <= text.size());

    if (const auto uri = parse_absolute_uri(text)) {
        std::string again = std::string(uri->scheme) + "://" + std::string(uri->authority_text) +
                            std::string(uri->path);
        if (uri->has_query) again += "?" + std::string(uri->query);
        FUZZ_CHECK(again == text);
    }
    return 0;
}
