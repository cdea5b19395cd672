#include "libs/documents/certificate_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/documents/eu_emblem.h"
#include "libs/documents/paper_dates.h"
#include "libs/documents/signature_image.h"
#include "libs/documents/table.h"

namespace prihvat::documents {
namespace {

// The type scale: few sizes, so that rank can be seen.
const TextStyle kBody = {.size = 8.5, .line_height = 1.08};
const TextStyle kBodyBold = {.size = 8.5, .bold = true};
const TextStyle kSecond = {
    .size = 7.5, .color = kGrey, .line_height = 1.08};  // Bosnian under English
const TextStyle kLabel = {.size = 6.5, .color = kGrey, .letter_spacing = 0.2};
const TextStyle kSerial = {.family = FontFamily::kMono, .size = 7.5, .wrap = false};

constexpr size_t kMaxSerialColumns = 4;
constexpr double kSerialGap = 14;
constexpr double kItemGap = 9;
constexpr double kLineNumberWidth = 20;
constexpr double kMinDescriptionWidth = 120;

TextStyle Aligned(TextStyle style, Align align) {
  style.align = align;
  if (align == Align::kRight) style.wrap = false;
  return style;
}

std::vector<Paragraph> InBoth(const Bilingual& text, const TextStyle& first,
                              const TextStyle& second, double between = 1) {
  std::vector<Paragraph> paragraphs;
  if (!text.en.empty()) paragraphs.push_back({text.en, first, text.bs.empty() ? 0 : between});
  if (!text.bs.empty()) paragraphs.push_back({text.bs, text.en.empty() ? first : second});
  return paragraphs;
}

absl::int128 CheckedCents(const std::string& decimal) { return ParseCents(decimal).value_or(0); }

std::string ShownValue(const std::string& decimal) {
  return decimal.empty() ? "–" : FormatCents(CheckedCents(decimal));
}

TableCell One(std::string text, TextStyle style, size_t span = 1) {
  return {.content = {{std::move(text), style}}, .span = span};
}

// A total, or a carried total: its name over the first columns, then the two values.
TableRow SumRow(const Bilingual& name, absl::int128 km, absl::int128 eur, bool bold) {
  const TextStyle label = bold ? kBodyBold : kSecond;
  const TextStyle value = Aligned(label, Align::kRight);
  return {.cells = {One("", label), One(absl::StrCat(name.en, "  ·  ", name.bs), label, 3),
                    One(FormatCents(km), value), One(FormatCents(eur), value)},
          .pad_top = 4,
          .pad_bottom = 4};
}

TableRow ItemRow(const CertificateItem& item) {
  return {.cells = {One(absl::StrCat(item.line), kSecond),
                    {.content = InBoth(item.description, kBody, kSecond)},
                    One(item.quantity, Aligned(kBody, Align::kRight)),
                    One(item.unit, kBody),
                    One(ShownValue(item.value_km), Aligned(kBody, Align::kRight)),
                    One(ShownValue(item.value_eur), Aligned(kBody, Align::kRight))},
          .pad_top = 5,
          .pad_bottom = 5};
}

// The widths of the item table's columns: figures never wrap, so their columns are as wide as the
// widest, and the description has the rest.
std::vector<double> ItemWidths(const DonationCertificate& certificate, PdfWriter& writer) {
  double quantity = 44, km = 76, eur = 76;
  const double unit = 34;
  auto widen = [&](double& column, const std::string& text, const TextStyle& style) {
    column = std::max(column, writer.typesetter().Width(text, style));
  };
  for (const CertificateItem& item : certificate.items) {
    widen(quantity, item.quantity, kBody);
    widen(km, ShownValue(item.value_km), kBody);
    widen(eur, ShownValue(item.value_eur), kBody);
  }
  widen(km, ShownValue(certificate.total_km), kBodyBold);
  widen(eur, ShownValue(certificate.total_eur), kBodyBold);
  const double description =
      writer.width() - 5 * kItemGap - kLineNumberWidth - quantity - unit - km - eur;
  if (description < kMinDescriptionWidth) {
    writer.Fail(absl::InvalidArgumentError("a quantity or a value is too long to be printed"));
  }
  return {kLineNumberWidth, std::max(description, kMinDescriptionWidth), quantity, unit, km, eur};
}

// The image as large as the box allows, on its lower edge.
void PaintInto(cairo_t* cairo, cairo_surface_t* image, int width, int height, const Rect& box) {
  const double scale = std::min(box.width / width, box.height / height);
  cairo_save(cairo);
  cairo_translate(cairo, box.x, box.y + box.height - height * scale);
  cairo_scale(cairo, scale, scale);
  cairo_set_source_surface(cairo, image, 0, 0);
  // PDF/A has no interpolated images.
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
  cairo_paint(cairo);
  cairo_restore(cairo);
}

void DrawPng(cairo_t* cairo, PdfWriter& writer, const std::string& png, const Rect& box) {
  struct Source {
    const std::string& bytes;
    size_t at;
  } source{png, 0};
  const Handle<cairo_surface_t> image(cairo_image_surface_create_from_png_stream(
      [](void* closure, unsigned char* data, unsigned int length) {
        auto& from = *static_cast<Source*>(closure);
        if (from.bytes.size() - from.at < length) return CAIRO_STATUS_READ_ERROR;
        std::memcpy(data, from.bytes.data() + from.at, length);
        from.at += length;
        return CAIRO_STATUS_SUCCESS;
      },
      &source));
  const int width = cairo_image_surface_get_width(image.get());
  const int height = cairo_image_surface_get_height(image.get());
  if (cairo_surface_status(image.get()) != CAIRO_STATUS_SUCCESS || width == 0 || height == 0) {
    writer.Fail(absl::InvalidArgumentError("a signature's image is no PNG or JPEG"));
    return;
  }
  PaintInto(cairo, image.get(), width, height, box);
}

// The JPEG goes into the file as it is: the surface only says how large it is.
void DrawJpeg(cairo_t* cairo, PdfWriter& writer, const std::string& jpeg, const ImageInfo& info,
              const Rect& box) {
  const Handle<cairo_surface_t> image(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, info.width, info.height));
  auto* bytes = new std::string(jpeg);  // Cairo's from here on
  const cairo_status_t attached = cairo_surface_set_mime_data(
      image.get(), CAIRO_MIME_TYPE_JPEG, reinterpret_cast<const unsigned char*>(bytes->data()),
      bytes->size(), [](void* owned) { delete static_cast<std::string*>(owned); }, bytes);
  if (attached != CAIRO_STATUS_SUCCESS) {
    delete bytes;
    writer.Fail(absl::ResourceExhaustedError("no memory for a signature's image"));
    return;
  }
  PaintInto(cairo, image.get(), info.width, info.height, box);
}

void DrawSignatureImage(cairo_t* cairo, PdfWriter& writer, const std::string& image,
                        const Rect& box) {
  if (image.empty()) return;
  const absl::StatusOr<ImageInfo> info = CheckSignatureImage(image);
  if (!info.ok()) {
    writer.Fail(info.status());
  } else if (info->type == ImageType::kJpeg) {
    DrawJpeg(cairo, writer, image, *info, box);
  } else {
    DrawPng(cairo, writer, image, box);
  }
}

void Line(cairo_t* cairo, double x, double y, double width, Rgb color, double thickness) {
  cairo_set_source_rgb(cairo, color.red, color.green, color.blue);
  cairo_set_line_width(cairo, thickness);
  cairo_move_to(cairo, x, y);
  cairo_line_to(cairo, x + width, y);
  cairo_stroke(cairo);
}

constexpr double kSignatureImage = 34;
constexpr double kSignatureGap = 40;

// What the code is, in one language of a paper in English and `other`.
std::string CodeText(Language language, Language other, const std::string& key) {
  const CertificateWords& words = WordsOf(language);
  std::string text = fmt::format(
      fmt::runtime(words.code_holds.c_str()),
      key.empty() ? std::string() : fmt::format(fmt::runtime(words.signed_with.c_str()), key));
  if (other != Language::kBosnian) text += fmt::format(" {}", words.content_is_in.c_str());
  return text;
}

}  // namespace

