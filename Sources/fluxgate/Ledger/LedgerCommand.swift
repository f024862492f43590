import ArgumentParser

struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Look at a log of salted commitments, check it, have it dated.",
    discussion: """
      The log is a gateway's or a vault server's: --home names the folder. Nothing
      here waits for, or disturbs, the program that writes it.
      """,
    subcommands: [
      LedgerLogCommand.self, LedgerStatusCommand.self, LedgerVerifyCommand.self,
      LedgerProveCommand.self, LedgerStampCommand.self, LedgerAuthorityCommand.self,
    ])
}
