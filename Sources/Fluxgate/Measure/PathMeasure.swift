internal import FluxgateDSP
public import FluxgateDevice
internal import FluxgateKernels
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport

/// One step of the way of the data, measured over one capture.
public struct StepMeasure: Sendable {
  public let step: String
  /// For one pass over the capture.
  public let seconds: Double
  /// Bytes of plain rows, or bytes on the line where the step knows no rows.
  public let byteCount: Int
  /// Rows x columns of the streams that the step works on.
  public let sampleCount: Int
  /// How long the capture took when it was made.
  public let captureSeconds: Double

  public var megabytesPerSecond: Double { Double(byteCount) / 1e6 / seconds }
  public var samplesPerSecond: Double { Double(sampleCount) / seconds }
  public var timesRealTime: Double { captureSeconds / seconds }
}

/// Measures each step over a capture's data on the calling thread.
public final class PathMeasure {
  /// A cheap step is repeated until it has taken so long, in nanoseconds.
  private static let leastTime = Int64.milliseconds(200)
  private static let chain = ChainDefinition(stages: [
    .notch(frequency: 50, q: 30, harmonics: 3), .bandpass(order: 2, low: 1, high: 40),
    .decimate(factor: 4, quantum: 1e-16),
  ])

  public let captureSeconds: Double
  /// Of the stream with the most bytes.
  public let shape: String
  private let path: String
  private let scratch: String
  private let library: ProfileLibrary
  private let source: DeviceSource
  private let records: [CaptureRecord]
  private let stream: CollectedStream
  private let description: StreamDescription
  /// Of all streams.
  private let samples: Int
  private let rowBytes: Int

  /// Reads the first link of a capture.
  ///
  /// - Parameter scratch: a folder for recordings; the caller removes it.
  public init(capture path: String, library: ProfileLibrary, scratch: String) throws(Fault) {
    let replay = try CaptureReplay(path: path, library: library)
    guard let device = replay.devices.first else { throw .capture(.endOfCapture, path: path) }
    records = try Self.records(path)
    source = device.source
    let run = MemoryRun(
      name: source.name,
      driver: source.driver(DriverSetup(category: source.category, settings: source.settings)))
    do throws(TransportError) {
      try run.run(at: HostTime(nanoseconds: 0), open: source.open)
    } catch {
      throw .capture(error, path: path)
    }
    let outlets = run.board.announcement?.outlets ?? []
    let pairs = zip(run.streams, outlets)
    guard let largest = pairs.max(by: { $0.0.rows.count < $1.0.rows.count }) else {
      throw .silent(source, seconds: 0)
    }
    stream = largest.0
    description = largest.1.description
    samples = run.streams.reduce(0) { $0 + $1.rowCount * $1.channels.count }
    rowBytes = run.streams.reduce(0) { $0 + $1.rows.count }
    captureSeconds = Double(records.last?.time.since(records[0].time) ?? 0) / 1e9
    shape =
      "\(stream.channels.count) columns"
      + (description.rate.map { " at \(Int($0)) Hz" } ?? "")
    self.path = path
    self.scratch = scratch
    self.library = library
  }

  /// Every step in the order of the data's way, references last.
  public func run() throws(Fault) -> [StepMeasure] {
    var steps = [try readCapture(), decode(), passRing()]
    if let stages = try runStages() { steps.append(stages) }
    steps += try record()
    steps.append(try wholeWay())
    return steps + [copy(), hash()]
  }

  private var wireBytes: Int {
    records.reduce(0) { sum, record in
      if case .received(let bytes) = record.event { sum + bytes.count } else { sum }
    }
  }

  private static func records(_ path: String) throws(Fault) -> [CaptureRecord] {
    do throws(TransportError) {
      let reader = try CaptureRecords(path: path, interface: nil)
      var records: [CaptureRecord] = []
      while let record = try reader.next() {
        if case .received = record.event { records.append(record) }
      }
      guard !records.isEmpty else { throw TransportError.endOfCapture }
      return records
    } catch {
      throw .capture(error, path: path)
    }
  }

  // MARK: - Steps

