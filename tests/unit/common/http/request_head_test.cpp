#include "common/http/request_head.hpp"

#include "tests/unit/common/http/feeding.hpp"

using namespace std::literals;
using turnpike::http::BodyFraming;
using turnpike::http::HeadLimits;
using turnpike::http::HeadProblem;
using turnpike::http::KnownHeader;
using turnpike::http::Method;
using turnpike::http::RequestHead;
using turnpike::http::Version;
using turnpike::http::testing::parse_request;
using turnpike::http::testing::ParsedRequest;

namespace {

/// A request whose only oddity is the given line among its fields.
std::string with_field(std::string_view line) {
    return "POST /a HTTP/1.1\r\nHost: api.example\r\n" + std::string(line) + "\r\n\r\n";
}
std::string with_request_line(std::string_view line) {
    return std::string(line) + "\r\nHost: api.example\r\n\r\n";
}
HeadProblem problem_of(std::string_view text) { return parse_request(text).outcome.problem; }
bool is_malformed(std::string_view text) {
    return parse_request(text).outcome.problem == HeadProblem::Malformed;
}
bool is_served(std::string_view text) { return parse_request(text).outcome.done(); }

}  // namespace

TEST_CASE("the parts of a request head are found") {
    const auto request = parse_request(
        "GET /prod/pets/1?type=cat&type=dog&x HTTP/1.1\r\n"
        "Host: abc.execute-api.us-east-1.localhost:8443\r\n"
        "X-API-Key:secret \t\r\n"
        "uSeR-aGeNt: curl/8.0 (x; y)\r\n"
        "X-Empty:\r\n"
        "\r\nrest");
    REQUIRE(request.outcome.done());
    const RequestHead& head = request.head;
    CHECK(request.outcome.consumed == request.bytes->view().size() - 4);
    CHECK(head.method() == Method::Get);
    CHECK(head.method_text() == "GET");
    CHECK(head.target() == "/prod/pets/1?type=cat&type=dog&x");
    CHECK(head.path() == "/prod/pets/1");
    CHECK(head.query() == "type=cat&type=dog&x");
    CHECK(head.path_with_query() == head.target());
    CHECK(head.authority() == "abc.execute-api.us-east-1.localhost:8443");
    CHECK(head.host() == "abc.execute-api.us-east-1.localhost");
    CHECK(head.version() == Version::Http11);
    CHECK(head.framing() == BodyFraming::None);
    CHECK(head.keeps_alive());
    REQUIRE(head.fields().size() == 4);
    CHECK(head.fields()[1].name == "X-API-Key");
    CHECK(head.fields()[1].value == "secret");
    CHECK(head.fields()[1].known == KnownHeader::XApiKey);
    CHECK(head.fields()[2].name == "uSeR-aGeNt");
    CHECK(head.fields().find(KnownHeader::UserAgent) == "curl/8.0 (x; y)");
    CHECK(head.fields().find("x-empty") == "");
    CHECK_FALSE(head.fields().find("x-none"));
}

