import Fluxgate
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateTransport

/// Those beside the patient who may read, as shown before a recording begins.
enum Grantees {
  static func lines(_ plan: SessionPlan) -> [String] {
    guard let grants = plan.grants else { return [] }
    let categories = Set(plan.devices.map(\.category.rawValue))
    let recipients = grants.recipients(of: categories, at: HostClock.now.nanoseconds).dropFirst()
    let refused = grants.refusedCount
    return joined(recipients).flatMap(line)
      + (refused > 0 ? ["\(refused) record(s) among the vault's consents do not count."] : [])
  }

  /// Several grants of one key in one line.
  private static func joined(_ recipients: some Sequence<Recipient>) -> [Recipient] {
    var found: [Recipient] = []
    for recipient in recipients {
      let place = found.firstIndex { $0.key.keyFingerprint == recipient.key.keyFingerprint }
      guard let place else {
        found.append(recipient)
        continue
      }
      found[place] = Recipient(
        found[place].key,
        categories: (found[place].categories ?? []).union(recipient.categories ?? []))
    }
    return found
  }

  private static func line(_ recipient: Recipient) -> [String] {
    let names = (recipient.categories ?? []).sorted().map {
      Category(rawValue: $0)?.name ?? "category \($0)"
    }
    return TextBlock.wrap(
      "  \(recipient.key.name)   \(recipient.key.fingerprint)   \(names.joined(separator: ", "))",
      columns: 80, hanging: 4)
  }
}
