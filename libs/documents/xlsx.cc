#include "libs/documents/xlsx.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "libs/documents/text_table.h"

namespace prihvat::documents {
namespace {

constexpr size_t kMaxRows = 1'048'576;
constexpr size_t kMaxColumns = 16'384;
constexpr size_t kMaxCellPoints = 32'767;
constexpr size_t kMinWidth = 8;
constexpr size_t kMaxWidth = 60;
constexpr size_t kExactDigits = 15;  // what any double gives back

size_t CountPoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::string_view Decimals(std::string_view decimal) {
  const size_t point = decimal.find('.');
  return point == std::string_view::npos ? std::string_view() : decimal.substr(point + 1);
}

bool FitsDouble(std::string_view decimal) {
  const size_t first = decimal.find_first_not_of("-0.");
  if (first == std::string_view::npos) return true;
  decimal.remove_prefix(first);
  return decimal.size() - (decimal.find('.') == std::string_view::npos ? 0 : 1) <= kExactDigits;
}

// Fills one worksheet. The formats belong to the workbook, which outlives this; one thread.
class SheetWriter {
 public:
  SheetWriter(lxw_workbook* workbook, lxw_worksheet* sheet) : workbook_(workbook), sheet_(sheet) {
    header_ = workbook_add_format(workbook);
    format_set_bold(header_);
    format_set_bottom(header_, LXW_BORDER_THIN);
    format_set_text_wrap(header_);
    format_set_align(header_, LXW_ALIGN_VERTICAL_TOP);
    text_ = workbook_add_format(workbook);
    format_set_num_format(text_, "@");
    long_number_ = workbook_add_format(workbook);
    format_set_num_format(long_number_, "@");
    format_set_align(long_number_, LXW_ALIGN_RIGHT);
    date_ = workbook_add_format(workbook);
    format_set_num_format(date_, "yyyy-mm-dd");
  }

  absl::Status Write(const Table& table) {
    for (size_t column = 0; column < table.header.size(); ++column) {
      lxw_error error = worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(column),
                                               table.header[column].c_str(), header_);
      if (error != LXW_NO_ERROR) return Failed(error, 0, column);
    }
    for (size_t row = 0; row < table.rows.size(); ++row) {
      for (size_t column = 0; column < table.header.size(); ++column) {
        lxw_error error = WriteCell(table.rows[row][column], static_cast<lxw_row_t>(row + 1),
                                    static_cast<lxw_col_t>(column));
        if (error != LXW_NO_ERROR) return Failed(error, row + 1, column);
      }
    }
    worksheet_freeze_panes(sheet_, 1, 0);
    SetWidths(table);
    return absl::OkStatus();
  }

 private:
  lxw_error WriteCell(const Cell& cell, lxw_row_t row, lxw_col_t column) {
    if (const auto* text = std::get_if<Text>(&cell)) return WriteText(text->value, row, column);
    if (const auto* number = std::get_if<Number>(&cell)) {
      const std::string& decimal = number->decimal;
      if (!FitsDouble(decimal)) {
        return worksheet_write_string(sheet_, row, column, decimal.c_str(), long_number_);
      }
      return worksheet_write_number(sheet_, row, column, std::strtod(decimal.c_str(), nullptr),
                                    NumberFormat(Decimals(decimal).size()));
    }
    if (const auto* date = std::get_if<Date>(&cell)) {
      const absl::CivilDay& day = date->day;
      if (day < absl::CivilDay(1900, 1, 1) || day > absl::CivilDay(9999, 12, 31)) {
        return WriteText(absl::FormatCivilTime(day), row, column);
      }
      lxw_datetime when = {static_cast<int>(day.year()), day.month(), day.day(), 0, 0, 0.0};
      return worksheet_write_datetime(sheet_, row, column, &when, date_);
    }
    return LXW_NO_ERROR;
  }

  lxw_error WriteText(const std::string& text, lxw_row_t row, lxw_col_t column) {
    return worksheet_write_string(sheet_, row, column, text.c_str(), text_);
  }

  lxw_format* NumberFormat(size_t decimals) {
    lxw_format*& format = numbers_[decimals];
    if (format == nullptr) {
      format = workbook_add_format(workbook_);
      const std::string code = decimals == 0 ? "#,##0" : "#,##0." + std::string(decimals, '0');
      format_set_num_format(format, code.c_str());
    }
    return format;
  }

