import ArgumentParser

struct ConsentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent",
    abstract: "Say who may read what, for how long and what for; and end it.",
    discussion: """
      Records are signed by the patient and kept in the vault. A grant ends by
      itself. Ending it earlier stops new keys and releases; what was read
      cannot be unread.
      """,
    subcommands: [
      ConsentGrantCommand.self, ConsentListCommand.self, ConsentShowCommand.self,
      ConsentRevokeCommand.self, ConsentExplainCommand.self, ConsentPastCommand.self,
    ])
}
