#include "services/prihvatctl/cli.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/commands_backup.h"
#include "services/prihvatctl/commands_certificates.h"
#include "services/prihvatctl/commands_log.h"
#include "services/prihvatctl/doctor.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/files.h"

namespace prihvat::ctl {
namespace {

constexpr int kAttempts = 4;  // a person waits; a play has more

// What is no address would be looked up, and tried again and again, before anything is said. "" if
// all is well, as CLI11 has it.
std::string CheckServers(const std::string& servers) {
  const std::vector<std::string> entries = absl::StrSplit(servers, ',');
  for (const std::string& entry : entries) {
    const std::string address = entry.substr(entry.find('=') + 1);  // all of it where there is none
    const size_t colon = address.rfind(':');
    int port = 0;
    if (colon == std::string::npos || colon == 0 ||
        !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 1 || port > 65'535) {
      return fmt::format("'{}' is no address: it must be host:port, with a port from 1 to 65535",
                         address);
    }
  }
  return "";
}

constexpr char kFooter[] =
    "Exit codes: 0 done; 1 refused by the server; 2 wrong usage or file, nothing was sent;\n"
    "3 no answer (send again: request ids make that safe); 4 a local file, or an unreadable "
    "reply;\n"
    "5 a log, a seal or a backup is not what was written; 6 the doctor found a problem.";

struct GlobalFlags {
  std::string server = "127.0.0.1:8443";
  std::string principal;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  bool json = false;
  double timeout_seconds = 30;
};

// One that was not given is left empty.
absl::Status LoadPem(const std::string& file, std::string& into) {
  if (file.empty()) return absl::OkStatus();
  PRIHVAT_ASSIGN_OR_RETURN(into, ReadFile(file));
  if (into.find("-----BEGIN ") == std::string::npos)
    return absl::InvalidArgumentError(fmt::format("{} is no PEM file", file));
  return absl::OkStatus();
}

absl::StatusOr<Connection> ConnectionOf(const GlobalFlags& flags) {
  Connection connection;
  connection.servers = flags.server;
  PRIHVAT_RETURN_IF_ERROR(LoadPem(flags.tls_ca, connection.ca));
  PRIHVAT_RETURN_IF_ERROR(LoadPem(flags.tls_cert, connection.certificate));
  PRIHVAT_RETURN_IF_ERROR(LoadPem(flags.tls_key, connection.key));
  return connection;
}

using Command = std::function<absl::Status(CommandContext&)>;

// The flags of all commands; the callback of the chosen one sets `command`.
class CommandLine {
 public:
  explicit CommandLine(const Surroundings& surroundings)
      : surroundings_(surroundings),
        open_log_(surroundings.open_log),
        app_("Talks to the services of Prihvat.", "prihvatctl") {
    app_.footer(kFooter);
    app_.require_subcommand(1);
    app_.fallthrough();
    AddGlobalFlags();
    AddPlay();
    AddResources();
    AddCall();
    AddReports();
    AddExport();
    AddCheckOcds();
    AddImport();
    AddPaper();
    AddCertificate();
    AddSigningAwayFromHere();
    AddBids();
    AddAdmin();
    AddEvidence();
    AddKeys();
    AddBackup();
    AddDoctor();
  }

  // The exit code where that settles it (help, wrong flags).
  std::optional<int> Parse(std::vector<std::string> arguments, std::ostream& out,
                           std::ostream& err) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
    // CLI11 reports by exception, and only here is it let to.
    try {
      app_.parse(arguments);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, out, err) == 0 ? kDone : kUsage;
    }
    return std::nullopt;
  }

  const GlobalFlags& flags() const { return flags_; }
  const Command& command() const { return command_; }

 private:
  void AddGlobalFlags() {
    app_.add_option("--server", flags_.server,
                    "Where the server listens, host:port; where each service has its own, "
                    "procurement=host:port,handover=host:port,...")
        ->envname("PRIHVAT_SERVER")
        ->check(&CheckServers)
        ->capture_default_str();
    app_.add_option(
            "--principal", flags_.principal,
            "Who asks, for a development server or a certificate that may speak for others: "
            "organisations/iom/people/amra;roles=viewer;operations=operations/ba")
        ->envname("PRIHVAT_PRINCIPAL");
    AddTlsFlags();
    app_.add_option("--token-file", flags_.token_file,
                    "Keeps what was seen in this file, so that a later command sees it too")
        ->envname("PRIHVAT_TOKEN_FILE");
    app_.add_flag("--json", flags_.json, "JSON on standard output, errors too");
    app_.add_option("--timeout", flags_.timeout_seconds, "Seconds for one call")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
  }