absl::StatusOr<absl::int128> ParseCents(const std::string& decimal) {
  if (decimal.empty()) return absl::int128(0);
  constexpr size_t kMaxDigits = 24;
  const size_t point = decimal.find('.');
  if (!IsDecimal(decimal) || point == std::string::npos || decimal.size() - point != 3 ||
      decimal.size() > kMaxDigits) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is not an amount with two decimal places", decimal));
  }
  absl::int128 cents = 0;
  for (char c : decimal) {
    if (c != '-' && c != '.') cents = cents * 10 + (c - '0');
  }
  return decimal[0] == '-' ? -cents : cents;
}

std::string FormatCents(absl::int128 cents) {
  const bool negative = cents < 0;
  if (negative) cents = -cents;
  std::string digits;
  for (int place = 0; cents > 0 || place < 3; ++place, cents /= 10) {
    if (place == 2) digits += '.';
    if (place > 2 && (place - 2) % 3 == 0) digits += ',';
    digits += static_cast<char>('0' + static_cast<int>(cents % 10));
  }
  if (negative) digits += '-';
  return {digits.rbegin(), digits.rend()};
}

Bilingual CertificateLayout::Both(Word CertificateWords::*word) const {
  return {(WordsOf(Language::kEnglish).*word).str(), (WordsOf(language).*word).str()};
}

