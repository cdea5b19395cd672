#include "libs/documents/pdf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "libs/documents/testing/probe.h"

namespace prihvat::documents {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TableCell Cell(std::string text) { return {.content = {{std::move(text), {}}}}; }

PdfTable Numbered(int rows) {
  PdfTable table = {.widths = {1, 1}};
  table.header = TableRow{.cells = {Cell("Line"), Cell("Value")}};
  for (int i = 1; i <= rows; ++i) {
    table.rows.push_back({.cells = {Cell(fmt::format("row{}.", i)), Cell("1")}});
  }
  table.carried = [](size_t before, bool at_foot) {
    return TableRow{
        .cells = {Cell(at_foot ? "Carried" : "Brought"), Cell(fmt::format("{}", before))}};
  };
  return table;
}

std::vector<std::string> Pages(const absl::StatusOr<std::string>& pdf) {
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  if (!pdf.ok()) return {};
  std::vector<std::string> pages = absl::StrSplit(*PdfTextInColumns(*pdf), '\f');
  pages.pop_back();  // pdftotext ends every page with a form feed
  return pages;
}

TEST(Pdf, TableOverPagesRepeatsItsHeaderAndCarriesTotals) {
  const std::vector<std::string> pages =
      Pages(RenderPdf({}, [](PdfWriter& writer) { writer.Table(Numbered(120)); }));
  ASSERT_GE(pages.size(), 3u);
  int last = 0;  // the last row of the pages so far
  for (size_t page = 0; page < pages.size(); ++page) {
    EXPECT_THAT(pages[page], HasSubstr("Line"));
    EXPECT_THAT(pages[page], ContainsRegex(fmt::format("{} ?/ ?{}", page + 1, pages.size())));
    if (page > 0) {
      EXPECT_THAT(pages[page], ContainsRegex(fmt::format("Brought +{}\n", last)));
    }
    while (pages[page].find(fmt::format("row{}.", last + 1)) != std::string::npos) ++last;
    if (page + 1 < pages.size()) {
      EXPECT_THAT(pages[page], ContainsRegex(fmt::format("Carried +{}\n", last)));
    } else {
      EXPECT_THAT(pages[page], Not(HasSubstr("Carried")));
    }
  }
  EXPECT_EQ(last, 120);
}

TEST(Pdf, RowsThatBelongTogetherStandOnOnePage) {
  PdfTable table = Numbered(120);
  for (size_t i = 0; i + 1 < table.rows.size(); ++i) table.rows[i].keep_with_next = i % 5 != 4;
  for (const std::string& page :
       Pages(RenderPdf({}, [&](PdfWriter& writer) { writer.Table(table); }))) {
    for (int first = 1; first <= 120; first += 5) {
      const bool begins = page.find(fmt::format("row{}.", first)) != std::string::npos;
      EXPECT_EQ(begins, page.find(fmt::format("row{}.", first + 4)) != std::string::npos) << first;
    }
  }
}

TEST(Pdf, ARowHigherThanAPageGoesOnOverPagesWithEveryLine) {
  std::string lines;
  for (int i = 1; i <= 300; ++i) lines += fmt::format("line{}.\n", i);
  PdfTable table = {.widths = {1, 2}};
  table.rows = {{.cells = {Cell("short"), Cell(lines)}}, {.cells = {Cell("after"), Cell("x")}}};
  const std::vector<std::string> pages =
      Pages(RenderPdf({}, [&](PdfWriter& writer) { writer.Table(table); }));
  EXPECT_GE(pages.size(), 3u);
  std::string all;
  for (const std::string& page : pages) all += page;
  for (int i = 1; i <= 300; ++i) EXPECT_THAT(all, HasSubstr(fmt::format("line{}.", i)));
  EXPECT_THAT(pages.back(), HasSubstr("after"));
}

TEST(Pdf, ALongTextGoesOnOverPagesWithEveryWord) {
  std::string text;
  for (int i = 1; i <= 3'000; ++i) text += fmt::format("w{}. ", i);
  std::string all;
  for (const std::string& page : Pages(RenderPdf({}, [&](PdfWriter& writer) {
         writer.Space(300);
         writer.Text({{text, {}}});
       }))) {
    all += page;
  }
  for (int i = 1; i <= 3'000; ++i) EXPECT_THAT(all, HasSubstr(fmt::format("w{}.", i)));
}

TEST(Pdf, BosnianInBothScriptsIsReadBackFromEveryFamily) {
  const std::string text = "čćšžđ ČĆŠŽĐ Ђорђевић Љиљана Њего Џ final office flow";
  for (FontFamily family : {FontFamily::kSans, FontFamily::kSerif, FontFamily::kMono}) {
    for (bool bold : {false, true}) {
      const absl::StatusOr<std::string> pdf = RenderPdf({}, [&](PdfWriter& writer) {
        writer.Text({{text, {.family = family, .bold = bold}}});
      });
      ASSERT_TRUE(pdf.ok()) << pdf.status();
      EXPECT_THAT(*PdfText(*pdf), HasSubstr(text));
    }
  }
}

TEST(Pdf, SameInputGivesTheSameBytesWithTheCallersDate) {
  const PdfOptions options = {.title = "Potvrda o donaciji",
                              .author = "Đorđe",
                              .created = absl::FromUnixSeconds(1'689'206'400)};
  auto render = [&] {
    return RenderPdf(options, [](PdfWriter& writer) { writer.Table(Numbered(80)); });
  };
  const absl::StatusOr<std::string> first = render();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *render());
  const std::string info = *PdfInfo(*first);
  EXPECT_THAT(info, HasSubstr("Potvrda o donaciji"));
  EXPECT_THAT(info, HasSubstr("Đorđe"));
  EXPECT_THAT(info, HasSubstr("2023-07-13T00:00:00Z"));
  EXPECT_THAT(info, HasSubstr("(A4)"));
}

TEST(Pdf, WhatCannotBeShownRightIsRefused) {
  auto code = [](absl::FunctionRef<void(PdfWriter&)> body) {
    return RenderPdf({}, body).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code([](PdfWriter& writer) { writer.Text({{"\xFF", {}}}); }), kInvalid);
  EXPECT_EQ(code([](PdfWriter& writer) { writer.Text({{"\U000F1234", {}}}); }), kInvalid);
  EXPECT_EQ(code([](PdfWriter& writer) { writer.EnsureRoom(2'000); }), kInvalid);
  EXPECT_EQ(code([](PdfWriter& writer) {
              writer.Table({.widths = {1, 1}, .rows = {{.cells = {Cell("one")}}}});
            }),
            kInvalid);
  EXPECT_EQ(code([](PdfWriter& writer) { writer.Text({{"fine", {}}}); }), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace prihvat::documents
