public import FluxgateSeal

/// `erasures/<32 hexadecimal digits>.tombstone`, named by the tombstone's id.
public enum TombstoneFile {
  static let folder = "erasures"

  public static func path(_ tombstone: Tombstone, in folder: RecordingFolder) -> String {
    "\(folder.erasures)/\(tombstone.text).tombstone"
  }

  /// All of a recording, each seen to be signed by its patient; what is none, by name.
  ///
  /// - Parameter patient: whom the pairing names; nil where there is none, and then all are refused.
  public static func all(
    in folder: RecordingFolder, of patient: KeyFingerprint?
  ) throws(RecordingError) -> (tombstones: [Tombstone], refused: [(file: String, DocumentFault)]) {
    guard Disk.exists(folder.erasures) else { return ([], []) }
    var tombstones: [Tombstone] = []
    var refused: [(file: String, DocumentFault)] = []
    for file in try Disk.list(folder.erasures) where !file.hasSuffix(Disk.aside) {
      let bytes = try Disk.read("\(folder.erasures)/\(file)", limit: Tombstone.byteCountMax)
      do {
        tombstones.append(try read(bytes, file, patient))
      } catch {
        refused.append((file, error))
      }
    }
    return (tombstones, refused)
  }

  private static func read(
    _ bytes: [UInt8], _ file: String, _ patient: KeyFingerprint?
  ) throws(DocumentFault) -> Tombstone {
    guard let patient else { throw .signer }
    do {
      let tombstone = try Tombstone.open(bytes, of: patient)
      guard file == "\(tombstone.text).tombstone" else { throw SealError.malformed("id") }
      return tombstone
    } catch let error as SealError {
      throw DocumentFault(error)
    } catch {
      throw .encoding
    }
  }
}