  void AddTlsFlags() {
    CLI::Option* ca = app_.add_option("--tls-ca", flags_.tls_ca,
                                      "Certificates of those whose server certificates are "
                                      "believed, a PEM file; without it nothing is encrypted")
                          ->envname("PRIHVAT_TLS_CA");
    CLI::Option* cert =
        app_.add_option("--tls-cert", flags_.tls_cert, "Your certificate with its chain, PEM")
            ->envname("PRIHVAT_TLS_CERT");
    CLI::Option* key = app_.add_option("--tls-key", flags_.tls_key, "The key of --tls-cert, PEM")
                           ->envname("PRIHVAT_TLS_KEY");
    ca->needs(cert, key);
    cert->needs(ca, key);
    key->needs(ca, cert);
  }

  void AddPlay() {
    CLI::App* play = app_.add_subcommand("play", "Play a scenario of commands");
    play->add_option("file", play_.file, "The scenario, YAML")->required();
    play->add_option("--only-until", play_.only_until, "Stop after this step");
    play->add_option("--state", play_.state_file,
                     "Keeps how far it got in this file, and goes on there");
    play->add_option(
            "--attempts", play_.attempts,
            "How often a step is tried at most, while its server cannot be reached or asks "
            "to wait")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    play->add_option("--set", play_.set, "Another value for a variable of the file: each=5");
    Sets(play, [this](CommandContext& context) { return RunPlay(context, play_); });
  }

  void AddResources() {
    CLI::App* get = app_.add_subcommand("get", "Get one resource");
    get->add_option("name", name_, "operations/ba/purchaseOrders/PO-2023-0001")->required();
    get->add_option("--service", service_, "Where two services have such a collection");
    Sets(get, [this](CommandContext& context) { return RunGet(context, name_, service_); });

    CLI::App* list = app_.add_subcommand("list", "List the resources of a collection");
    list->add_option("collection", list_.collection,
                     "operations, purchaseOrders, assets, centres ...")
        ->required();
    list->add_option("--parent", list_.parent,
                     "operations/ba, or what they stand under; operations stand under nothing");
    list->add_option("--where", list_.where, "A filter of the method: state=CENTRE_STATE_OPEN");
    list->add_option("--service", list_.service, "Where two services have such a collection");
    list->add_option("--limit", list_.limit, "At most so many")->capture_default_str();
    Sets(list, [this](CommandContext& context) { return RunList(context, list_); });
  }

  void AddCall() {
    CLI::App* call = app_.add_subcommand("call", "Call any method with a request in JSON");
    call->add_option("method", name_, "procurement.IssuePurchaseOrder")->required();
    call->add_option("request", request_, "JSON, @FILE, or - for standard input")->required();
    call->add_option("--import", import_id_, "The import that this belongs to");
    Sets(call,
         [this](CommandContext& context) { return RunCall(context, name_, request_, import_id_); });
    CLI::App* methods = app_.add_subcommand("methods", "List all methods and their permissions");
    Sets(methods, [](CommandContext& context) { return RunMethods(context); });
  }

  void AddLineOfSightFlags(CLI::App* command) {
    command->add_option("--operation", line_of_sight_.operation, "operations/ba")->required();
    command->add_option("--where", line_of_sight_.where,
                        "project=, donor=, item=, serial=, certificate=, recipient= or centre=");
    command->add_option("--as-of", line_of_sight_.as_of, "As of this time, RFC 3339");
  }

