#include "libs/documents/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prihvat::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParsedCsv RoundTrip(const Table& table, const CsvOptions& options = {}) {
  const absl::StatusOr<std::string> file = WriteCsv(table, options);
  EXPECT_TRUE(file.ok()) << file.status();
  absl::StatusOr<ParsedCsv> parsed = ParseCsv(*file, options.delimiter);
  EXPECT_TRUE(parsed.ok()) << parsed.status() << "\n" << *file;
  return parsed.ok() ? *parsed : ParsedCsv{};
}

absl::Status ParseError(std::string_view file) { return ParseCsv(file).status(); }

TEST(Csv, X1_LongSerialKeepsItsDigits) {
  EXPECT_EQ(*WriteCsv({{"serial"}, {{Text{"8939010102358478435"}}}}),
            "serial\r\n8939010102358478435\r\n");
}

TEST(Csv, X2_IdentifierKeepsItsZeros) {
  EXPECT_THAT(RoundTrip({{"id", "n"}, {{Text{"004"}, Number{"4"}}}}).rows,
              ElementsAre(ElementsAre("004", "4")));
}

TEST(Csv, X3_TextThatCouldRunIsNeutralisedAndNumbersAreNot) {
  const Table table = {{"text", "number"},
                       {{Text{"=1+1"}, Number{"-42"}},
                        {Text{"+387 33 123 456"}, Number{"-5.00"}},
                        {Text{"@SUM(A1)"}, Number{"0"}}}};
  EXPECT_EQ(*WriteCsv(table),
            "text,number\r\n"
            "'=1+1,-42\r\n"
            "'+387 33 123 456,-5.00\r\n"
            "'@SUM(A1),0\r\n");
}

TEST(Csv, X3_EveryTextComesBackAsItWas) {
  const std::vector<std::string> texts = {"=1+1",
                                          "-2+3+cmd|' /C calc'!A1",
                                          "@SUM(A1)",
                                          "\tx",
                                          "\rx",
                                          "-42",
                                          "+387 33 123 456",
                                          "'=1",
                                          "''=1",
                                          "'quoted'",
                                          "'",
                                          "''",
                                          "",
                                          "'-",
                                          "\t\r\n",
                                          "=\"a\",b",
                                          "' =1",
                                          " =1",
                                          "-",
                                          "O'Neill"};
  Table table = {{"a", "b"}, {}};
  for (const std::string& text : texts) table.rows.push_back({Text{text}, Text{text}});
  const ParsedCsv parsed = RoundTrip(table);
  ASSERT_EQ(parsed.rows.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_THAT(parsed.rows[i], ElementsAre(texts[i], texts[i]));
    const std::string written = NeutraliseFormula(texts[i]);
    EXPECT_FALSE(!written.empty() &&
                 std::string_view("=+-@\t\r").find(written[0]) != std::string_view::npos)
        << written;
  }
}

TEST(Csv, X3_AHeaderThatCouldRunIsNeutralisedToo) {
  EXPECT_EQ(*WriteCsv({{"=cmd", "b"}, {}}), "'=cmd,b\r\n");
  EXPECT_THAT(RoundTrip({{"=cmd", "b"}, {}}).header, ElementsAre("=cmd", "b"));
}

TEST(Csv, X4_QuotesLineBreaksAndSemicolonsLeaveRowsAndColumnsAlone) {
  const Table table = {{"item", "note"},
                       {{Text{"6\" cijev"}, Text{"first\nsecond; third"}},
                        {Text{"a,b"}, Text{"c\r\nd"}},
                        {Text{" outer "}, Empty{}}}};
  EXPECT_EQ(*WriteCsv(table),
            "item,note\r\n"
            "\"6\"\" cijev\",\"first\nsecond; third\"\r\n"
            "\"a,b\",\"c\r\nd\"\r\n"
            "\" outer \",\r\n");
  for (char delimiter : {',', ';'}) {
    EXPECT_THAT(RoundTrip(table, {.delimiter = delimiter}).rows,
                ElementsAre(ElementsAre("6\" cijev", "first\nsecond; third"),
                            ElementsAre("a,b", "c\r\nd"), ElementsAre(" outer ", "")));
  }
}

TEST(Csv, X5_ByteOrderMarkForExcelDoesNotChangeTheHeaderReadBack) {
  const Table table = {{"čćšžđ", "b"}, {{Text{"Ušivak"}, Date{absl::CivilDay(2023, 7, 13)}}}};
  const std::string with = *WriteCsv(table, {.byte_order_mark = true});
  const std::string without = *WriteCsv(table);
  EXPECT_EQ(with, "\xEF\xBB\xBF" + without);
  for (const std::string& file : {with, without}) {
    const absl::StatusOr<ParsedCsv> parsed = ParseCsv(file);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_THAT(parsed->header, ElementsAre("čćšžđ", "b"));
    EXPECT_THAT(parsed->rows, ElementsAre(ElementsAre("Ušivak", "2023-07-13")));
  }
}

TEST(Csv, X5_FileOfAnotherEncodingIsRefused) {
  EXPECT_THAT(std::string(ParseError("ime\nU\x9Aivak\n").message()), HasSubstr("not UTF-8"));
}

TEST(Csv, ReadsLfEndsAMissingLastEndAndSkipsEmptyLines) {
  const absl::StatusOr<ParsedCsv> parsed = ParseCsv("a,b\n1,2\n\r\n\"3\n3\",4");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->rows, ElementsAre(ElementsAre("1", "2"), ElementsAre("3\n3", "4")));
}

TEST(Csv, OneColumnKeepsItsEmptyCells) {
  EXPECT_THAT(RoundTrip({{"a"}, {{Text{"1"}}, {Empty{}}, {Text{"2"}}}}).rows,
              ElementsAre(ElementsAre("1"), ElementsAre(""), ElementsAre("2")));
}

TEST(Csv, BrokenFilesAreRefusedWithTheRecord) {
  EXPECT_EQ(ParseError("a,b\n1,2\n1,2,3\n").message(), "record 3 has 3 fields, the header 2");
  EXPECT_EQ(ParseError("a,b\n\"1,2\n").message(), "record 2: a quote that is never closed");
  EXPECT_EQ(ParseError("a,b\n6\" pipe,2\n").message(),
            "record 2: a quote inside an unquoted field");
  EXPECT_EQ(ParseError("a,b\n\"1\"x,2\n").message(), "record 2: text behind a closing quote");
  EXPECT_EQ(ParseError("a,b\n1\r2,3\n").message(),
            "record 2: a carriage return without a line feed");
  EXPECT_EQ(ParseError("").message(), "the file is empty");
}

TEST(Csv, TablesThatDoNotHoldTogetherAreRefused) {
  EXPECT_EQ(WriteCsv({{}, {}}).status().message(), "a table needs a column");
  EXPECT_EQ(WriteCsv({{"a"}, {{Text{"1"}, Text{"2"}}}}).status().message(),
            "row 1 has 2 cells, the header 1");
  for (const char* decimal : {"1,5", "", "-", "1.", ".5", "1e3", "+1", "=1", "0x1"}) {
    EXPECT_FALSE(WriteCsv({{"a"}, {{Number{decimal}}}}).ok()) << decimal;
  }
  EXPECT_FALSE(WriteCsv({{"a"}, {{Text{"\xFF"}}}}).ok());
  EXPECT_FALSE(WriteCsv({{"a"}, {}}, {.delimiter = '\t'}).ok());
}

}  // namespace
}  // namespace prihvat::documents
