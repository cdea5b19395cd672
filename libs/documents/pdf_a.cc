#include "libs/documents/pdf_a.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <exception>
#include <iterator>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>
#include <string_view>
#include <utility>

#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace prihvat::documents {
namespace {

// ---- The profile ----

void Add16(std::string& out, uint32_t value) {
  out += static_cast<char>(value >> 8 & 0xFF);
  out += static_cast<char>(value & 0xFF);
}
void Add32(std::string& out, uint32_t value) {
  Add16(out, value >> 16);
  Add16(out, value & 0xFFFF);
}
// s15Fixed16Number
void AddFixed(std::string& out, double value) {
  Add32(out, static_cast<uint32_t>(std::lround(value * 65'536)));
}

std::string Xyz(double x, double y, double z) {
  std::string tag("XYZ \0\0\0\0", 8);
  AddFixed(tag, x), AddFixed(tag, y), AddFixed(tag, z);
  return tag;
}

std::string Description(const std::string& text) {
  std::string tag("desc\0\0\0\0", 8);
  Add32(tag, static_cast<uint32_t>(text.size() + 1));
  tag += text;
  tag.append(1 + 8 + 3 + 67, '\0');  // its end; no Unicode, no ScriptCode
  return tag;
}

// How much light each of 1,024 steps is (IEC 61966-2-1, 5.2).
std::string Curve() {
  constexpr uint32_t kSteps = 1'024;
  std::string tag("curv\0\0\0\0", 8);
  Add32(tag, kSteps);
  for (uint32_t step = 0; step < kSteps; ++step) {
    const double value = step / (kSteps - 1.0);
    const double light = value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    Add16(tag, static_cast<uint32_t>(std::lround(light * 65'535)));
  }
  return tag;
}

std::string ProfileHeader(uint32_t size) {
  std::string header;
  Add32(header, size);
  header.append(4, '\0');
  Add32(header, 0x02100000);  // version 2.1
  header += "mntrRGB XYZ ";
  for (const uint32_t part : {2020, 1, 1, 0, 0, 0}) Add16(header, part);
  header += "acsp";
  header.append(28, '\0');  // no platform, maker, model; perceptual intent
  AddFixed(header, 0.9642), AddFixed(header, 1.0), AddFixed(header, 0.8249);  // D50
  header.append(48, '\0');
  return header;
}

// ---- The metadata ----

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string Xmp(const PdfOptions& options, const std::string& producer) {
  const std::string created =
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", options.created, absl::UTCTimeZone());
  return fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
      "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
      "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n"
      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></dc:title>\n"
      "<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\n"
      "<xmp:CreateDate>{}</xmp:CreateDate>\n"
      "<pdf:Producer>{}</pdf:Producer>\n"
      "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n",
      Escaped(options.title), Escaped(options.author), created, Escaped(producer));
}

std::string Converted(const std::string& bytes, const PdfOptions& options) {
  QPDF pdf;
  pdf.processMemoryFile("pdf", bytes.data(), bytes.size());
  std::string producer;
  if (QPDFObjectHandle info = pdf.getTrailer().getKey("/Info");
      info.isDictionary() && info.getKey("/Producer").isString()) {
    producer = info.getKey("/Producer").getUTF8Value();
  }
  QPDFObjectHandle metadata = QPDFObjectHandle::newStream(&pdf, Xmp(options, producer));
  metadata.getDict().replaceKey("/Type", QPDFObjectHandle::newName("/Metadata"));
  metadata.getDict().replaceKey("/Subtype", QPDFObjectHandle::newName("/XML"));
  QPDFObjectHandle profile = QPDFObjectHandle::newStream(&pdf, SrgbProfile());
  profile.getDict().replaceKey("/N", QPDFObjectHandle::newInteger(3));
  QPDFObjectHandle intent = QPDFObjectHandle::parse(
      "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1)"
      " /Info (sRGB IEC61966-2.1) >>");
  intent.replaceKey("/DestOutputProfile", profile);
  QPDFObjectHandle root = pdf.getRoot();
  root.replaceKey("/Metadata", metadata);
  root.replaceKey("/OutputIntents", QPDFObjectHandle::newArray({intent}));

  // Cairo's subsets number their glyphs as the text does, and leave that unsaid.
  for (QPDFObjectHandle object : pdf.getAllObjects()) {
    if (object.isDictionary() && object.getKey("/Subtype").isNameAndEquals("/CIDFontType2") &&
        !object.hasKey("/CIDToGIDMap")) {
      object.replaceKey("/CIDToGIDMap", QPDFObjectHandle::newName("/Identity"));
    }
  }

  QPDFWriter writer(pdf);
  writer.setOutputMemory();
  writer.setDeterministicID(true);
  writer.setObjectStreamMode(qpdf_o_disable);
  writer.setNewlineBeforeEndstream(true);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
}

}  // namespace

std::string SrgbProfile() {
  std::string copyright("text\0\0\0\0", 8);
  copyright += "No copyright, use freely";
  copyright.push_back('\0');
  // Red, green and blue as seen under D50.
  const std::pair<const char*, std::string> tags[] = {
      {"desc", Description("sRGB IEC61966-2.1")},
      {"cprt", copyright},
      {"wtpt", Xyz(0.9642, 1.0, 0.8249)},
      {"rXYZ", Xyz(0.4360747, 0.2225045, 0.0139322)},
      {"gXYZ", Xyz(0.3850649, 0.7168786, 0.0971045)},
      {"bXYZ", Xyz(0.1430804, 0.0606169, 0.7141733)},
      {"rTRC", Curve()}};
  constexpr const char* kSameCurve[] = {"gTRC", "bTRC"};
  const auto count = static_cast<uint32_t>(std::size(tags) + std::size(kSameCurve));
  std::string table;
  std::string data;
  Add32(table, count);
  const uint32_t begin = 128 + 4 + 12 * count;
  for (const auto& [name, tag] : tags) {
    const auto at = begin + static_cast<uint32_t>(data.size());
    const auto add = [&](const char* as, uint32_t size) {
      table += as;
      Add32(table, at);
      Add32(table, size);
    };
    const auto size = static_cast<uint32_t>(tag.size());
    add(name, size);
    if (std::string_view(name) == "rTRC") {
      for (const char* same : kSameCurve) add(same, size);
    }
    data += tag;
    data.append((4 - data.size() % 4) % 4, '\0');
  }
  return ProfileHeader(begin + static_cast<uint32_t>(data.size())) + table + data;
}

absl::StatusOr<std::string> ToPdfA(const std::string& pdf, const PdfOptions& options) {
  try {  // what qpdf reports with
    return Converted(pdf, options);
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("PDF/A: {}", error.what()));
  }
}

}  // namespace prihvat::documents
