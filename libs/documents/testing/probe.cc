#include "libs/documents/testing/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_join.h"

extern char** environ;

namespace prihvat::documents {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& arguments) {
  const ScratchDir scratch;
  const std::string out = scratch.Path("stdout"), err = scratch.Path("stderr");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), kFlags, 0600);

  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return absl::ErrnoToStatus(error, arguments[0]);

  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "waitpid");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::UnknownError(
        fmt::format("{}: status {}: {}", absl::StrJoin(arguments, " "), status, ReadFile(err)));
  }
  return ReadFile(out);
}

ScratchDir::ScratchDir() {
  path_ = (std::filesystem::temp_directory_path() / "documents.XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDir::Path(std::string_view file) const {
  return fmt::format("{}/{}", path_, file);
}

std::string ScratchDir::Write(std::string_view file, std::string_view bytes) const {
  std::ofstream out(Path(file), std::ios::binary);
  out << bytes;
  out.close();
  if (!out) std::abort();
  return Path(file);
}

absl::StatusOr<std::string> PdfText(std::string_view pdf) {
  const ScratchDir scratch;
  return RunProgram({"pdftotext", "-enc", "UTF-8", scratch.Write("a.pdf", pdf), "-"});
}

absl::StatusOr<std::string> PdfTextInColumns(std::string_view pdf) {
  const ScratchDir scratch;
  return RunProgram({"pdftotext", "-layout", "-enc", "UTF-8", scratch.Write("a.pdf", pdf), "-"});
}

absl::StatusOr<std::string> DecodeQrOnPage(std::string_view pdf, int page) {
  const ScratchDir scratch;
  const std::string number = std::to_string(page);
  const absl::StatusOr<std::string> image =
      RunProgram({"pdftoppm", "-r", "150", "-f", number, "-l", number, "-singlefile", "-png",
                  scratch.Write("a.pdf", pdf), scratch.Path("page")});
  if (!image.ok()) return image.status();
  return RunProgram(
      {"zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", scratch.Path("page.png")});
}

absl::StatusOr<std::string> PdfInfo(std::string_view pdf) {
  const ScratchDir scratch;
  return RunProgram({"pdfinfo", "-isodates", scratch.Write("a.pdf", pdf)});
}

}  // namespace prihvat::documents