std::string CertificateLayout::Label(Word CertificateWords::*word) const {
  const Bilingual both = Both(word);
  return fmt::format("{}  ·  {}", both.en, both.bs);
}

TableRow CertificateLayout::ItemHeader() const {
  const TextStyle first = {.size = 7, .bold = true};
  const TextStyle second = {.size = 6.5, .color = kGrey};
  auto cell = [&](Word CertificateWords::*word, Align align) {
    const Bilingual both = Both(word);
    return TableCell{{{both.en, Aligned(first, align)}, {both.bs, Aligned(second, align)}}};
  };
  return {.cells = {cell(&CertificateWords::line, Align::kLeft),
                    cell(&CertificateWords::description, Align::kLeft),
                    cell(&CertificateWords::quantity, Align::kRight),
                    cell(&CertificateWords::unit, Align::kLeft),
                    cell(&CertificateWords::value_km, Align::kRight),
                    cell(&CertificateWords::value_eur, Align::kRight)},
          .pad_top = 4,
          .pad_bottom = 4,
          .rule = RuleBelow::kStrong};
}

// Serials run in as many columns as the longest of the item allows, each row of them a table row of
// its own, so that a page can end between any two.
void CertificateLayout::AddSerials(ItemRows& out, const CertificateItem& item,
                                   PdfWriter& writer) const {
  double widest = 1;
  for (const std::string& serial : item.serials) {
    widest = std::max(widest, writer.typesetter().Width(serial, kSerial));
  }
  const double room = writer.width() - kLineNumberWidth - kItemGap;
  if (widest > room) {
    writer.Fail(absl::InvalidArgumentError(
        fmt::format("line {}: a serial number is too long to be printed on one line", item.line)));
    return;
  }
  const auto fitting = static_cast<size_t>((room + kSerialGap) / (widest + kSerialGap));
  const size_t columns = std::clamp<size_t>(fitting, 1, kMaxSerialColumns);
  // Columns of spaces, as wide as the serials: the font is monospaced.
  const double space = writer.typesetter().Width("0", kSerial);
  const auto column_chars = static_cast<size_t>(std::lround((widest + kSerialGap) / space));

  out.Add({.cells = {One("", kLabel), One(Label(&CertificateWords::serials), kLabel, 5)},
           .pad_top = 0,
           .pad_bottom = 2,
           .keep_with_next = true},
          0, 0);
  for (size_t first = 0; first < item.serials.size(); first += columns) {
    const size_t end = std::min(first + columns, item.serials.size());
    std::string line;
    for (size_t i = first; i < end; ++i) {
      line += item.serials[i];
      const auto chars = static_cast<size_t>(
          std::lround(writer.typesetter().Width(item.serials[i], kSerial) / space));
      if (i + 1 < end) line.append(std::max<size_t>(column_chars - chars, 2), ' ');
    }
    const bool last = end == item.serials.size();
    out.Add({.cells = {One("", kLabel), One(line, kSerial, 5)},
             .pad_top = 1,
             .pad_bottom = last ? 6.0 : 1.0},
            0, 0);
  }
}