  void AddReports() {
    CLI::App* report = app_.add_subcommand("report", "Print a report");
    report->require_subcommand(1);
    CLI::App* line_of_sight = report->add_subcommand(
        "line-of-sight", "From the donor's euro to items, certificates and people served");
    AddLineOfSightFlags(line_of_sight);
    Sets(line_of_sight,
         [this](CommandContext& context) { return RunLineOfSight(context, line_of_sight_); });

    CLI::App* donor = report->add_subcommand("donor", "What became of a donor's money");
    donor->add_option("--operation", donor_.operation, "operations/ba")->required();
    donor->add_option("--project", donor_.project, "operations/ba/projects/...");
    donor->add_option("--donor", donor_.donor, "organisations/eu");
    donor->add_option("--as-of", donor_.as_of, "As of this time, RFC 3339");
    Sets(donor, [this](CommandContext& context) { return RunDonorSummary(context, donor_); });

    CLI::App* funding = report->add_subcommand(
        "funding", "Which funding source pays how much of a document, line by line, to the cent");
    funding
        ->add_option("name", name_,
                     "A budget line, requisition, order or sourcing process: "
                     "operations/ba/purchaseOrders/PO-2023-0001")
        ->required();
    Sets(funding, [this](CommandContext& context) { return RunFundingSplit(context, name_); });

    CLI::App* centre = report->add_subcommand("centre", "What happened at a centre");
    centre->add_option("name", centre_.centre, "operations/ba/centres/usivak")->required();
    centre->add_option("--from", centre_.from, "The first local day, 2022-02-01")->required();
    centre->add_option("--to", centre_.to, "The last local day")->required();
    Sets(centre, [this](CommandContext& context) { return RunCentreSummary(context, centre_); });
  }

  void AddExport() {
    CLI::App* exports = app_.add_subcommand("export", "Write a report to a file");
    exports->require_subcommand(1);
    CLI::App* line_of_sight = exports->add_subcommand("line-of-sight", "As CSV or XLSX");
    AddLineOfSightFlags(line_of_sight);
    line_of_sight->add_option("-o,--output", line_of_sight_.output, "FILE.csv or FILE.xlsx")
        ->required();
    Sets(line_of_sight,
         [this](CommandContext& context) { return RunExportLineOfSight(context, line_of_sight_); });
    CLI::App* assets = exports->add_subcommand(
        "asset-register", "What there is, who has it and what it cost, as PDF, XLSX or CSV");
    assets->add_option("--operation", register_.operation, "operations/ba")->required();
    assets->add_option("--as-of", register_.as_of, "As it was at this time, RFC 3339");
    assets->add_option(
        "--where", register_.where,
        "Only these, such as donor=organisations/eu, title_holder=, custodian=, centre=");
    assets->add_option("-o,--output", register_.output, "FILE.pdf, FILE.xlsx or FILE.csv")
        ->required();
    Sets(assets,
         [this](CommandContext& context) { return RunExportAssetRegister(context, register_); });
    CLI::App* ocds = exports->add_subcommand(
        "ocds", "Contracting processes as a package of the Open Contracting Data Standard 1.1");
    CLI::Option* operation = ocds->add_option("--operation", ocds_.operation, "operations/ba");
    CLI::Option* publisher = ocds->add_option(
        "--publisher", ocds_.publisher, "File that says who publishes: docs/standards/ocds.md");
    CLI::Option* published = ocds->add_option(
        "--published", ocds_.published,
        "Instead of ours, what was imported: operations/ba/publishedPackages/... as it came, or "
        "operations/ba/publishedProcesses/... with all its releases");
    published->excludes(operation)->excludes(publisher);
    ocds->add_option("--process", ocds_.process,
                     "Only that of this requisition, sourcing process or order");
    ocds->add_flag("--records", ocds_.records,
                   "Records with the compiled release and its versions, not releases");
    ocds->add_option("--known-at", ocds_.known_at, "As it was known at this time, RFC 3339");
    ocds->add_option("-o,--output", ocds_.output, "FILE.json")->required();
    Sets(ocds, [this](CommandContext& context) {
      return ocds_.published.empty() ? RunExportOcds(context, ocds_)
                                     : RunExportPublished(context, ocds_);
    });
  }

  void AddImport() {
    CLI::App* imports = app_.add_subcommand("import", "Import a file");
    imports->require_subcommand(1);
    CLI::App* ocds = imports->add_subcommand(
        "ocds", "A publisher's package of the Open Contracting Data Standard 1.1");
    ocds->add_option("file", import_ocds_.file, "The package of releases or records, JSON")
        ->required();
    ocds->add_option("--operation", import_ocds_.operation, "operations/ba")->required();
    ocds->add_flag("--contact-points", import_ocds_.contact_points,
                   "Keep whom to turn to, with the names of people; else they are left out");
    ocds->add_flag("--dry-run", import_ocds_.dry_run,
                   "Only say what would be imported, and what has no place; asks no server");
    Sets(ocds, [this](CommandContext& context) { return RunImportOcds(context, import_ocds_); });
  }

