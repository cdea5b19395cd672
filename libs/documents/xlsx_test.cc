#include "libs/documents/xlsx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "libs/documents/testing/probe.h"

namespace prihvat::documents {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

// Reads a workbook as any other program would: one line "address type format value" a cell, then
// facts of the sheet.
constexpr char kReadBack[] = R"py(
import sys, zipfile, xml.etree.ElementTree as ET
n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
book = zipfile.ZipFile(sys.argv[1])
strings = []
if 'xl/sharedStrings.xml' in book.namelist():
    for si in ET.fromstring(book.read('xl/sharedStrings.xml')).iter(n + 'si'):
        strings.append(''.join(t.text or '' for t in si.iter(n + 't')))
styles = ET.fromstring(book.read('xl/styles.xml'))
custom = {f.get('numFmtId'): f.get('formatCode') for f in styles.iter(n + 'numFmt')}
built_in = {'0': 'General', '49': '@', '3': '#,##0', '4': '#,##0.00'}
fonts = list(styles.find(n + 'fonts'))
xfs = list(styles.find(n + 'cellXfs'))
sheet = ET.fromstring(book.read('xl/worksheets/sheet1.xml'))
for c in sheet.iter(n + 'c'):
    xf = xfs[int(c.get('s', '0'))]
    code = custom.get(xf.get('numFmtId')) or built_in[xf.get('numFmtId')]
    if fonts[int(xf.get('fontId'))].find(n + 'b') is not None: code += ' bold'
    v = c.find(n + 'v')
    text = None if v is None else strings[int(v.text)] if c.get('t') == 's' else v.text
    formula = ' FORMULA' if c.find(n + 'f') is not None else ''
    print('%s|%s|%s|%s%s' % (c.get('r'), c.get('t', 'n'), code, text, formula))
for pane in sheet.iter(n + 'pane'): print('pane', pane.get('state'), pane.get('ySplit'))
for col in sheet.iter(n + 'col'): print('col', col.get('min'), round(float(col.get('width'))))
print('created', ET.fromstring(book.read('docProps/core.xml')).find(
    '{http://purl.org/dc/terms/}created').text)
)py";

XlsxOptions Options() {
  return {.title = "Line of sight", .created = absl::FromUnixSeconds(1'689'206'400)};
}

std::vector<std::string> ReadBack(const std::string& bytes) {
  const ScratchDir scratch;
  const absl::StatusOr<std::string> lines =
      RunProgram({"python3", "-X", "utf8", "-c", kReadBack, scratch.Write("a.xlsx", bytes)});
  EXPECT_TRUE(lines.ok()) << lines.status();
  return lines.ok() ? std::vector<std::string>(absl::StrSplit(*lines, '\n', absl::SkipEmpty()))
                    : std::vector<std::string>();
}

std::vector<std::string> WriteAndReadBack(const Table& table) {
  const absl::StatusOr<std::string> bytes = WriteXlsx(table, Options());
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? ReadBack(*bytes) : std::vector<std::string>();
}

TEST(Xlsx, X1_SerialOf19DigitsStaysTextWithEveryDigit) {
  EXPECT_THAT(WriteAndReadBack({{"serial"}, {{Text{"8939010102358478435"}}}}),
              Contains("A2|s|@|8939010102358478435"));
}

TEST(Xlsx, X1_NumberThatADoubleCannotHoldIsTextRatherThanRounded) {
  EXPECT_THAT(WriteAndReadBack({{"n", "m"},
                                {{Number{"8939010102358478435"}, Number{"123456789012345.67"}},
                                 {Number{"1234567890123.45"}, Number{"-0.000001"}}}}),
              IsSupersetOf({"A2|s|@|8939010102358478435", "B2|s|@|123456789012345.67",
                            "A3|n|#,##0.00|1234567890123.45", "B3|n|#,##0.000000|-1E-06"}));
}

TEST(Xlsx, X2_IdentifierKeepsItsZeros) {
  EXPECT_THAT(WriteAndReadBack({{"id"}, {{Text{"004"}}, {Text{"09506232"}}}}),
              IsSupersetOf({"A2|s|@|004", "A3|s|@|09506232"}));
}

TEST(Xlsx, X3_TextThatLooksLikeAFormulaIsTextAndNumbersAreNumbers) {
  EXPECT_THAT(WriteAndReadBack({{"a", "b"},
                                {{Text{"=1+1"}, Number{"-42"}},
                                 {Text{"@SUM(A1)"}, Number{"-5.00"}},
                                 {Text{"+387 33 123 456"}, Empty{}}}}),
              IsSupersetOf({"A2|s|@|=1+1", "A3|s|@|@SUM(A1)", "A4|s|@|+387 33 123 456",
                            "B2|n|#,##0|-42", "B3|n|#,##0.00|-5"}));
}

TEST(Xlsx, X5_BosnianTextComesBack) {
  EXPECT_THAT(WriteAndReadBack({{"čćšžđ"}, {{Text{"Ђорђевић & <Đorđević>"}}}}),
              IsSupersetOf({"A1|s|General bold|čćšžđ", "A2|s|@|Ђорђевић & <Đorđević>"}));
}

TEST(Xlsx, DatesAreDatesAndHeaderIsFrozen) {
  EXPECT_THAT(WriteAndReadBack({{"day", "a name of some length"},
                                {{Date{absl::CivilDay(2023, 7, 13)}, Empty{}},
                                 {Date{absl::CivilDay(1899, 12, 31)}, Empty{}}}}),
              ElementsAre("A1|s|General bold|day", "B1|s|General bold|a name of some length",
                          "A2|n|yyyy-mm-dd|45120", "A3|s|@|1899-12-31", "pane frozen 1", "col 1 13",
                          "col 2 24", "created 2023-07-13T00:00:00Z"));
}

TEST(Xlsx, SameTableGivesTheSameBytes) {
  const Table table = {{"a", "b"}, {{Text{"004"}, Number{"1.50"}}}};
  EXPECT_EQ(*WriteXlsx(table, Options()), *WriteXlsx(table, Options()));
}

TEST(Xlsx, WhatAWorksheetCannotHoldIsRefused) {
  XlsxOptions bad_name = Options();
  bad_name.sheet_name = "a/b";
  EXPECT_EQ(WriteXlsx({{"a"}, {}}, bad_name).status().code(), absl::StatusCode::kInvalidArgument);
  const Table long_text = {{"a"}, {{Text{std::string(32'768, 'x')}}}};
  EXPECT_THAT(std::string(WriteXlsx(long_text, Options()).status().message()),
              HasSubstr("row 1, column 1"));
  EXPECT_FALSE(WriteXlsx({{"a"}, {{Text{std::string("a\0b", 3)}}}}, Options()).ok());
}

}  // namespace
}  // namespace prihvat::documents