// Under the line of a signature: who signs, where, when.
std::vector<Paragraph> CertificateLayout::SignatureFoot(
    const CertificateSignature& signature) const {
  const std::string date =
      signature.signed_on ? BothDates(*signature.signed_on) : std::string("______________________");
  std::vector<Paragraph> foot = {{signature.person, kBodyBold, 1}, {signature.title, kSecond, 5}};
  if (!signature.place.empty()) {
    foot.push_back(
        {absl::StrCat(Label(&CertificateWords::place), ":  ", signature.place), kSecond, 1});
  }
  foot.push_back({absl::StrCat(Label(&CertificateWords::date), ":  ", date), kSecond, 0});
  return foot;
}

void CertificateLayout::Draw(PdfWriter& writer) const {
  DrawHead(writer);
  DrawFacts(writer);
  DrawParties(writer);
  DrawItems(writer);
  DrawNotes(writer);
  DrawSignatures(writer);
  DrawVerification(writer);
}

void CertificateLayout::DrawHead(PdfWriter& writer) const {
  const Bilingual issued = Both(&CertificateWords::issued);
  writer.Draw(38, [&](cairo_t* cairo, const Rect& box) {
    DrawEuVisibility(cairo, writer.typesetter(), box.x, box.y, 36, {Language::kEnglish, language},
                     certificate.eu_funding);
    const Block number(
        writer.typesetter(),
        {{Label(&CertificateWords::number), Aligned(kLabel, Align::kRight), 1},
         {certificate.number, Aligned(kBodyBold, Align::kRight), 4},
         {fmt::format("{} {}  ·  {} {}", issued.en, EnglishDate(certificate.issue_date), issued.bs,
                      BosnianDate(certificate.issue_date)),
          Aligned(kSecond, Align::kRight)}},
        box.width);
    number.Draw(cairo, box.x, box.y + (36 - number.height()) / 2);
  });
  writer.Space(12);
  writer.Rule(certificate.eu_funding == EuFunding::kNone ? kInk : kEuBlue, 1.2);
  writer.Space(14);
  const TextStyle title = {.family = FontFamily::kSerif, .size = 22, .align = Align::kCenter};
  const TextStyle second = {
      .family = FontFamily::kSerif, .size = 13, .color = kGrey, .align = Align::kCenter};
  writer.Text(InBoth(certificate.title, title, second, 3));
  if (!certificate.corrects_number.empty()) {
    writer.Space(8);
    const std::string& number = certificate.corrects_number;
    const Bilingual corrects = Both(&CertificateWords::corrects);
    writer.Text({{absl::StrCat(corrects.en, " ", number, "  ·  ", corrects.bs, " ", number),
                  Aligned(kBodyBold, Align::kCenter), 2},
                 {absl::StrCat("SHA-256 ", certificate.corrects_digest_sha256),
                  {.family = FontFamily::kMono,
                   .size = 6.5,
                   .color = kGrey,
                   .align = Align::kCenter,
                   .wrap = false}}});
  }
  writer.Space(12);
}

