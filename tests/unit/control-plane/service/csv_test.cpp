#include "control-plane/service/csv.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace turnpike;
using service::CsvReader;

namespace {

/// "1:[a|b] 3:[c]": rows with the lines on which they start, or the refusal.
std::string read(std::string_view text, std::size_t fields_max = 8) {
    CsvReader reader(text, fields_max);
    std::string read;
    while (true) {
        const auto row = reader.next();
        if (!row) return read + row.error().message;
        if (!row->has_value()) return read;
        read += std::to_string((*row)->line) + ":[";
        for (std::size_t i = 0; i < (*row)->fields.size(); ++i) {
            read += (i == 0 ? "" : "|") + (*row)->fields[i];
        }
        read += "] ";
    }
}

}  // namespace

TEST_CASE("rows end with any line break, the last with none") {
    CHECK(read("a,b\nc,d\r\ne,f\rg,h") == "1:[a|b] 2:[c|d] 3:[e|f] 4:[g|h] ");
    CHECK(read("").empty());
    CHECK(read("\r\n \n\t").empty());
    CHECK(read("\n\na\n\n\nb\n") == "3:[a] 6:[b] ");
}

TEST_CASE("empty fields are fields") {
    CHECK(read(",\n,,x") == "1:[|] 2:[||x] ");
    CHECK(read("\"\",''") == "1:[|] ");
}

TEST_CASE("a byte order mark is no text") {
    CHECK(read("\xEF\xBB\xBFname,key") == "1:[name|key] ");
    CHECK(read("a\xEF\xBB\xBF") == "1:[a\xEF\xBB\xBF] ");
}

TEST_CASE("double quotes keep commas, line breaks, spaces and doubled quotes") {
    CHECK(read(R"("a,b",c)") == "1:[a,b|c] ");
    CHECK(read("\"a\r\nb\nc\",d\ne") == "1:[a\r\nb\nc|d] 4:[e] ");
    CHECK(read(R"("say ""hi""")") == "1:[say \"hi\"] ");
    CHECK(read(R"(  " a "  , b )") == "1:[ a |b] ");
    CHECK(read(R"(5" pipe,x"y")") == "1:[5\" pipe|x\"y\"] ");
}

TEST_CASE("single quotes are quotes if the field ends with one") {
    CHECK(read("k,'p1,p2'") == "1:[k|p1,p2] ");
    CHECK(read("'p1,p2' ,k") == "1:[p1,p2|k] ");
    CHECK(read("'tis,fine") == "1:['tis|fine] ");
    CHECK(read("O'Neil,x'") == "1:[O'Neil|x'] ");
    CHECK(read("'a,'b'c,d'") == "1:[a,'b'c,d] ");
    CHECK(read("'a\nb'") == "1:['a] 2:[b'] ");
}

TEST_CASE("what cannot be read names its line") {
    CHECK(read("a\n\"b\nc") == "1:[a] Line 3: a quote that is not closed");
    CHECK(read("\"a\"b,c") == "Line 1: text behind a quoted field");
    CHECK(read("a,b,c\na,b,c,d", 3) == "1:[a|b|c] Line 2: too many fields");
}

TEST_CASE("a row of quotes that never end takes linear time") {
    std::string hostile;
    for (int i = 0; i < 200'000; ++i) hostile += "'a,";
    CsvReader reader(hostile, 1'000'000);
    const auto row = reader.next();
    REQUIRE(row);
    CHECK((*row)->fields.size() == 200'001);
}
