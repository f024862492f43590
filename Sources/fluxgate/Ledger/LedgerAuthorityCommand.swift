import ArgumentParser
import Fluxgate

struct LedgerAuthorityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authority",
    abstract: "Name a time-stamp authority (RFC 3161) and the roots its stamps lead to.",
    discussion: "Authorities are asked in the order in which they were named, until one answers.")

  @Argument(help: "Its address.")
  var url: String
  @Argument(help: "Its root certificates, and others that its replies leave out: a PEM file.")
  var roots: String
  @Option(help: "Seconds from one stamp to the next, at least (default: each checkpoint).")
  var every: UInt32?
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let place = try LedgerPlace(home: home.place.path)
    try place.authorityFile.add(url: url, roots: roots)
    if let every { try place.authorityFile.setInterval(seconds: every) }
    Console.say("Stamps are asked of \(url).")
    Console.report(["authorities": place.authorityFile.path, "url": url])
  }
}