void CertificateLayout::DrawFacts(PdfWriter& writer) const {
  PdfTable facts = {.widths = {110, 371}, .gap = 12};
  auto add = [&](Word CertificateWords::*word, std::vector<Paragraph> value) {
    facts.rows.push_back(
        {.cells = {{.content = {{Label(word), kLabel}}}, {.content = std::move(value)}},
         .pad_top = 3.5,
         .pad_bottom = 3.5});
  };
  add(&CertificateWords::project, InBoth(certificate.project, kBodyBold, kSecond, 2));
  add(&CertificateWords::funding, {{certificate.funding_source, kBody}});
  add(&CertificateWords::handover,
      {{fmt::format("{}, {}", certificate.place, BothDates(certificate.handover_date)), kBody}});
  writer.Table(facts);
  writer.Space(10);
}

void CertificateLayout::DrawParties(PdfWriter& writer) const {
  auto party = [this](Word CertificateWords::*word, const CertificateParty& who) {
    const TextStyle organisation = {.size = 9, .bold = true};
    return TableCell{{{Label(word), kLabel, 3},
                      {who.organisation, organisation, 4},
                      {who.signatory, kBody, 1},
                      {who.signatory_title, kSecond}}};
  };
  writer.Table({.widths = {1, 1},
                .gap = kSignatureGap,
                .rows = {{.cells = {party(&CertificateWords::donor, certificate.donor),
                                    party(&CertificateWords::recipient, certificate.recipient)},
                          .pad_top = 0,
                          .pad_bottom = 0}}});
  writer.Space(12);
  writer.Text(InBoth(certificate.declaration, kBody, kSecond, 3));
  writer.Space(12);
}

void CertificateLayout::DrawItems(PdfWriter& writer) const {
  ItemRows items;
  for (const CertificateItem& item : certificate.items) {
    TableRow row = ItemRow(item);
    if (!item.serials.empty()) {
      row.pad_bottom = 4;
      row.keep_with_next = true;
    }
    items.Add(std::move(row), CheckedCents(item.value_km), CheckedCents(item.value_eur));
    if (!item.serials.empty()) AddSerials(items, item, writer);
    items.rows.back().rule = RuleBelow::kHair;
  }
  items.rows.back().rule = RuleBelow::kStrong;
  items.rows.back().keep_with_next = true;

  const absl::int128 km = CheckedCents(certificate.total_km);
  const absl::int128 eur = CheckedCents(certificate.total_eur);
  const std::vector<absl::int128> km_sums = items.km, eur_sums = items.eur;
  if (eur != eur_sums.back()) {
    TableRow row =
        SumRow(Both(&CertificateWords::rounding), 0, eur - eur_sums.back(), /*bold=*/false);
    row.keep_with_next = true;
    row.cells[2].content[0].text.clear();  // KM adds up
    items.Add(std::move(row), 0, 0);
  }
  items.Add(SumRow(Both(&CertificateWords::total), km, eur, /*bold=*/true), 0, 0);
  items.rows.back().rule = RuleBelow::kStrong;

  writer.Table({.widths = ItemWidths(certificate, writer),
                .gap = kItemGap,
                .header = ItemHeader(),
                .rows = std::move(items.rows),
                .carried = [&](size_t rows_before, bool at_foot) {
                  const size_t last = std::min(rows_before, km_sums.size()) - 1;
                  TableRow row = SumRow(
                      Both(at_foot ? &CertificateWords::carried : &CertificateWords::brought),
                      km_sums[last], eur_sums[last], /*bold=*/false);
                  if (!at_foot) row.rule = RuleBelow::kHair;
                  return row;
                }});
}