  void AddCheckOcds() {
    CLI::App* check =
        app_.add_subcommand("check-ocds", "Read a publisher's OCDS package; asks no server");
    check->add_option("file", name_, "The package of releases or records, JSON")->required();
    check->add_option("-o,--output", output_,
                      "Write what could be read here, as records with compiled releases");
    Sets(check, [this](CommandContext& context) { return RunCheckOcds(context, name_, output_); });
  }

  void AddPaper() {
    CLI::App* paper = app_.add_subcommand(
        "paper",
        "Write a paper of procurement or handover as PDF; the same as data: get NAME --json");
    paper->add_option("name", paper_.name, "operations/ba/purchaseOrders/PO-2023-0001")->required();
    paper->add_option("--kind", paper_.kind, "Which paper, where there are several")
        ->check(CLI::IsMember(PaperKinds()));
    paper->add_option("-o,--output", paper_.output, "The file; by default the document's number");
    Sets(paper, [this](CommandContext& context) { return RunPaper(context, paper_); });
  }

  void AddCertificate() {
    CLI::App* certificate =
        app_.add_subcommand("certificate", "Write a donation certificate as PDF");
    certificate->add_option("name", certificate_.name, "operations/ba/certificates/DC-2023-0001")
        ->required();
    certificate->add_option("-o,--output", certificate_.output,
                            "The file; by default the certificate's name");
    certificate->add_option("--content", certificate_.content,
                            "Write the canonical content, of which the QR code has the SHA-256, "
                            "to this file");
    certificate
        ->add_option("--language", certificate_.language,
                     "Beside English; by default Bosnian. The digest is the same in all")
        ->check(CLI::IsMember(CertificateLanguages()));
    Sets(certificate,
         [this](CommandContext& context) { return RunCertificate(context, certificate_); });
    CLI::App* verify = app_.add_subcommand(
        "verify-certificate",
        "Check the QR code of a certificate with public keys alone, without a server");
    verify
        ->add_option("code", verify_certificate_.code,
                     "What the code reads: prihvat:certificate:2:...")
        ->required();
    verify
        ->add_option("--trusted-keys", verify_certificate_.trusted_keys, "File of the public keys")
        ->required();
    verify->add_option("--content", verify_certificate_.content,
                       "File of the canonical content, to be compared with the digest");
    Sets(verify, [this](CommandContext& context) {
      return RunVerifyCertificate(context, verify_certificate_);
    });
  }

  void AddSigningAwayFromHere() {
    CLI::App* exported = app_.add_subcommand(
        "export-certificate", "Write a certificate as a file to be signed away from here");
    exported->add_option("name", name_, "operations/ba/certificates/DC-2023-0001")->required();
    exported->add_option("-o,--output", output_, "The file; by default the certificate's number");
    Sets(exported,
         [this](CommandContext& context) { return RunExportCertificate(context, name_, output_); });
    CLI::App* content = app_.add_subcommand(
        "signing-content", "Write what is to be signed of an exported certificate, to the byte");
    content->add_option("file", name_, "That export-certificate wrote")->required();
    content->add_option("-o,--output", output_, "The file")->required();
    Sets(content,
         [this](CommandContext& context) { return RunSigningContent(context, name_, output_); });
    CLI::App* returned = app_.add_subcommand(
        "return-certificate", "Bring back that one side has signed an exported certificate");
    returned->add_option("file", return_.file, "That export-certificate wrote")->required();
    returned->add_option("--party", return_.party, "For which side")
        ->check(CLI::IsMember({"giver", "recipient"}))
        ->required();
    returned->add_option("--date", return_.date, "Of signing, YYYY-MM-DD")->required();
    returned->add_option("--place", return_.place, "Where it was signed")->required();
    returned->add_option("--person", return_.person,
                         "Who signed; by default the signatory whom the file names");
    CLI::Option* image =
        returned->add_option("--image", return_.image, "PNG or JPEG of the signature");
    CLI::Option* signature = returned->add_option(
        "--signature", return_.signature, "Electronic signature: 64 bytes of Ed25519, or CMS");
    CLI::Option* key = returned->add_option("--key", return_.key,
                                            "The key of the mandate that it is checked with");
    image->excludes(signature)->excludes(key);
    signature->needs(key);
    key->needs(signature);
    Sets(returned,
         [this](CommandContext& context) { return RunReturnCertificate(context, return_); });
  }