  private func readCapture() throws(Fault) -> StepMeasure {
    var seconds = 0.0
    var passes = 0
    let begun = HostClock.now
    repeat {
      _ = try Self.records(path)
      passes += 1
      seconds = Double(HostClock.now.since(begun)) / 1e9
    } while HostClock.now.since(begun) < Self.leastTime
    return measure("read capture", seconds / Double(passes), bytes: wireBytes, samples: samples)
  }

  private func decode() -> StepMeasure {
    let seconds = Self.time {
      let board = DeviceBoard(name: source.name)
      let setup = DriverSetup(category: source.category, settings: source.settings)
      let link = RecordsLink(records, board: board)
      let acquisition = Acquisition(driver: source.driver(setup), board: board) {
        (_) throws(TransportError) in throw .endOfCapture
      }
      acquisition.run(link: link, until: StopFlag()) { _ in link.emptyRings() }
    }
    return measure("frame + decode", seconds, bytes: wireBytes, samples: samples)
  }

  private func passRing() -> StepMeasure {
    let layout = BlockLayout(
      sampleType: stream.sampleType, channelCount: stream.channels.count, rowCapacity: 40)
    let ring = BlockRing(layout: layout, slotCount: 256)
    var writer = ring.claimWriter()
    var reader = ring.claimReader()
    var sink = SampleBlock(layout: layout)
    let rows = stream.rows
    let seconds = Self.time {
      var start = 0
      while start < rows.count {
        let end = min(start + layout.byteCapacity, rows.count)
        // SAFETY: the bytes are copied into the block at once.
        _ = writer.publish { unsafe $0.append(rows.span.bytes.extracting(start..<end)) }
        _ = reader.consume { sink.copy(from: $0) }
        start = end
      }
    }
    return measure("ring", seconds)
  }

  /// Nil for streams that no chain is for.
  private func runStages() throws(Fault) -> StepMeasure? {
    guard let rate = description.rate, description.measuresField,
      let type = ElementType(rawValue: stream.sampleType.rawValue)
    else { return nil }
    var chain: StageChain
    do throws(ChainError) {
      chain = try StageChain(
        definition: (source.chain ?? Self.chain).calibrated(for: description.channels),
        type: type, channelCount: stream.channels.count, rate: rate)
    } catch {
      return nil
    }
    let blockRows = max(8, Int(rate / 25))
    var output = chain.makeOutput(forInputRows: blockRows)
    var sample: UInt64 = 0
    let rows = stream.rows
    let seconds = Self.time {
      var row = 0
      while row < stream.rowCount {
        let count = min(blockRows, stream.rowCount - row)
        let bytes = row * stream.rowByteCount..<(row + count) * stream.rowByteCount
        // SAFETY: the span is used during the call only.
        unsafe chain.process(
          rows.span.bytes.extracting(bytes), rowCount: count, firstSample: sample,
          output: &output)
        sample += UInt64(count)
        row += count
      }
    }
    return measure("stages", seconds)
  }

  /// Coding, sealing and journalling; then the segment; then its verification.
  private func record() throws(Fault) -> [StepMeasure] {
    let folder = scratch + "/steps"
    do throws(RecordingError) {
      let keys = try Keys()
      let rows = ChunkShape.rows(rate: description.rate, rowByteCount: stream.rowByteCount)
      let dataset = DatasetDescription(
        stream: 1, category: description.category.rawValue, kind: description.kind,
        sampleType: stream.sampleType, columns: UInt32(stream.channels.count),
        rowsPerChunk: UInt32(rows))
      var finished: [UInt32] = []
      let writer = try RecordingWriter(
        creating: folder, identity: keys.gateway, recipients: [Recipient(keys.patient.publicKey)],
        pairing: keys.pairing, datasets: [dataset], now: 0
      ) { finished.append($0) }
      let contents = chunks(of: rows)
      let sealing = try Self.timeOnce { () throws(RecordingError) in
        for content in contents { try writer.append(content) }
      }
      try writer.finish()
      let closer = SegmentCloser(folder: writer.folder, key: keys.gateway.identity)
      let closing = try Self.timeOnce { () throws(RecordingError) in
        for segment in finished { try closer.close(segment) }
      }
      let verifying = try Self.timeOnce { () throws(RecordingError) in
        _ = try Verifier.verify(writer.folder, trust: .patient(keys.patient.publicKey))
      }
      return [
        measure("code + seal + journal", sealing), measure("segment + manifest", closing),
        measure("verify", verifying),
      ]
    } catch {
      throw .recording(error, folder: folder)
    }
  }

