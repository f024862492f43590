internal import FluxgateDevice
internal import FluxgateSignal

/// The amplifier itself: which sweep is due when, and what is in it.
struct BioSemiBox {
  private static let voltPerCode = 31.25e-9
  private static let voltPerTesla = 1e8
  private static let triggerEvery = Int64.milliseconds(500)
  private static let triggerLength = Int64.milliseconds(8)

  private let settings: VirtualBioSemiSettings
  private let home: BioSemiMode
  private var mode: BioSemiMode
  private var switches: [VirtualBioSemiSettings.Switch]
  /// Of the present mode: when it began, and sweeps made since.
  private var modeBegan: Int64 = 0
  private var madeInMode = 0
  private(set) var count = 0
  private var signal: BrainSignal
  private var values: [Double]
  private var offsets: [Double]
  private var streams: [TruthStream]
  private let runs: [[Range<Int>]]

  init(_ settings: VirtualBioSemiSettings) {
    self.settings = settings
    home = BioSemiMode(speed: settings.speed, isMark2: settings.isMark2)
    mode = home
    switches = settings.switches.sorted { $0.after < $1.after }
    let channels = (home.wordCount ?? BioSemiMode.greatestWordCount) - 2
    signal = BrainSignal(channelCount: channels, rate: home.rate, seed: settings.seed)
    values = [Double](repeating: 0, count: channels)
    var random = SeededRandom(seed: settings.seed &+ 3)
    offsets = (0..<channels).map { _ in random.gaussian() * 0.005 }
    let kept = Self.kept(settings, home)
    runs = kept.map(\.runs)
    streams = kept.map { name, runs in
      let status = name == "eeg" ? 1 : 0
      let width = runs.reduce(status) { $0 + $1.count }
      return TruthStream(name: name, sampleType: .int32, channelCount: width)
    }
  }

  /// The words that a recording with the shipped profile keeps, by stream.
  private static func kept(
    _ settings: VirtualBioSemiSettings, _ mode: BioSemiMode
  ) -> [(name: String, runs: [Range<Int>])] {
    let parts: [(String, BioSemiMode.Part, Int)] = [
      ("eeg", .pins, settings.pinsKept), ("exg", .exg, .max),
      ("sensors", .sensors, settings.sensorsKept), ("input-box", .inputBox, .max),
    ]
    return parts.compactMap { name, part, most in
      let runs = mode.runs.filter { $0.part == part }.map(\.words).map {
        $0.lowerBound..<$0.lowerBound + min($0.count, most)
      }
      return runs.isEmpty ? nil : (name, runs)
    }
  }

  func truth(withheld: Set<Int>) -> [TruthStream] {
    streams.map { stream in
      var stream = stream
      stream.withheld = withheld.sorted().map(UInt64.init)
      return stream
    }
  }

  /// The next sweep as the receiver gets it, if its time has come by `elapsed` nanoseconds.
  mutating func next(dueBy elapsed: Int64) -> [UInt8]? {
    let due = modeBegan + Int64((Double(madeInMode + 1) / mode.rate * 1e9).rounded())
    guard due <= elapsed else { return nil }
    if let change = switches.first, change.after <= due {
      switches.removeFirst()
      mode = BioSemiMode(speed: change.speed, isMark2: settings.isMark2)
      modeBegan = due
      madeInMode = 0
      return next(dueBy: elapsed)
    }
    madeInMode += 1
    count += 1
    return sweep(at: due)
  }

  private mutating func sweep(at time: Int64) -> [UInt8] {
    signal.next(into: &values)
    let words = mode.wordCount ?? BioSemiMode.greatestWordCount
    var codes = [Int32](repeating: 0, count: words)
    for word in 2..<words { codes[word] = code(word) }
    let status = status(at: time)
    codes[1] = Int32(status)
    remember(codes)
    var bytes: [UInt8] = [0x00, 0xFF, 0xFF, 0xFF]
    bytes.reserveCapacity(words * 4)
    for word in 1..<words {
      let bits = UInt32(bitPattern: codes[word])
      bytes.append(0)
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
    }
    return bytes
  }

  private func code(_ word: Int) -> Int32 {
    guard !settings.minusOneWords.contains(word) else { return -1 }
    // Another mode may have more channels than there are signals: they are used again.
    let channel = (word - 2) % values.count
    let volts = values[channel] * Self.voltPerTesla + offsets[channel]
    return Int32((volts / Self.voltPerCode).rounded())
  }

  private func status(at time: Int64) -> UInt32 {
    var bits: UInt32 = mode.isMark2 ? 1 << 23 : 0
    bits |= UInt32(mode.speed & 7) << 17 | UInt32(mode.speed >> 3 & 1) << 21
    if !settings.outOfRange.contains(where: { $0.contains(time) }) { bits |= 1 << 20 }
    if settings.batteryLow.contains(where: { $0.contains(time) }) { bits |= 1 << 22 }
    let turn = time / Self.triggerEvery
    if turn > 0, time % Self.triggerEvery < Self.triggerLength { bits |= UInt32(turn % 255 + 1) }
    return bits
  }

  /// Sweeps of another mode fit no stream of the recording: they count, as rows of zeros.
  private mutating func remember(_ codes: [Int32]) {
    let fits = mode.hasLayout(of: home)
    for index in streams.indices {
      guard fits else {
        streams[index].rows += [UInt8](repeating: 0, count: streams[index].channelCount * 4)
        continue
      }
      for range in runs[index] { append(codes[range], to: index) }
      if index == 0 { append(codes[1...1], to: index) }
    }
  }

  private mutating func append(_ codes: ArraySlice<Int32>, to stream: Int) {
    // SAFETY: the bytes are copied here, nothing keeps them.
    unsafe codes.withUnsafeBytes { unsafe streams[stream].rows.append(contentsOf: $0) }
  }
}
