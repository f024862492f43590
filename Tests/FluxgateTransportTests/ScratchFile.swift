import Foundation

/// A path of its own that is removed at the end of the test.
final class ScratchFile {
  let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString).pcapng"

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var bytes: [UInt8] {
    get { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }
    set { _ = FileManager.default.createFile(atPath: path, contents: Data(newValue)) }
  }
}
