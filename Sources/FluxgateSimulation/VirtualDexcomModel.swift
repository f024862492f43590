/// The receivers that a virtual one can be: what each calls itself and how its records are laid out.
public enum VirtualDexcomModel: Sendable, CaseIterable {
  case g4, g4Share, g5, touchscreenG5, touchscreenG6

  /// Revision and length of one record type.
  struct Layout {
    var revision: UInt8
    var length: Int
  }

  var productID: String {
    switch self {
    case .g4: "G4Receiver"
    case .g4Share: "G4ShareReceiver"
    case .g5: "G5Receiver"
    case .touchscreenG5: "ScoutReceiver"
    case .touchscreenG6: "OrionReceiver"
    }
  }

  public var productName: String {
    switch self {
    case .g4: "Dexcom G4 Receiver"
    case .g4Share: "Dexcom G4 Share Receiver"
    case .g5: "Dexcom G5 Receiver"
    case .touchscreenG5: "Dexcom Touchscreen Receiver"
    case .touchscreenG6: "Dexcom G6 Receiver"
    }
  }

  /// The one of the G5 touchscreen is known for a predicted word that predicts nothing.
  var softwareNumber: String {
    switch self {
    case .g4: "SW10050"
    case .g4Share: "SW10505"
    case .g5: "SW10611"
    case .touchscreenG5: "SW10751"
    case .touchscreenG6: "SW11101"
    }
  }

  var glucose: Layout {
    switch self {
    case .g4: Layout(revision: 2, length: 13)
    case .g4Share: Layout(revision: 3, length: 13)
    case .g5: Layout(revision: 4, length: 23)
    case .touchscreenG5, .touchscreenG6: Layout(revision: 5, length: 25)
    }
  }

  public var isG4: Bool { self == .g4 || self == .g4Share }
  public var isTouchscreen: Bool { self == .touchscreenG5 || self == .touchscreenG6 }
  var predicts: Bool { self == .touchscreenG6 }

  var calibration: Layout {
    isG4 ? Layout(revision: 2, length: 148) : Layout(revision: 3, length: 249)
  }
  var insertion: Layout {
    isG4 ? Layout(revision: 1, length: 15) : Layout(revision: 2, length: 25)
  }
  var meter: Layout { isG4 ? Layout(revision: 1, length: 16) : Layout(revision: 3, length: 21) }

  /// Later receivers keep settings in a layout that nobody has published.
  var settings: Layout {
    isG4 ? Layout(revision: 3, length: 48) : Layout(revision: 6, length: 60)
  }
}

/// What can happen to a receiver beside faults of its line, at a time after its start.
public struct VirtualDexcomIncident: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Its memory is erased; numbers begin again at zero.
    case erasedMemory
    /// The wearer sets the clock on the display by so many seconds.
    case clockChange(seconds: Int64)
    /// The cable is pulled in the middle of the next reply and put back after two seconds.
    case cutReply
  }

  public var after: Int64
  public var kind: Kind

  public init(after: Int64, kind: Kind) {
    self.after = after
    self.kind = kind
  }
}
