#include "libs/documents/text_table.h"

#include <gtest/gtest.h>

namespace prihvat::documents {
namespace {

TEST(TextTable, NumbersStandRightAndTextLeft) {
  const Table table = {{"centre", "beds", "since"},
                       {{Text{"Ušivak"}, Number{"800"}, Date{absl::CivilDay(2018, 10, 1)}},
                        {Text{"Lipa"}, Number{"1500"}, Empty{}}}};
  EXPECT_EQ(*FormatTextTable(table),
            "centre  beds  since\n"
            "────────────────────────\n"
            "Ušivak   800  2018-10-01\n"
            "Lipa    1500\n");
}

TEST(TextTable, WidthIsInTerminalColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("čćšžđ"), 5u);
  EXPECT_EQ(DisplayWidth("c\xCC\x8C"), 1u);  // c and a combining caron
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  const Table table = {{"a", "b"}, {{Text{"日本"}, Text{"x"}}, {Text{"c\xCC\x8C"}, Text{"y"}}}};
  EXPECT_EQ(*FormatTextTable(table),
            "a     b\n"
            "───────\n"
            "日本  x\n"
            "c\xCC\x8C     y\n");
}

TEST(TextTable, MaxWidthCutsTheWidestTextAndNoNumber) {
  const Table table = {{"description", "value"},
                       {{Text{"Protective clothing and footwear"}, Number{"170900.00"}}}};
  EXPECT_EQ(*FormatTextTable(table, {.max_width = 30}),
            "description              value\n"
            "──────────────────────────────\n"
            "Protective clothin…  170900.00\n");
  const std::string narrow = *FormatTextTable(table, {.max_width = 5});
  EXPECT_NE(narrow.find("Protect…  170900.00\n"), std::string::npos) << narrow;
}

TEST(TextTable, ControlCharactersCannotMoveTheCursor) {
  const Table table = {{"a"},
                       {{Text{"1\n2\x1B[2J\t3"}},
                        {Text{"\xC2\x9B"
                              "x"}}}};
  EXPECT_EQ(*FormatTextTable(table), "a\n─────────\n1 2 [2J 3\n x\n");
}

}  // namespace
}  // namespace prihvat::documents
