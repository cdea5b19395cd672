#include "libs/documents/csv.h"

#include <fmt/format.h>

#include <utility>

#include "libs/base/text.h"

namespace prihvat::documents {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kFormulaStarts = "=+-@\t\r";
constexpr std::string_view kQuoted = "\",;\r\n\t";

// How many apostrophes stand before a formula character; npos where the text does not start so.
size_t ApostrophesBeforeFormula(std::string_view text) {
  const size_t first = text.find_first_not_of('\'');
  if (first == std::string_view::npos) return std::string_view::npos;
  return kFormulaStarts.find(text[first]) == std::string_view::npos ? std::string_view::npos
                                                                    : first;
}

bool NeedsQuotes(std::string_view field) {
  if (field.empty()) return false;
  return field.find_first_of(kQuoted) != std::string_view::npos || field.front() == ' ' ||
         field.back() == ' ';
}

void AppendField(std::string& out, std::string_view field, bool quote) {
  if (!quote) {
    out += field;
    return;
  }
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Cuts a file into records. One use, one thread; holds a view of the caller's bytes.
class Reader {
 public:
  Reader(std::string_view file, char delimiter) : file_(file), delimiter_(delimiter) {}

  bool AtEnd() const { return at_ == file_.size(); }
  size_t record_number() const { return record_number_; }

  absl::StatusOr<std::vector<std::string>> Next() {
    ++record_number_;
    std::vector<std::string> fields;
    while (true) {
      absl::StatusOr<std::string> field = Peek() == '"' ? Quoted() : Unquoted();
      if (!field.ok()) return field.status();
      fields.push_back(*std::move(field));
      if (Peek() == delimiter_) {
        ++at_;
        continue;
      }
      if (!AtEnd() && !SkipLineEnd()) return Broken("text behind a closing quote");
      return fields;
    }
  }

 private:
  // The next byte, or NUL at the end; a NUL in the file is ordinary text, so AtEnd() decides.
  char Peek() const { return AtEnd() ? '\0' : file_[at_]; }

  bool SkipLineEnd() {
    if (file_.substr(at_).starts_with("\r\n")) {
      at_ += 2;
      return true;
    }
    if (Peek() == '\n') {
      ++at_;
      return true;
    }
    return false;
  }

  absl::StatusOr<std::string> Unquoted() {
    const size_t from = at_;
    while (!AtEnd() && file_[at_] != delimiter_ && file_[at_] != '\n') {
      if (file_[at_] == '"') return Broken("a quote inside an unquoted field");
      if (file_[at_] == '\r') {
        if (file_.substr(at_).starts_with("\r\n")) break;
        return Broken("a carriage return without a line feed");
      }
      ++at_;
    }
    return std::string(file_.substr(from, at_ - from));
  }

  absl::StatusOr<std::string> Quoted() {
    std::string field;
    for (++at_; !AtEnd(); ++at_) {
      if (file_[at_] != '"') {
        field += file_[at_];
      } else if (file_.substr(at_).starts_with("\"\"")) {
        field += '"';
        ++at_;
      } else {
        ++at_;
        return field;
      }
    }
    return Broken("a quote that is never closed");
  }

  absl::Status Broken(std::string_view what) const {
    return absl::InvalidArgumentError(fmt::format("record {}: {}", record_number_, what));
  }

  const std::string_view file_;
  const char delimiter_;
  size_t at_ = 0;
  size_t record_number_ = 0;
};

absl::Status CheckDelimiter(char delimiter) {
  if (delimiter == ',' || delimiter == ';') return absl::OkStatus();
  return absl::InvalidArgumentError("the delimiter is a comma or a semicolon");
}

bool IsEmptyLine(const std::vector<std::string>& record) {
  return record.size() == 1 && record[0].empty();
}

}  // namespace

std::string NeutraliseFormula(std::string_view text) {
  const bool runs = ApostrophesBeforeFormula(text) != std::string_view::npos;
  return fmt::format("{}{}", runs ? "'" : "", text);
}

std::string RestoreFormula(std::string_view text) {
  const size_t apostrophes = ApostrophesBeforeFormula(text);
  if (apostrophes != std::string_view::npos && apostrophes > 0) text.remove_prefix(1);
  return std::string(text);
}

absl::StatusOr<std::string> WriteCsv(const Table& table, const CsvOptions& options) {
  if (absl::Status status = CheckDelimiter(options.delimiter); !status.ok()) return status;
  if (absl::Status status = Validate(table); !status.ok()) return status;

  std::string out(options.byte_order_mark ? kByteOrderMark : "");
  const bool one_column =
      table.header.size() == 1;  // where an unquoted empty cell is an empty line
  for (size_t column = 0; column < table.header.size(); ++column) {
    if (column > 0) out += options.delimiter;
    const std::string field = NeutraliseFormula(table.header[column]);
    AppendField(out, field, NeedsQuotes(field) || (one_column && field.empty()));
  }
  out += "\r\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      if (column > 0) out += options.delimiter;
      std::string field = ToText(row[column]);
      if (std::holds_alternative<Text>(row[column])) field = NeutraliseFormula(field);
      AppendField(out, field, NeedsQuotes(field) || (one_column && field.empty()));
    }
    out += "\r\n";
  }
  return out;
}

absl::StatusOr<ParsedCsv> ParseCsv(std::string_view file, char delimiter) {
  if (absl::Status status = CheckDelimiter(delimiter); !status.ok()) return status;
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
  if (!base::IsValidUtf8(file)) {
    return absl::InvalidArgumentError("the file is not UTF-8; save it as 'CSV UTF-8'");
  }
  if (file.empty()) return absl::InvalidArgumentError("the file is empty");

  ParsedCsv parsed;
  Reader reader(file, delimiter);
  while (!reader.AtEnd()) {
    absl::StatusOr<std::vector<std::string>> record = reader.Next();
    if (!record.ok()) return record.status();
    for (std::string& field : *record) field = RestoreFormula(field);
    if (reader.record_number() == 1) {
      parsed.header = *std::move(record);
      continue;
    }
    if (IsEmptyLine(*record) && parsed.header.size() > 1) continue;
    if (record->size() != parsed.header.size()) {
      return absl::InvalidArgumentError(fmt::format("record {} has {} fields, the header {}",
                                                    reader.record_number(), record->size(),
                                                    parsed.header.size()));
    }
    parsed.rows.push_back(*std::move(record));
  }
  return parsed;
}

}  // namespace prihvat::documents
