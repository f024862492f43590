public import FluxgateDevice
internal import Glibc

/// Where profiles are looked for: the user's own first, then those that came with the program.
public enum ProfileFolders {
  /// - Parameters:
  ///   - named: a folder from the command line, looked at first.
  ///   - home: the gateway's folder; its `profiles` holds the user's own.
  public static func load(named: String?, home: GatewayHome) throws(Fault) -> ProfileLibrary {
    let own = home.path + "/profiles"
    // Of two profiles with one name the later folder's holds.
    let folders = [shipped(), DurableFile.exists(own) ? own : nil, named].compactMap { $0 }
    do throws(ProfileError) {
      return try ProfileLibrary.load(folders: folders)
    } catch {
      throw .profile(error)
    }
  }

  /// The nearest `device-profiles` above the program or the working folder.
  static func shipped() -> String? {
    for start in [executableFolder(), "."] {
      var place = start
      for _ in 0..<6 {
        let folder = place + "/device-profiles"
        if DurableFile.exists(folder) { return folder }
        place += "/.."
      }
    }
    return nil
  }

  private static func executableFolder() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    // SAFETY: the kernel writes at most the size told and no NUL.
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let bytes = buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:))
    let path = String(decoding: bytes, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}

extension Fault {
  /// A profile that cannot be used: file, line and column.
  public static func profile(_ error: ProfileError) -> Fault {
    Fault(
      "C06", "\(error.file):\(error.line):\(error.column): \(error.message)",
      state: "Nothing was started.", remedy: error.hint, exit: .refused)
  }
}