void CertificateLayout::DrawNotes(PdfWriter& writer) const {
  writer.Space(6);
  TextStyle note = kSecond;
  note.size = 7;
  const Bilingual& rate = certificate.exchange_rate_note;
  if (!rate.en.empty() || !rate.bs.empty()) {
    const bool both = !rate.en.empty() && !rate.bs.empty();
    writer.Text({{absl::StrCat(rate.en, both ? "  ·  " : "", rate.bs), note}});
  }
  if (!certificate.conditions.en.empty() || !certificate.conditions.bs.empty()) {
    writer.Space(12);
    writer.EnsureRoom(40);  // the label never stands alone
    writer.Text({{Label(&CertificateWords::conditions), kLabel}});
    writer.Space(3);
    writer.Text(InBoth(certificate.conditions, kBody, kSecond, 3));
  }
  writer.Space(14);
}

void CertificateLayout::DrawSignatures(PdfWriter& writer) const {
  const double width = (writer.width() - kSignatureGap) / 2;
  for (size_t first = 0; first < certificate.signatures.size(); first += 2) {
    const size_t end = std::min(first + 2, certificate.signatures.size());
    double head_height = 0, foot_height = 0;
    std::vector<Block> heads, feet;
    for (size_t i = first; i < end; ++i) {
      const CertificateSignature& signature = certificate.signatures[i];
      heads.emplace_back(writer.typesetter(), InBoth(signature.role, kBody, kSecond), width);
      feet.emplace_back(writer.typesetter(), SignatureFoot(signature), width);
      head_height = std::max(head_height, heads.back().height());
      foot_height = std::max(foot_height, feet.back().height());
    }
    const double image_top = head_height + 4;
    const double line = image_top + kSignatureImage + 2;
    writer.Draw(line + 5 + foot_height, [&](cairo_t* cairo, const Rect& box) {
      for (size_t i = first; i < end; ++i) {
        const double x = box.x + static_cast<double>(i - first) * (width + kSignatureGap);
        heads[i - first].Draw(cairo, x, box.y);
        const Rect room = {x + 6, box.y + image_top, width - 12, kSignatureImage};
        DrawSignatureImage(cairo, writer, certificate.signatures[i].image, room);
        if (const std::string& electronic = certificate.signatures[i].electronic;
            !electronic.empty()) {
          const Block block(writer.typesetter(),
                            {{Label(&CertificateWords::signed_electronically), kSecond, 1},
                             {electronic, {.family = FontFamily::kMono, .size = 6.5}}},
                            room.width);
          block.Draw(cairo, room.x, room.y + room.height - block.height() - 2);
        }
        Line(cairo, x, box.y + line, width, kInk, 0.6);
        feet[i - first].Draw(cairo, x, box.y + line + 5);
      }
    });
    writer.Space(6);
  }
}

void CertificateLayout::DrawVerification(PdfWriter& writer) const {
  // A signed code has about twice the modules; each is to be no smaller on paper.
  const double side = certificate.signed_qr_text.empty() ? 72 : 108;
  const double text_left = side + 12;
  const auto statement = ParseCertificateQr(certificate.signed_qr_text);
  const std::string key = statement.ok() ? base::HexEncode(statement->key_id) : "";
  TextStyle fine = kSecond;
  fine.size = 7;
  const TextStyle digest = {.family = FontFamily::kMono, .size = 7, .wrap = false};
  const Block text(writer.typesetter(),
                   {{Label(&CertificateWords::verification), kLabel, 3},
                    {CodeText(Language::kEnglish, language, key), fine, 2},
                    {CodeText(language, language, key), fine, 4},
                    {certificate.name, digest, 1},
                    {digest_hex, digest}},
                   writer.width() - text_left);
  const double height = std::max(side, text.height());
  writer.EnsureRoom(height);
  writer.Space(std::max(0.0, writer.room() - height));  // at the foot of the last page
  writer.Draw(height, [&](cairo_t* cairo, const Rect& box) {
    DrawQr(cairo, qr, box.x - 4, box.y + (height - side) / 2, side);
    text.Draw(cairo, box.x + text_left, box.y + (height - text.height()) / 2);
  });
}

}  // namespace prihvat::documents
