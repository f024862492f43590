import Fluxgate
import FluxgateSeal
import Foundation

/// Writes the sheets of one set, a file each.
struct SheetFolder {
  let path: String
  let hasPassphrase: Bool

  /// - Returns: the files, in the order of groups and members.
  func write(_ groups: [[Share]], of key: PatientPublicKey) throws(Fault) -> [String] {
    try DurableFile.makeFolder(path)
    let date = Self.day.string(from: Date())
    var files: [String] = []
    for shares in groups {
      for share in shares {
        let text = RecoverySheet(share, of: key)
          .text(memberCount: shares.count, hasPassphrase: hasPassphrase, date: date)
        let name = "sheet-\(share.set.text)-\(share.group + 1)-\(share.member + 1).txt"
        try DurableFile.create("\(path)/\(name)", with: [UInt8](text.utf8))
        files.append("\(path)/\(name)")
      }
    }
    return files
  }

  private static var day: ISO8601DateFormatter {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withFullDate]
    return formatter
  }
}

/// Sheets that holders brought, and those that cannot be read.
struct BroughtSheets {
  struct Sheet {
    let file: String
    let content: RecoverySheet
  }

  private(set) var sheets: [Sheet] = []
  /// Lines for people: the file and what is wrong with it.
  private(set) var unreadable: [String] = []

  init(_ files: [String]) throws(Fault) {
    for file in files {
      let text = String(decoding: try DurableFile.read(file), as: UTF8.self)
      do throws(RecoverySheetError) {
        sheets.append(Sheet(file: file, content: try RecoverySheet(text: text)))
      } catch {
        unreadable.append("\(file): \(error)")
      }
    }
  }

  var shares: [Share] { sheets.map(\.content.share) }
  var fingerprints: Set<KeyFingerprint> { Set(sheets.compactMap(\.content.fingerprint)) }
  var label: String? { sheets.compactMap(\.content.label).first }

  /// The sets that the sheets are of, in the order they come.
  var sets: [ShareSet] {
    sheets.map(\.content.share.set).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  func file(_ place: Int) -> String { sheets[place].file }
}
