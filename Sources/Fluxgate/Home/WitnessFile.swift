public import FluxgateLedger

/// The file that says whom a log's keeper asks to cosign: ``WitnessPolicy`` as text.
public enum WitnessFile {
  /// Nil where there is none.
  public static func read(_ path: String) throws(Fault) -> WitnessPolicy? {
    guard DurableFile.exists(path) else { return nil }
    let text = String(decoding: try DurableFile.read(path), as: UTF8.self)
    do throws(WitnessPolicy.Failure) {
      return try WitnessPolicy(text)
    } catch {
      throw Fault(
        "W01", "\(path) does not name witnesses", state: "Nothing was started.",
        remedy: "give each witness anew with `fluxgate witness add`", cause: "\(error)",
        exit: .refused)
    }
  }

  /// Adds a witness, or gives one that is known its new address.
  ///
  /// - Parameter quorum: how many must cosign; nil keeps the number, which is 1 at first.
  public static func add(
    _ member: WitnessPolicy.Member, quorum: Int?, to path: String
  ) throws(Fault) -> WitnessPolicy {
    let old = try read(path)
    let others = old?.members.filter { $0.key.key != member.key.key } ?? []
    return try write(others + [member], quorum: quorum ?? old?.quorum ?? 1, to: path)
  }

  public static func write(
    _ members: [WitnessPolicy.Member], quorum: Int, to path: String
  ) throws(Fault) -> WitnessPolicy {
    let policy: WitnessPolicy
    do throws(WitnessPolicy.Failure) {
      policy = try WitnessPolicy(quorum: quorum, members: members)
    } catch {
      throw Fault(
        "W02", "this is no quorum: \(quorum) of \(members.count)", state: "Nothing was changed.",
        remedy: "give a number from 1 to the number of witnesses", cause: "\(error)",
        exit: .refused)
    }
    try DurableFile.replace(path, with: [UInt8](policy.text.utf8), mode: 0o644)
    return policy
  }
}
