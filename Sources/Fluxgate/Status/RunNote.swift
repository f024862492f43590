internal import Foundation
internal import Glibc

/// A file that says that a session runs, so that `fluxgate status` finds it from any terminal.
public final class RunNote {
  private let path: String

  public init(home: GatewayHome) throws(Fault) {
    try DurableFile.makeFolder(home.runFolder)
    path = "\(home.runFolder)/\(getpid()).json"
  }

  /// Replaces the note. A note that cannot be written costs the recording nothing.
  public func write(_ status: SessionStatus) throws(Fault) {
    guard let data = try? JSONEncoder().encode(status) else { return }
    try DurableFile.replace(path, with: [UInt8](data))
  }

  public func remove() {
    // SAFETY: the path is read during the call only.
    unsafe unlink(path)
  }

  /// Sessions that run now; notes of dead ones are removed.
  public static func all(home: GatewayHome) -> [SessionStatus] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: home.runFolder)) ?? []
    return names.sorted().compactMap { name in
      let path = "\(home.runFolder)/\(name)"
      guard name.hasSuffix(".json"), let process = Int32(name.dropLast(5)) else { return nil }
      guard kill(process, 0) == 0 || errno == EPERM else {
        // SAFETY: as in `remove`.
        unsafe unlink(path)
        return nil
      }
      guard let bytes = try? DurableFile.read(path) else { return nil }
      return try? JSONDecoder().decode(SessionStatus.self, from: Data(bytes))
    }
  }
}