  void AddBids() {
    CLI::App* keys = app_.add_subcommand("bid-keys", "Make the keys of one who opens bids");
    Sets(keys, [](CommandContext& context) { return RunBidKeys(context); });
    CLI::App* seal = app_.add_subcommand(
        "seal-bid", "Seal a bid for the openers of a process: nobody reads it before they do");
    seal->add_option("process", name_, "operations/ba/sourcingProcesses/SRC-2024-0001")->required();
    seal->add_option("file", output_, "The bid, BidContent as JSON")->required();
    Sets(seal, [this](CommandContext& context) { return RunSealBid(context, name_, output_); });
  }

  void AddAdmin() {
    log_ = app_.add_subcommand("log", "Look into a service's log");
    log_->require_subcommand(1);
    CLI::App* tail = log_->add_subcommand("tail", "Print its commits, one line of JSON each");
    tail->add_option("--service", log_tail_.service, "procurement, handover ...")->required();
    tail->add_option("--operation", log_tail_.operation, "Only of this operation");
    tail->add_flag("-f,--follow", log_tail_.follow, "Go on as commits come");
    Sets(tail, [this](CommandContext& context) { return RunLogTail(context, log_tail_); });

    CLI::App* store = app_.add_subcommand("store", "Look at a service's store");
    store->require_subcommand(1);
    CLI::App* checksum = store->add_subcommand(
        "checksum", "SHA-256 over entities and views: equal wherever the same commits were folded");
    checksum->add_option("--service", service_, "By default each of them");
    checksum->add_flag("--requests", of_requests_,
                       "Of the request ids that it remembers: equal on all instances of one log");
    Sets(checksum,
         [this](CommandContext& context) { return RunChecksum(context, service_, of_requests_); });
    CLI::App* checkpoint = store->add_subcommand(
        "checkpoint", "Copy the stores of an instance while it serves, for a new one (restore)");
    checkpoint->add_option("--service", checkpoint_.services,
                           "By default each that the instance hosts; may be given again");
    checkpoint->add_option("--id", checkpoint_.id, "The copy's name there (default: the time)");
    checkpoint
        ->add_option("-o,--output", checkpoint_.output,
                     "To this folder, empty or not there; on the server's machine")
        ->required();
    Sets(checkpoint,
         [this](CommandContext& context) { return RunCheckpoint(context, checkpoint_); });

    CLI::App* partitions = app_.add_subcommand("partitions", "How the partitions stand");
    Sets(partitions, [](CommandContext& context) { return RunPartitions(context); });

    CLI::App* watch = app_.add_subcommand("watch", "Print changes as they happen");
    watch->add_option("collections", watch_.collections,
                      "Only of these, of one service: centres, stays ...");
    watch->add_option("--service", watch_.service, "By default the one that has the collection");
    watch->add_option("--operation", watch_.operation, "Only of this operation");
    watch->add_flag("--from-now", watch_.from_now, "Not from the beginning");
    watch->add_option("--resume", watch_.resume_file,
                      "Keeps in this file how far it got, and goes on there");
    watch->add_option("--limit", watch_.limit, "Stop after so many changes");
    Sets(watch, [this](CommandContext& context) { return RunWatch(context, watch_); });
  }

  static void AddLogFlags(CLI::App* command, LogArguments& log) {
    command->add_option(
        "--directory", log.directory,
        "The folder of an embedded log that no server uses: a copy, or DATA-DIR/log");
    command->add_option("--brokers", log.brokers, "Kafka's bootstrap servers, host:port,...");
    command->add_option("--kafka-property", log.kafka_properties,
                        "A property of librdkafka, NAME=VALUE");
    command->add_option("--service", log.services, "Only the log of this one; may be given again");
  }