TEST_CASE("a head is the same however its bytes arrive") {
    using turnpike::http::testing::check_request_feedings;
    check_request_feedings("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    check_request_feedings("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    check_request_feedings(
        "POST /x?y=1 HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 3\r\n"
        "X-Long-Name-That-Is-Not-Known: some value longer than sixteen bytes\r\n\r\nabc");
    check_request_feedings("OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    check_request_feedings("GET http://b.example/p?q HTTP/1.1\r\nHost: a\r\n\r\n");
    check_request_feedings("GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n");
    check_request_feedings("GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n");
    check_request_feedings("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n");
    check_request_feedings("GET /\r\nHost: a\r\n\r\n");
    check_request_feedings("GET / HTTP/3.0\r\nHost: a\r\n\r\n");
    check_request_feedings("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    check_request_feedings("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n");
    check_request_feedings("G@T / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_CASE("a used head can be reset for the next one") {
    RequestHead head;
    const std::string first =
        "POST /a?b HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: x\r\n\r\n";
    REQUIRE(head.parse(first, {}).done());
    head.reset();
    const std::string second = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";
    REQUIRE(head.parse(second, {}).done());
    CHECK(head.fields().size() == 1);
    CHECK(head.framing() == BodyFraming::None);
    CHECK(head.expect() == RequestHead::Expect::None);
    CHECK(head.path() == "/");
    CHECK_FALSE(head.has_query());
    CHECK(head.authority() == "b");
}

TEST_CASE("views follow a buffer that moves") {
    const std::string text = "GET /path HTTP/1.1\r\nHost: a\r\n\r\n";
    RequestHead head;
    REQUIRE(head.parse(text, {}).done());
    const std::string moved = text;
    head.move_to(moved.data());
    CHECK(head.path().data() == moved.data() + 4);
    CHECK(head.fields()[0].value.data() == moved.data() + text.find("a\r\n\r\n"));
}

TEST_CASE("2.2: bare LF and bare CR are refused") {
    CHECK(is_malformed("GET / HTTP/1.1\nHost: a\n\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\r\n\n"));
    CHECK(is_malformed("GET / HTTP/1.1\rHost: a\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\r\rX: b\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"));
    CHECK(is_malformed("GET /\n HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST_CASE("2.2: white space before the first field is refused") {
    CHECK(is_malformed("GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\n\tHost: a\r\nHost: a\r\n\r\n"));
}

TEST_CASE("2.2: one empty line before the request line is skipped, more are refused") {
    CHECK(is_served("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(is_malformed("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(is_malformed("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(is_malformed("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST_CASE("3: a request line has exactly two single spaces") {
    CHECK(is_malformed(with_request_line("GET  / HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /  HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET / HTTP/1.1 ")));
    CHECK(is_malformed(with_request_line(" GET / HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET\t/ HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /\tHTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /a b HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /")));
    CHECK(is_malformed(with_request_line("GET")));
    CHECK(is_malformed(with_request_line("GET / ")));
}

TEST_CASE("3: no control, no other space, no byte beyond ASCII is in a target") {
    for (int byte = 0; byte < 256; ++byte) {
        if (byte > 0x20 && byte < 0x7f) continue;
        CAPTURE(byte);
        const std::string odd(1, static_cast<char>(byte));
        CHECK(is_malformed(with_request_line("GET /a" + odd + "b HTTP/1.1")));
        CHECK(is_malformed(with_request_line("GET /a?b" + odd + "c HTTP/1.1")));
        CHECK(is_malformed(with_request_line("GET /long-enough-for-sixteen" + odd + "b HTTP/1.1")));
    }
    CHECK(is_malformed(with_request_line("GET /a#b HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /a?b#c HTTP/1.1")));
}

TEST_CASE("braces and bars are refused in query strings only") {
    CHECK(is_malformed(with_request_line("GET /a?b|c HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET /a?{b} HTTP/1.1")));
    CHECK(is_served(with_request_line("GET /{a}|b HTTP/1.1")));
    CHECK(is_served(with_request_line("GET /a?b~[]\"<>^`\\';:@!$()*,%7B HTTP/1.1")));
}

TEST_CASE("3: a method is a token") {
    CHECK(is_malformed(with_request_line("G(T / HTTP/1.1")));
    CHECK(is_malformed(with_request_line("G\xc3\xa9T / HTTP/1.1")));
    CHECK(is_malformed(with_request_line("/ HTTP/1.1")));
    CHECK(is_malformed(with_request_line(std::string(33, 'A') + " / HTTP/1.1")));
    const auto other = parse_request(with_request_line("M-SEARCH / HTTP/1.1"));
    REQUIRE(other.outcome.done());
    CHECK(other.head.method() == Method::Other);
    CHECK(other.head.method_text() == "M-SEARCH");
    CHECK(parse_request(with_request_line("get / HTTP/1.1")).head.method() == Method::Other);
}

TEST_CASE("3: targets are paths, absolute http URIs, or an asterisk for OPTIONS") {
    CHECK(is_malformed(with_request_line("GET a HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET * HTTP/1.1")));
    CHECK(is_malformed(with_request_line("OPTIONS *a HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET api.example:80 HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET ftp://a/ HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET http:/a HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET http:///a HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET http://user@a/ HTTP/1.1")));
    CHECK(is_malformed(with_request_line("GET http://a?b HTTP/1.1")));
    const auto asterisk = parse_request(with_request_line("OPTIONS * HTTP/1.1"));
    REQUIRE(asterisk.outcome.done());
    CHECK(asterisk.head.target_form() == RequestHead::TargetForm::Asterisk);
    CHECK(asterisk.head.path() == "*");
}

TEST_CASE("3: the version is exactly HTTP/1.1 or HTTP/1.0") {
    CHECK(problem_of(with_request_line("GET / HTTP/2.0")) == HeadProblem::VersionNotSupported);
    CHECK(problem_of(with_request_line("GET / HTTP/1.2")) == HeadProblem::VersionNotSupported);
    CHECK(problem_of(with_request_line("GET / HTTP/0.9")) == HeadProblem::VersionNotSupported);
    CHECK(is_malformed(with_request_line("GET / HTTP/1.10")));
    CHECK(is_malformed(with_request_line("GET / http/1.1")));
    CHECK(is_malformed(with_request_line("GET / HTTP/1,1")));
    CHECK(is_malformed(with_request_line("GET / HTTP/1.")));
    CHECK(is_malformed(with_request_line("GET / HTTPS/1.1")));
    CHECK(parse_request(with_request_line("GET / HTTP/1.0")).head.version() == Version::Http10);
}

TEST_CASE("CONNECT is refused whatever its target") {
    CHECK(is_malformed(with_request_line("CONNECT api.example:443 HTTP/1.1")));
    CHECK(is_malformed(with_request_line("CONNECT /a HTTP/1.1")));
}

TEST_CASE("3.2: there is exactly one valid Host, except in HTTP/1.0") {
    CHECK(is_malformed("GET / HTTP/1.1\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"));
    CHECK(is_malformed("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"));
    for (const auto host : {"", "a b", "a/b", "a@b", "a,b", "a:b", "a:", "a:0", "a:65536", "[::1",
                            "[1.2.3.4]", "a\\b", "a?b", ".a", "a..b", "%61", "\xc3\xa9"}) {
        CAPTURE(host);
        const bool valid = host == "a:"sv;  // RFC 3986: an empty port is no port
        CHECK(is_served("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == valid);
    }
    CHECK(is_served("GET / HTTP/1.0\r\n\r\n"));
    CHECK(parse_request("GET / HTTP/1.0\r\n\r\n").head.authority().empty());
    CHECK(parse_request("GET / HTTP/1.0\r\n\r\n").head.host().empty());
    CHECK(parse_request("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").head.host() == "::1");
}

TEST_CASE("3.2.2: an absolute target overrides Host, which must be valid all the same") {
    const auto request =
        parse_request("GET HTTP://real.example:8443/a?b HTTP/1.1\r\nHost: other.example\r\n\r\n");
    REQUIRE(request.outcome.done());
    CHECK(request.head.target_form() == RequestHead::TargetForm::Absolute);
    CHECK(request.head.authority() == "real.example:8443");
    CHECK(request.head.host() == "real.example");
    CHECK(request.head.path() == "/a");
    CHECK(request.head.query() == "b");
    CHECK(request.head.path_with_query() == "/a?b");
    CHECK(is_malformed("GET http://a/ HTTP/1.1\r\nHost: b b\r\n\r\n"));
    CHECK(is_malformed("GET http://a/ HTTP/1.1\r\n\r\n"));
    const auto bare = parse_request("GET http://a HTTP/1.1\r\nHost: b\r\n\r\n");
    REQUIRE(bare.outcome.done());
    CHECK(bare.head.path() == "/");
    CHECK(bare.head.path_with_query() == "/");
}

TEST_CASE("5.1: white space between a name and its colon is refused") {
    CHECK(is_malformed(with_field("X : a")));
    CHECK(is_malformed(with_field("X\t: a")));
    CHECK(is_malformed(with_field("Content-Length : 5")));
    CHECK(is_malformed(with_field("Transfer-Encoding : chunked")));
}

TEST_CASE("5.1: names are tokens; underscores are kept") {
    CHECK(is_malformed(with_field(": a")));
    CHECK(is_malformed(with_field("no colon")));
    CHECK(is_malformed(with_field("nocolon")));
    CHECK(is_malformed(with_field("X\"Y: a")));
    CHECK(is_malformed(with_field("X\x01: a")));
    CHECK(is_malformed(with_field("X\x80: a")));
    CHECK(is_malformed(with_field("X\0: a"sv)));
    const auto request = parse_request(with_field("x_under_score: a"));
    REQUIRE(request.outcome.done());
    CHECK(request.head.fields()[1].name == "x_under_score");
}

TEST_CASE("5.2: folded lines are refused") {
    CHECK(is_malformed(with_field("X: a\r\n b")));
    CHECK(is_malformed(with_field("X: a\r\n\tb")));
    CHECK(is_malformed(with_field("X: a\r\n \r\nY: b")));
}

TEST_CASE("5.5: values have no controls but the tab; bytes beyond ASCII pass") {
    for (int byte = 0; byte < 0x20; ++byte) {
        CAPTURE(byte);
        const std::string odd(1, static_cast<char>(byte));
        CHECK(is_served(with_field("X: a" + odd + "b")) == (byte == '\t'));
        CHECK(is_served(with_field("X: a value of some length" + odd + "b")) == (byte == '\t'));
    }
    CHECK(is_malformed(with_field("X: a\x7f")));
    CHECK(is_served(with_field("X: caf\xc3\xa9 \xff")));
}

TEST_CASE("6.3: a Content-Length is one number, given once") {
    const auto request = parse_request(with_field("Content-Length: 007"));
    REQUIRE(request.outcome.done());
    CHECK(request.head.framing() == BodyFraming::Length);
    CHECK(request.head.content_length() == 7);
    CHECK(request.head.has_body());
    CHECK_FALSE(parse_request(with_field("Content-Length: 0")).head.has_body());
    CHECK(parse_request(with_field("Content-Length: 18446744073709551615")).head.content_length() ==
          18446744073709551615U);
    for (const auto value :
         {"", "+5", "-5", " 5 5", "5 5", "5,5", "5, 5", "0x5", "5.0", "5e1", "\"5\"", "a", "\t5",
          "5\t", "18446744073709551616", "99999999999999999999999", "\xef\xbc\x95"}) {
        CAPTURE(value);
        CHECK(is_malformed(with_field("Content-Length: " + std::string(value))));
    }
    CHECK(is_malformed(with_field("Content-Length: 5\r\nContent-Length: 5")));
    CHECK(is_malformed(with_field("Content-Length: 5\r\nContent-Length: 6")));
    CHECK(is_malformed(with_field("Content-Length: 5\r\ncontent-length:")));
}

TEST_CASE("6.1: Transfer-Encoding with Content-Length is refused") {
    CHECK(is_malformed(with_field("Content-Length: 5\r\nTransfer-Encoding: chunked")));
    CHECK(is_malformed(with_field("Transfer-Encoding: chunked\r\nContent-Length: 5")));
}

TEST_CASE("6.1: the only transfer coding is chunked, once") {
    const auto request = parse_request(with_field("Transfer-Encoding: Chunked"));
    REQUIRE(request.outcome.done());
    CHECK(request.head.framing() == BodyFraming::Chunked);
    for (const auto value :
         {"", "\tchunked", "chunked\t", "\"chunked\"", "chunked;q=1", "chunked,", ",chunked",
          "chunked chunked", "chunked, chunked", "chunked, gzip", "'chunked", "chunked\x0b",
          "\x0b"
          "chunked",
          "ch\xc3\xbcnked"}) {
        CAPTURE(value);
        const auto problem = problem_of(with_field("Transfer-Encoding: " + std::string(value)));
        const bool unknown_coding = value == "'chunked"sv;  // an apostrophe is a token character
        CHECK(problem ==
              (unknown_coding ? HeadProblem::UnsupportedTransferCoding : HeadProblem::Malformed));
    }
    for (const auto value : {"gzip, chunked", "gzip", "identity", "xchunked", "chunkedx", "x"}) {
        CAPTURE(value);
        CHECK(problem_of(with_field("Transfer-Encoding: " + std::string(value))) ==
              HeadProblem::UnsupportedTransferCoding);
    }
    CHECK(is_malformed(with_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")));
    CHECK(is_malformed(with_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")));
    CHECK(is_malformed(with_field("Transfer-Encoding: gzip\r\nContent-Length: 5")));
}

TEST_CASE("6.1: any Transfer-Encoding in HTTP/1.0 is refused") {
    CHECK(is_malformed("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CHECK(is_malformed("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"));
}

TEST_CASE("9.3: connections persist by version and by what Connection says") {
    const auto persists = [](std::string_view version, std::string_view field) {
        const auto request = parse_request("GET / " + std::string(version) + "\r\nHost: a\r\n" +
                                           std::string(field) + "\r\n\r\n");
        REQUIRE(request.outcome.done());
        return request.head.keeps_alive();
    };
    CHECK(persists("HTTP/1.1", "X: y"));
    CHECK_FALSE(persists("HTTP/1.1", "Connection: close"));
    CHECK_FALSE(persists("HTTP/1.1", "Connection: foo , Close"));
    CHECK_FALSE(persists("HTTP/1.1", "Connection: keep-alive\r\nConnection: close"));
    CHECK_FALSE(persists("HTTP/1.0", "X: y"));
    CHECK(persists("HTTP/1.0", "connection: Keep-Alive"));
    CHECK_FALSE(persists("HTTP/1.0", "Connection: keep-alive, close"));
}

TEST_CASE("fields that Connection names are told apart") {
    const auto request = parse_request(
        with_field("Connection: close, X-Hop ,\r\nConnection: other\r\nX-Hop: 1\r\nX-End: 2"));
    REQUIRE(request.outcome.done());
    CHECK(request.head.fields().is_named_by_connection("x-hop"));
    CHECK(request.head.fields().is_named_by_connection("Other"));
    CHECK_FALSE(request.head.fields().is_named_by_connection("X-End"));
}

TEST_CASE("10.1.1: the only expectation is 100-continue") {
    const auto expectation = [](std::string_view line) {
        const auto request = parse_request(with_field(line));
        REQUIRE(request.outcome.done());
        return request.head.expect();
    };
    CHECK(expectation("X: y") == RequestHead::Expect::None);
    CHECK(expectation("Expect: 100-Continue") == RequestHead::Expect::Continue);
    CHECK(expectation("Expect: 200-ok") == RequestHead::Expect::Other);
    CHECK(expectation("Expect: 100-continue, x") == RequestHead::Expect::Other);
    CHECK(expectation("Expect: 100-continue\r\nExpect: x") == RequestHead::Expect::Other);
    CHECK(expectation("Expect:") == RequestHead::Expect::Other);
    const auto old = parse_request("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
    CHECK(old.head.expect() == RequestHead::Expect::None);
}

TEST_CASE("7.8: an upgrade counts only when Connection says so") {
    const auto upgrade = [](std::string_view line) {
        const auto request = parse_request(with_field(line));
        REQUIRE(request.outcome.done());
        return request.head.upgrade();
    };
    CHECK(upgrade("Upgrade: websocket") == RequestHead::Upgrade::None);
    CHECK(upgrade("Connection: Upgrade\r\nUpgrade: WebSocket") == RequestHead::Upgrade::Websocket);
    CHECK(upgrade("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c") ==
          RequestHead::Upgrade::Http2);
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: tls/1.3") == RequestHead::Upgrade::Other);
}

TEST_CASE("8.6: a body is framed the same for every method") {
    for (const auto method : {"GET", "HEAD", "DELETE", "POST", "OPTIONS"}) {
        const auto request = parse_request(
            std::string(method) + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        REQUIRE(request.outcome.done());
        CHECK(request.head.framing() == BodyFraming::Length);
        CHECK(request.head.content_length() == 3);
    }
}

TEST_CASE("a target of the greatest length is served, a longer one is told from bad ones") {
    const HeadLimits limits{.target_bytes_max = 100, .header_bytes_max = 1000};
    const auto line = [](std::size_t size) {
        return with_request_line("GET /" + std::string(size - 1, 'a') + " HTTP/1.1");
    };
    CHECK(parse_request(line(100), limits).outcome.done());
    CHECK(parse_request(line(101), limits).outcome.problem == HeadProblem::TargetTooLong);
    const std::string endless = "GET /" + std::string(200, 'a');
    CHECK(parse_request(endless, limits).outcome.problem == HeadProblem::TargetTooLong);
}

TEST_CASE("fields up to the limit are served, more are too large, whether or not they end") {
    const HeadLimits limits{.target_bytes_max = 100, .header_bytes_max = 200};
    const auto fields = [](std::size_t size) {
        const std::string start = "Host: a\r\nX: ";
        return "GET / HTTP/1.1\r\n" + start + std::string(size - start.size() - 2, 'x') +
               "\r\n\r\nbody";
    };
    CHECK(parse_request(fields(200), limits).outcome.done());
    CHECK(parse_request(fields(201), limits).outcome.problem == HeadProblem::HeaderTooLarge);
    const std::string endless = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x');
    CHECK(parse_request(endless, limits).outcome.problem == HeadProblem::HeaderTooLarge);
    CHECK(parse_request("GET / HTTP/1.1\r\n" + std::string(300, 'x'), limits).outcome.problem ==
          HeadProblem::HeaderTooLarge);
}

TEST_CASE("the limits hold when bytes come one by one") {
    const HeadLimits limits{.target_bytes_max = 50, .header_bytes_max = 60};
    for (const std::string& text : {"GET /" + std::string(100, 'a'), std::string(100, 'A'),
                                    "GET / HTTP/1.1\r\nHost: " + std::string(100, 'a'),
                                    "GET / HTTP/1.1\r\n" + std::string(100, 'a')}) {
        CAPTURE(text);
        RequestHead head;
        bool refused = false;
        for (std::size_t size = 0; size <= text.size() && !refused; ++size) {
            refused = head.parse(std::string_view(text).substr(0, size), limits).refused();
        }
        CHECK(refused);
    }
}

TEST_CASE("more fields than the list holds are too large") {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 1; i < 128; ++i) text += "a: b\r\n";
    CHECK(is_served(text + "\r\n"));
    CHECK(problem_of(text + "a: b\r\n\r\n") == HeadProblem::HeaderTooLarge);
}