  /// A session over the replayed capture: all threads, to closed segments.
  private func wholeWay() throws(Fault) -> StepMeasure {
    let replay = try CaptureReplay(path: path, library: library)
    let folder = scratch + "/whole"
    let keys: Keys
    do throws(RecordingError) { keys = try Keys() } catch {
      throw .recording(error, folder: folder)
    }
    var devices = replay.devices.map(\.source)
    for index in devices.indices where devices[index].chain == nil {
      devices[index].chain = Self.chain
    }
    var plan = SessionPlan(
      devices: devices, folder: folder, identity: keys.gateway, patient: keys.patient.publicKey,
      pairing: keys.pairing)
    plan.diskReserve = 0
    let begun = HostClock.now
    let session = try RecordingSession.start(plan)
    while !session.devicesHaveEnded { Pause.short() }
    _ = session.finish()
    return measure(
      "end to end", Double(HostClock.now.since(begun)) / 1e9, bytes: rowBytes,
      samples: samples)
  }

  private func copy() -> StepMeasure {
    var target = stream.rows
    let seconds = Self.time {
      for start in stride(from: 0, to: target.count, by: 1 << 20) {
        let part = start..<min(start + 1 << 20, target.count)
        target.replaceSubrange(part, with: stream.rows[part])
      }
    }
    return measure("reference: copy", seconds)
  }

  private func hash() -> StepMeasure {
    measure("reference: SHA-256", Self.time { _ = SHA256.digest(stream.rows) })
  }

  // MARK: -

  private func chunks(of rows: Int) -> [ChunkContent] {
    stride(from: 0, to: stream.rowCount, by: rows).map { first in
      let end = min(first + rows, stream.rowCount)
      return ChunkContent(
        stream: 1,
        rows: Array(stream.rows[first * stream.rowByteCount..<end * stream.rowByteCount]),
        rowCount: UInt32(end - first), firstSample: UInt64(first), firstTime: Int64(first),
        lastTime: Int64(end - 1))
    }
  }

  private func measure(
    _ step: String, _ seconds: Double, bytes: Int? = nil, samples: Int? = nil
  ) -> StepMeasure {
    StepMeasure(
      step: step, seconds: max(seconds, 1e-9), byteCount: bytes ?? stream.rows.count,
      sampleCount: samples ?? stream.rowCount * stream.channels.count,
      captureSeconds: captureSeconds)
  }

  /// Seconds of one pass of a step that can be repeated.
  private static func time(_ body: () -> Void) -> Double {
    var passes = 0
    let begun = HostClock.now
    repeat {
      body()
      passes += 1
    } while HostClock.now.since(begun) < leastTime
    return Double(HostClock.now.since(begun)) / 1e9 / Double(passes)
  }

  private static func timeOnce<Failure: Error>(
    _ body: () throws(Failure) -> Void
  ) throws(Failure) -> Double {
    let begun = HostClock.now
    try body()
    return Double(HostClock.now.since(begun)) / 1e9
  }
}

/// Keys for the recordings that a measurement makes and throws away.
private struct Keys {
  let gateway: GatewayIdentity
  let patient: PatientSecret
  let pairing: [UInt8]

  init() throws(RecordingError) {
    guard let gateway = GatewayIdentity(logName: "bench.example/log"),
      let patient = PatientSecret(name: "bench")
    else { throw .noKey }
    self.gateway = gateway
    self.patient = patient
    pairing = Pairing(
      patient: patient.publicKey, gateway: gateway.publicKey,
      logVerifierKey: gateway.logVerifierKey, created: 1
    ).signed(by: patient)
  }
}
