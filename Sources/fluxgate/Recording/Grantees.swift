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
    return recipients.flatMap(line)
      + (refused > 0 ? ["\(refused) record(s) among the vault's consents do not count."] : [])
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
