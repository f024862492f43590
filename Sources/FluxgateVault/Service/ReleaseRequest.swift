public import FluxgateConsent

/// What a reader asks a vault for.
public struct ReleaseRequest: Sendable, Hashable {
  /// 16 bytes; nil asks for every recording of the vault.
  public let recording: [UInt8]?
  public let categories: Set<UInt16>
  /// The measurements that are asked for, not the time of asking.
  public let window: TimeWindow
  /// A code of HL7 v3 ActReason, such as `TREAT`.
  public let purpose: String
  public let action: ConsentAction
  public let identity: IdentityLevel

  /// Throws `.malformed` for an id that has not 16 bytes, no category, or a purpose that is no code.
  public init(
    recording: [UInt8]? = nil, categories: Set<UInt16>, window: TimeWindow, purpose: String,
    action: ConsentAction = .read, identity: IdentityLevel
  ) throws(ServiceError) {
    guard recording?.count ?? 16 == 16 else { throw .malformed("recording") }
    guard 1...64 ~= categories.count else { throw .malformed("categories") }
    guard Self.isCode(purpose) else { throw .malformed("purpose") }
    self.recording = recording
    self.categories = categories
    self.window = window
    self.purpose = purpose
    self.action = action
    self.identity = identity
  }

  private static func isCode(_ purpose: String) -> Bool {
    1...32 ~= purpose.utf8.count
      && purpose.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
      }
  }
}