  void AddEvidence() {
    CLI::App* exports =
        log_->add_subcommand("export", "Write a copy of the log to a file (docs/log-file.md)");
    AddLogFlags(exports, log_export_.log);
    exports->add_option("-o,--output", log_export_.output, "The file; must not be there")
        ->required();
    Sets(exports,
         [this](CommandContext& context) { return RunLogExport(context, open_log_, log_export_); });

    CLI::App* verify = app_.add_subcommand(
        "verify", "Prove that nothing in a log was changed, removed, added or reordered");
    AddLogFlags(verify, verify_.log);
    verify->add_option("--file", verify_.log.file, "A log that 'log export' wrote");
    verify->add_option("--trusted-keys", verify_.trusted_keys,
                       "File of the public keys that seals are checked with");
    verify->add_flag("--no-signatures", verify_.no_signatures,
                     "Only what the chain tells; whoever can write the log can fit it");
    verify->add_option("--from-seals", verify_.from_seals,
                       "File of seals, one a partition: begin after them");
    verify->add_option("--to-seals", verify_.to_seals,
                       "File of seals, one a partition: each must be there, and is the end");
    verify->add_option("--seals-out", verify_.seals_out,
                       "Write the last seal of each partition to this file, to be handed over");
    Sets(verify,
         [this](CommandContext& context) { return RunVerify(context, open_log_, verify_); });
  }

  void AddKeys() {
    CLI::App* keys = app_.add_subcommand("keys", "Keys for seals of the log");
    keys->require_subcommand(1);
    CLI::App* generate = keys->add_subcommand(
        "generate", "Make a new key; the one that was trusted before is trusted until it begins");
    generate->add_option("-o,--output", keys_generate_.output, "File for the private key")
        ->required();
    generate->add_option("--trusted-keys", keys_generate_.trusted, "File of the public keys")
        ->required();
    generate->add_option("--from", keys_generate_.from, "Trusted from, RFC 3339 (default: now)");
    Sets(generate,
         [this](CommandContext& context) { return RunKeysGenerate(context, keys_generate_); });
    CLI::App* retire = keys->add_subcommand("retire", "Trust a key no longer");
    retire->add_option("key", keys_retire_.key_id, "Its id, 16 hexadecimal digits")->required();
    retire->add_option("--trusted-keys", keys_retire_.trusted, "File of the public keys")
        ->required();
    retire->add_option("--until", keys_retire_.until, "Trusted until, RFC 3339 (default: now)");
    Sets(retire, [this](CommandContext& context) { return RunKeysRetire(context, keys_retire_); });
    CLI::App* list = keys->add_subcommand("list", "Print the public keys");
    list->add_option("--trusted-keys", keys_retire_.trusted, "File of the public keys")->required();
    Sets(list,
         [this](CommandContext& context) { return RunKeysList(context, keys_retire_.trusted); });
  }

  void AddBackup() {
    CLI::App* backup = app_.add_subcommand(
        "backup", "Have the server write a backup of its log and stores while it serves");
    backup->add_option("--id", backup_.id, "Its name (default: the time)");
    backup->add_option("-o,--output", backup_.output,
                       "Copy it to this folder, checked; on the server's machine");
    Sets(backup, [this](CommandContext& context) { return RunBackup(context, backup_); });
    CLI::App* restore =
        app_.add_subcommand("restore", "Make a server's data directory of a backup, checked");
    restore->add_option("backup", restore_.backup, "The backup's folder")->required();
    restore->add_option("--data-dir", restore_.data_dir, "The new one; empty or not there")
        ->required();
    restore->add_flag("--log-only", restore_.log_only,
                      "Without the stores, which are then rebuilt from the log");
    Sets(restore, [this](CommandContext& context) { return RunRestore(context, restore_); });
  }

  void AddDoctor() {
    CLI::App* doctor = app_.add_subcommand(
        "doctor", "Look at servers, brokers, clocks, disks and certificates, and say what to do");
    doctor
        ->add_option("--instance", doctor_.instances,
                     "One more server, host:port; may be given again. Owners that servers name are "
                     "asked too")
        ->check(&CheckServers);
    doctor->add_option("--brokers", doctor_.brokers,
                       "Kafka's bootstrap servers, host:port,...: audits the topics");
    doctor->add_option("--kafka-property", doctor_.kafka_properties,
                       "A property of librdkafka, NAME=VALUE");
    doctor->add_flag("--strict", doctor_.strict, "Exit code 6 for warnings too");
    Sets(doctor, [this](CommandContext& context) {
      PRIHVAT_ASSIGN_OR_RETURN(const Connection connection, ConnectionOf(flags_));
      const auto connect = [&](const std::string& address) {
        Connection one = connection;
        one.servers = address;
        return surroundings_.connect(one);
      };
      return RunDoctor(context, {connection, connect, open_log_, surroundings_.audit_topics},
                       doctor_);
    });
  }

