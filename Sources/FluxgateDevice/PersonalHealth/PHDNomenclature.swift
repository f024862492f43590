/// The numbers of ISO/IEEE 11073-10101 and -20601 that are read here; all others are passed over.
enum PHDAttribute {
  static let instance: UInt16 = 2338
  static let model: UInt16 = 2344
  static let productionSpecification: UInt16 = 2349
  static let type: UInt16 = 2351
  static let measurementStatus: UInt16 = 2375
  static let numericObserved: UInt16 = 2384
  static let powerStatus: UInt16 = 2389
  static let segmentUsage: UInt16 = 2427
  static let absoluteClock: UInt16 = 2439
  static let absoluteStamp: UInt16 = 2448
  static let unit: UInt16 = 2454
  static let batteryCharge: UInt16 = 2460
  static let enumerationCode: UInt16 = 2633
  static let basicNumber: UInt16 = 2636
  static let segmentMap: UInt16 = 2638
  static let valueMap: UInt16 = 2645
  static let simpleNumber: UInt16 = 2646
  static let simpleBits: UInt16 = 2661
  static let basicBits: UInt16 = 2662
  static let baseOffsetClock: UInt16 = 2689
  static let baseOffsetStamp: UInt16 = 2690
}

/// Event and action types.
enum PHDType {
  static let segmentInfo: UInt16 = 0x0C0D
  static let triggerTransfer: UInt16 = 0x0C1C
  static let configuration: UInt16 = 0x0D1C
  static let fixedReport: UInt16 = 0x0D1D
  static let variableReport: UInt16 = 0x0D1E
  static let personFixedReport: UInt16 = 0x0D1F
  static let personVariableReport: UInt16 = 0x0D20
  static let segmentData: UInt16 = 0x0D21
}

/// What a metric is, as partition x 65536 + code.
enum PHDMetric {
  /// Capillary whole blood and plasma, interstitial fluid. Control solution (29136) is nobody's.
  static let glucose: Set<UInt32> = [2 << 16 | 29_112, 2 << 16 | 29_116, 2 << 16 | 29_140]

  static let milligramsPerDecilitre: UInt16 = 2130
  static let millimolesPerLitre: UInt16 = 4722

  /// Classes of objects.
  static let storeClass: UInt16 = 61
}
