#include "services/prihvatctl/scenario.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "services/prihvatctl/scenario_yaml.h"
#include "yaml-cpp/yaml.h"

namespace prihvat::ctl {
namespace {

using base::FromAbsl;
using base::ToAbsl;

constexpr size_t kMaxSteps = 200'000;
constexpr int64_t kMaxRange = 100'000;

absl::Status Wrong(const YAML::Node& node, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("line {}: {}", node.Mark().line + 1, what));
}

// Status `status`, with the step that it is about.
absl::Status InStep(const absl::Status& status, std::string_view key) {
  return absl::Status(status.code(), fmt::format("step {}: {}", key, FromAbsl(status.message())));
}

absl::Status CheckKeys(const YAML::Node& node, const std::vector<std::string>& known) {
  for (const auto& entry : node) {
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = NearestWord(key, known);
    return Wrong(entry.first,
                 fmt::format("unknown key '{}'{}", key,
                             nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextAt(const YAML::Node& map, const std::string& key,
                                   const Variables& variables) {
  const YAML::Node node = map[key];
  if (!node.IsDefined()) return std::string();
  if (!node.IsScalar()) return Wrong(node, fmt::format("'{}' takes one value", key));
  absl::StatusOr<std::string> text = Substitute(node.Scalar(), variables);
  if (!text.ok()) return Wrong(node, FromAbsl(text.status().message()));
  return text;
}

// One value of a loop: what the key of the step shows, and what the variables hold.
struct LoopValue {
  std::string label;
  Variables variables;
};

// "1..40", with references in either end.
absl::StatusOr<std::vector<LoopValue>> RangeValues(const std::string& name, const YAML::Node& node,
                                                   const Variables& variables) {
  absl::StatusOr<std::string> text = Substitute(node.Scalar(), variables);
  if (!text.ok()) return Wrong(node, FromAbsl(text.status().message()));
  const size_t dots = text->find("..");
  int64_t first = 0;
  int64_t last = 0;
  if (dots == std::string::npos || !absl::SimpleAtoi(text->substr(0, dots), &first) ||
      !absl::SimpleAtoi(text->substr(dots + 2), &last)) {
    return Wrong(node, fmt::format("'{}' is no range; one is written like 1..40", *text));
  }
  if (last < first || last - first >= kMaxRange) {
    return Wrong(node, fmt::format("the range {} is empty or longer than {}", *text, kMaxRange));
  }
  std::vector<LoopValue> values;
  for (int64_t value = first; value <= last; ++value) {
    values.push_back({std::to_string(value), {{name, std::to_string(value)}}});
  }
  return values;
}

// One item of a list: a scalar is the variable itself; of a map, each value is variable NAME_KEY,
// and the first labels the step.
absl::StatusOr<LoopValue> ItemValue(const std::string& name, const YAML::Node& item,
                                    const Variables& variables) {
  LoopValue value;
  if (item.IsScalar()) {
    absl::StatusOr<std::string> text = Substitute(item.Scalar(), variables);
    if (!text.ok()) return Wrong(item, FromAbsl(text.status().message()));
    value.label = *text;
    value.variables[name] = *std::move(text);
    return value;
  }
  if (!item.IsMap() || item.size() == 0) {
    return Wrong(item, "a loop goes over values or over maps of values");
  }
  for (const auto& entry : item) {
    if (!entry.second.IsScalar()) return Wrong(entry.second, "a loop's map holds single values");
    absl::StatusOr<std::string> text = Substitute(entry.second.Scalar(), variables);
    if (!text.ok()) return Wrong(entry.second, FromAbsl(text.status().message()));
    if (value.label.empty()) value.label = *text;
    value.variables[fmt::format("{}_{}", name, entry.first.Scalar())] = *std::move(text);
  }
  return value;
}

absl::StatusOr<std::vector<LoopValue>> LoopValues(const std::string& name, const YAML::Node& node,
                                                  const Variables& variables) {
  if (node.IsScalar()) return RangeValues(name, node, variables);
  if (!node.IsSequence()) return Wrong(node, "a loop is a range like 1..40, or a list");
  std::vector<LoopValue> values;
  for (const YAML::Node& item : node) {
    PRIHVAT_ASSIGN_OR_RETURN(LoopValue value, ItemValue(name, item, variables));
    values.push_back(std::move(value));
  }
  return values;
}

class Reader {
 public:
  Reader(const ApiCatalogue& api, const Variables& set) : api_(api), set_(set) {}

  absl::StatusOr<Scenario> Read(const YAML::Node& root) {
    if (!root.IsMap()) return absl::InvalidArgumentError("line 1: a scenario is a map");
    PRIHVAT_RETURN_IF_ERROR(
        CheckKeys(root, {"scenario", "import", "variables", "principals", "steps"}));
    PRIHVAT_ASSIGN_OR_RETURN(scenario_.id, TextAt(root, "scenario", {}));
    if (scenario_.id.empty()) return Wrong(root, "'scenario' gives the scenario its id");
    PRIHVAT_ASSIGN_OR_RETURN(scenario_.import_id, TextAt(root, "import", {}));
    Variables variables;
    PRIHVAT_RETURN_IF_ERROR(ReadVariables(root["variables"], variables));
    PRIHVAT_RETURN_IF_ERROR(ReadMap(root["principals"], variables, principals_));
    PRIHVAT_RETURN_IF_ERROR(ReadSteps(root["steps"], "", variables));
    return std::move(scenario_);
  }

 private:
  absl::Status ReadVariables(const YAML::Node& node, Variables& variables) const {
    for (const auto& [name, value] : set_) {
      if (node.IsDefined() && node.IsMap() && node[name].IsDefined()) continue;
      return absl::InvalidArgumentError(
          fmt::format("the scenario has no variable '{}' that could be set", name));
    }
    return ReadMap(node, variables, variables, set_);
  }

  // Scalars by key, each with references to what `variables` holds by then; those of `set` instead
  // where it has them.
  static absl::Status ReadMap(const YAML::Node& node, const Variables& variables, Variables& into,
                              const Variables& set = {}) {
    if (!node.IsDefined()) return absl::OkStatus();
    if (!node.IsMap()) return Wrong(node, "expected a map of values");
    for (const auto& entry : node) {
      if (!entry.second.IsScalar()) return Wrong(entry.second, "expected one value");
      absl::StatusOr<std::string> text = Substitute(entry.second.Scalar(), variables);
      if (!text.ok()) return Wrong(entry.second, FromAbsl(text.status().message()));
      const auto other = set.find(entry.first.Scalar());
      into[entry.first.Scalar()] = other == set.end() ? *std::move(text) : other->second;
    }
    return absl::OkStatus();
  }

  // `labels`: of the loops around, joined by '/'.
  absl::Status ReadSteps(const YAML::Node& steps, const std::string& labels,
                         const Variables& variables) {
    if (!steps.IsSequence()) return Wrong(steps, "'steps' is a list");
    for (const YAML::Node& step : steps) {
      if (!step.IsMap()) return Wrong(step, "a step is a map");
      PRIHVAT_RETURN_IF_ERROR(
          CheckKeys(step, {"step", "for", "as", "at", "call", "with", "expect", "steps"}));
      std::vector<std::pair<std::string, YAML::Node>> loops;
      const YAML::Node loop = step["for"];
      if (loop.IsDefined() && !loop.IsMap()) return Wrong(loop, "'for' is a map of loops");
      for (const auto& entry : loop) loops.emplace_back(entry.first.Scalar(), entry.second);
      PRIHVAT_RETURN_IF_ERROR(Repeat(step, loops, 0, labels, variables));
    }
    return absl::OkStatus();
  }

  // The loops from `next` on, one inside the other, around the step.
  absl::Status Repeat(const YAML::Node& step,
                      const std::vector<std::pair<std::string, YAML::Node>>& loops, size_t next,
                      const std::string& labels, const Variables& variables) {
    if (next == loops.size()) {
      const YAML::Node inner = step["steps"];
      return inner.IsDefined() ? ReadSteps(inner, labels, variables)
                               : ReadStep(step, labels, variables);
    }
    PRIHVAT_ASSIGN_OR_RETURN(const std::vector<LoopValue> values,
                             LoopValues(loops[next].first, loops[next].second, variables));
    for (const LoopValue& value : values) {
      Variables with_value = variables;
      for (const auto& [name, text] : value.variables) with_value[name] = text;
      PRIHVAT_RETURN_IF_ERROR(Repeat(step, loops, next + 1,
                                     labels.empty() ? value.label : labels + "/" + value.label,
                                     with_value));
    }
    return absl::OkStatus();
  }

  absl::Status ReadStep(const YAML::Node& node, const std::string& labels,
                        const Variables& variables) {
    if (scenario_.steps.size() >= kMaxSteps) {
      return Wrong(node, fmt::format("more than {} steps", kMaxSteps));
    }
    ScenarioStep step;
    step.line = node.Mark().line + 1;
    PRIHVAT_ASSIGN_OR_RETURN(step.group, TextAt(node, "step", variables));
    if (step.group.empty()) return Wrong(node, "a step has a name: 'step'");
    step.key = labels.empty() ? step.group : step.group + "/" + labels;
    if (!keys_.insert(step.key).second) {
      return Wrong(node, fmt::format("step {} is there already", step.key));
    }
    if (absl::Status status = Fill(node, variables, step); !status.ok()) {
      return InStep(status, step.key);
    }
    scenario_.steps.push_back(std::move(step));
    return absl::OkStatus();
  }

  absl::Status Fill(const YAML::Node& node, const Variables& variables, ScenarioStep& step) {
    PRIHVAT_ASSIGN_OR_RETURN(const std::string principal, TextAt(node, "as", variables));
    const auto found = principals_.find(principal);
    if (found == principals_.end()) {
      return Wrong(node, fmt::format("'as: {}' is none of the file's principals", principal));
    }
    step.principal = found->second;
    PRIHVAT_ASSIGN_OR_RETURN(const std::string call, TextAt(node, "call", variables));
    const auto method = api_.FindMethod(call);
    if (!method.ok()) return Wrong(node, FromAbsl(method.status().message()));
    step.method = *method;
    PRIHVAT_RETURN_IF_ERROR(ReadExpected(node["expect"], step));

    const google::protobuf::Descriptor& type = *step.method->input_type();
    PRIHVAT_ASSIGN_OR_RETURN(nlohmann::json request, YamlToJson(node["with"], type, variables));
    if (type.FindFieldByName("request_id") == nullptr) {
      return Wrong(node, fmt::format("{} changes nothing; a scenario is made of commands", call));
    }
    if (request.contains("requestId")) return Wrong(node, "request ids are made by the program");
    request["requestId"] = StepRequestId(scenario_.id, step.key);
    PRIHVAT_ASSIGN_OR_RETURN(const std::string at, TextAt(node, "at", variables));
    if (!at.empty()) request["effectiveTime"] = at;
    step.request = NewMessage(type);
    if (absl::Status status = JsonToMessage(request.dump(), *step.request); !status.ok()) {
      return Wrong(node, FromAbsl(status.message()));
    }
    return absl::OkStatus();
  }

  // One reason, or a list of them: what is refused so at first may be refused otherwise when the
  // scenario is played again, since by then the story has gone on.
  static absl::Status ReadExpected(const YAML::Node& node, ScenarioStep& step) {
    if (!node.IsDefined()) return absl::OkStatus();
    if (node.IsScalar()) step.expected_reasons.push_back(node.Scalar());
    if (node.IsSequence()) {
      for (const YAML::Node& reason : node) step.expected_reasons.push_back(reason.Scalar());
    }
    const auto& reasons = step.expected_reasons;
    if (reasons.empty() || std::find(reasons.begin(), reasons.end(), "") != reasons.end()) {
      return Wrong(node, "'expect' names reasons, such as OVER_RECEIPT");
    }
    return absl::OkStatus();
  }

  const ApiCatalogue& api_;
  const Variables& set_;
  Scenario scenario_;
  Variables principals_;
  std::set<std::string> keys_;
};

// From 1; of text that is not UTF-8.
int FirstIllFormedLine(std::string_view text) {
  int line = 1;
  for (size_t end = text.find('\n');
       end != std::string_view::npos && base::IsValidUtf8(text.substr(0, end));
       end = text.find('\n')) {
    text.remove_prefix(end + 1);
    ++line;
  }
  return line;
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view yaml, const ApiCatalogue& api,
                                       const Variables& set) {
  // yaml-cpp lets other bytes through, and JSON's writer throws at them.
  if (!base::IsValidUtf8(yaml))
    return absl::InvalidArgumentError(
        fmt::format("line {}: it is not UTF-8", FirstIllFormedLine(yaml)));
  // yaml-cpp reports by exception, and only here is it let to.
  try {
    return Reader(api, set).Read(YAML::Load(std::string(yaml)));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(fmt::format("line {}: {}", error.mark.line + 1, error.msg));
  }
}

std::string StepRequestId(std::string_view scenario_id, std::string_view step_key) {
  // Lengths first, so that no two pairs of texts hash alike.
  std::string bytes = base::Sha256Bytes(
      fmt::format("prihvat scenario step\n{}\n{}\n{}", scenario_id.size(), scenario_id, step_key));
  bytes.resize(16);
  // RFC 9562 section 5.8: version 8, its own variant.
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = base::HexEncode(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

}  // namespace prihvat::ctl