  void Sets(CLI::App* app, Command command) {
    app->callback([this, command = std::move(command)] { command_ = command; });
  }

  const Surroundings& surroundings_;
  const OpenLog open_log_;
  CLI::App app_;
  CLI::App* log_ = nullptr;
  GlobalFlags flags_;
  Command command_;
  PlayArguments play_;
  std::string name_;
  std::string service_;
  bool of_requests_ = false;
  ListArguments list_;
  std::string request_;
  std::string import_id_;
  LineOfSightArguments line_of_sight_;
  OcdsArguments ocds_;
  ImportOcdsArguments import_ocds_;
  DonorArguments donor_;
  PaperArguments paper_;
  AssetRegisterArguments register_;
  CentreArguments centre_;
  CertificateArguments certificate_;
  ReturnCertificateArguments return_;
  VerifyCertificateArguments verify_certificate_;
  std::string output_;
  LogTailArguments log_tail_;
  WatchArguments watch_;
  LogExportArguments log_export_;
  VerifyArguments verify_;
  KeysGenerateArguments keys_generate_;
  KeysRetireArguments keys_retire_;
  BackupArguments backup_;
  CheckpointArguments checkpoint_;
  RestoreArguments restore_;
  DoctorArguments doctor_;
};

absl::StatusOr<std::string> LoadToken(const std::string& file) {
  if (file.empty()) return std::string();
  absl::StatusOr<std::string> token = ReadFile(file);
  if (absl::IsNotFound(token.status())) return std::string();
  return token;
}

int Fail(const absl::Status& status, bool json, std::ostream& err) {
  err << (json ? ErrorJson(status).dump(2) + "\n" : DescribeError(status));
  return ExitCodeOf(status);
}

absl::Status RunWithToken(CommandContext& context, const GlobalFlags& flags,
                          const Command& command) {
  PRIHVAT_ASSIGN_OR_RETURN(context.token, LoadToken(flags.token_file));
  const std::string before = context.token;
  absl::Status status = command(context);
  // Kept after a failure too: what was seen was seen.
  if (!flags.token_file.empty() && context.token != before) {
    status.Update(ReplaceFile(flags.token_file, context.token));
  }
  return status;
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (!IsServerError(status)) {
    switch (status.code()) {
      case absl::StatusCode::kInvalidArgument:
      case absl::StatusCode::kNotFound:
        return kUsage;
      case absl::StatusCode::kFailedPrecondition:
        return kRefused;
      case absl::StatusCode::kDataLoss:
        return kNotIntact;
      default:
        return kLocalFailure;
    }
  }
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kNotReached;
    default:
      return kRefused;
  }
}

int RunCommandLine(std::vector<std::string> arguments, const Surroundings& surroundings) {
  CommandLine line(surroundings);
  if (const auto code = line.Parse(std::move(arguments), surroundings.out, surroundings.err)) {
    return *code;
  }
  const GlobalFlags& flags = line.flags();
  const absl::StatusOr<Connection> connection = ConnectionOf(flags);
  if (!connection.ok()) return Fail(connection.status(), flags.json, surroundings.err);
  const std::unique_ptr<Api> api = surroundings.connect(*connection);
  CommandContext context{*api,
                         ApiCatalogue::Compiled(),
                         surroundings.out,
                         surroundings.err,
                         surroundings.in,
                         surroundings.wait};
  context.json = flags.json;
  context.err_is_terminal = surroundings.err_is_terminal;
  context.width = surroundings.width;
  context.call.principal = flags.principal;
  context.call.timeout = absl::Seconds(flags.timeout_seconds);
  context.retries.attempts = kAttempts;
  const absl::Status status = RunWithToken(context, flags, line.command());
  return status.ok() ? context.exit_code : Fail(status, flags.json, surroundings.err);
}

}  // namespace prihvat::ctl
