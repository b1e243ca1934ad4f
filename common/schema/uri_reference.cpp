#include "common/schema/uri_reference.hpp"

#include "common/http/uri.hpp"

namespace turnpike::schema {
namespace {

constexpr auto kNone = std::string_view::npos;

/// The pieces with their separators, so that empty and absent differ: "http:", "//host", "/a",
/// "?q".
struct Pieces {
    std::string_view scheme;
    std::string_view authority;
    std::string_view path;
    std::string_view query;
    std::string_view fragment;
};

std::string_view cut(std::string_view& text, std::size_t size) {
    const std::string_view piece = text.substr(0, size);
    text.remove_prefix(piece.size());
    return piece;
}

Pieces pieces_of(std::string_view uri) {
    Pieces pieces;
    const std::size_t colon = uri.find_first_of(":/?#");
    if (colon != kNone && colon > 0 && uri[colon] == ':') pieces.scheme = cut(uri, colon + 1);
    if (uri.starts_with("//")) pieces.authority = cut(uri, uri.find_first_of("/?#", 2));
    pieces.path = cut(uri, uri.find_first_of("?#"));
    pieces.query = cut(uri, uri.find('#'));
    pieces.fragment = uri;
    return pieces;
}

std::string without_dots(std::string_view path) {
    return path.starts_with('/') ? http::remove_dot_segments(path) : std::string(path);
}

std::string merged(const Pieces& base, std::string_view path) {
    if (path.starts_with('/')) return without_dots(path);
    if (!base.authority.empty() && base.path.empty()) return without_dots("/" + std::string(path));
    const std::size_t slash = base.path.rfind('/');
    const std::string_view folder = slash == kNone ? "" : base.path.substr(0, slash + 1);
    return without_dots(std::string(folder) + std::string(path));
}

}  // namespace

std::string resolve_reference(std::string_view base, std::string_view reference) {
    const Pieces from = pieces_of(base);
    const Pieces to = pieces_of(reference);
    std::string uri;
    const auto add = [&uri](std::string_view piece) { uri += piece; };
    if (!to.scheme.empty() || !to.authority.empty()) {
        add(to.scheme.empty() ? from.scheme : to.scheme);
        add(to.authority);
        add(without_dots(to.path));
        add(to.query);
    } else {
        add(from.scheme);
        add(from.authority);
        add(to.path.empty() ? std::string(from.path) : merged(from, to.path));
        add(to.path.empty() && to.query.empty() ? from.query : to.query);
    }
    add(to.fragment);
    return uri;
}

SplitUri split_fragment(std::string_view uri) {
    const std::size_t hash = uri.find('#');
    if (hash == kNone) return {uri, {}};
    return {uri.substr(0, hash), uri.substr(hash + 1)};
}

}  // namespace turnpike::schema
