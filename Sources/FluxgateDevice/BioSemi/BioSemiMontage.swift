/// Names of the electrodes at the pins, by the maker's head caps.
enum BioSemiMontage: String, CaseIterable {
  /// Connector letters and numbers, A1 to H32.
  case pins
  case caps32 = "10-20-32"
  case caps64 = "10-20-64"

  /// The name of pin `index`, counted from 0 within its box; pins beyond the cap keep their own.
  func name(_ index: Int) -> String {
    let cap = electrodes
    return index < cap.count ? cap[index] : Self.pin(index)
  }

  private static func pin(_ index: Int) -> String {
    let letter = UInt8(ascii: "A") + UInt8(truncatingIfNeeded: index / 32)
    return "\(Character(Unicode.Scalar(letter)))\(index % 32 + 1)"
  }

  private var electrodes: [String] {
    switch self {
    case .pins: []
    case .caps32: Self.names32
    case .caps64: Self.names64
    }
  }

  private static let names32 = [
    "Fp1", "AF3", "F7", "F3", "FC1", "FC5", "T7", "C3", "CP1", "CP5", "P7", "P3", "Pz", "PO3", "O1",
    "Oz", "O2", "PO4", "P4", "P8", "CP6", "CP2", "C4", "T8", "FC6", "FC2", "F4", "F8", "AF4", "Fp2",
    "Fz", "Cz",
  ]

  private static let names64 = [
    "Fp1", "AF7", "AF3", "F1", "F3", "F5", "F7", "FT7", "FC5", "FC3", "FC1", "C1", "C3", "C5", "T7",
    "TP7", "CP5", "CP3", "CP1", "P1", "P3", "P5", "P7", "P9", "PO7", "PO3", "O1", "Iz", "Oz", "POz",
    "Pz", "CPz", "Fpz", "Fp2", "AF8", "AF4", "AFz", "Fz", "F2", "F4", "F6", "F8", "FT8", "FC6",
    "FC4", "FC2", "FCz", "Cz", "C2", "C4", "C6", "T8", "TP8", "CP6", "CP4", "CP2", "P2", "P4", "P6",
    "P8", "P10", "PO8", "PO4", "O2",
  ]
}