  void SetWidths(const Table& table) {
    for (size_t column = 0; column < table.header.size(); ++column) {
      size_t width = std::max(kMinWidth, DisplayWidth(table.header[column]));
      for (const std::vector<Cell>& row : table.rows) {
        size_t cell = DisplayWidth(ToText(row[column]));
        if (std::holds_alternative<Number>(row[column])) cell += cell / 3;  // thousands separators
        width = std::max(width, cell);
      }
      const auto at = static_cast<lxw_col_t>(column);
      worksheet_set_column(sheet_, at, at, static_cast<double>(std::min(width, kMaxWidth) + 2),
                           nullptr);
    }
  }

  static absl::Status Failed(lxw_error error, size_t row, size_t column) {
    return absl::InvalidArgumentError(
        fmt::format("row {}, column {}: {}", row, column + 1, lxw_strerror(error)));
  }

  lxw_workbook* const workbook_;
  lxw_worksheet* const sheet_;
  lxw_format* header_;
  lxw_format* text_;
  lxw_format* long_number_;
  lxw_format* date_;
  std::map<size_t, lxw_format*> numbers_;  // by count of decimals
};

absl::Status CheckLimits(const Table& table) {
  if (table.rows.size() >= kMaxRows || table.header.size() > kMaxColumns) {
    return absl::InvalidArgumentError(
        fmt::format("{} rows and {} columns are more than a worksheet holds", table.rows.size(),
                    table.header.size()));
  }
  for (size_t row = 0; row < table.rows.size(); ++row) {
    for (size_t column = 0; column < table.header.size(); ++column) {
      const auto* text = std::get_if<Text>(&table.rows[row][column]);
      if (text == nullptr) continue;
      if (CountPoints(text->value) > kMaxCellPoints) {
        return absl::InvalidArgumentError(fmt::format("row {}, column {}: more than {} characters",
                                                      row + 1, column + 1, kMaxCellPoints));
      }
      if (text->value.find('\0') != std::string::npos) {  // the library takes C strings
        return absl::InvalidArgumentError(
            fmt::format("row {}, column {}: a NUL character", row + 1, column + 1));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status BuildWorkbook(const Table& table, const XlsxOptions& options, const char* path) {
  lxw_workbook* workbook = workbook_new(path);
  if (workbook == nullptr) return absl::ResourceExhaustedError("no memory for a workbook");
  absl::Cleanup discard = [&] { lxw_workbook_free(workbook); };

  lxw_doc_properties properties = {};
  properties.title = const_cast<char*>(options.title.c_str());
  properties.author = const_cast<char*>(options.author.c_str());
  properties.created = absl::ToTimeT(options.created);
  workbook_set_properties(workbook, &properties);

  if (lxw_error error = workbook_validate_sheet_name(workbook, options.sheet_name.c_str());
      error != LXW_NO_ERROR) {
    return absl::InvalidArgumentError(
        fmt::format("sheet name '{}': {}", options.sheet_name, lxw_strerror(error)));
  }
  lxw_worksheet* sheet = workbook_add_worksheet(workbook, options.sheet_name.c_str());
  if (sheet == nullptr) return absl::ResourceExhaustedError("no memory for a worksheet");
  if (absl::Status status = SheetWriter(workbook, sheet).Write(table); !status.ok()) return status;

  std::move(discard).Cancel();  // workbook_close frees it, whatever it returns
  if (lxw_error error = workbook_close(workbook); error != LXW_NO_ERROR) {
    return absl::InternalError(fmt::format("cannot write the workbook: {}", lxw_strerror(error)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string bytes;
  char buffer[1 << 16];
  for (off_t at = 0;;) {
    const ssize_t got = pread(fd, buffer, sizeof buffer, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "read the workbook");
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
    at += got;
  }
}

}  // namespace

absl::StatusOr<std::string> WriteXlsx(const Table& table, const XlsxOptions& options) {
  if (absl::Status status = Validate(table); !status.ok()) return status;
  if (absl::Status status = CheckLimits(table); !status.ok()) return status;

  // The library writes to a path only; this one is memory.
  const int fd = memfd_create("workbook.xlsx", MFD_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "make a file in memory");
  absl::Cleanup close_fd = [fd] { close(fd); };
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  if (absl::Status status = BuildWorkbook(table, options, path.c_str()); !status.ok()) {
    return status;
  }
  return ReadAll(fd);
}

}  // namespace prihvat::documents
