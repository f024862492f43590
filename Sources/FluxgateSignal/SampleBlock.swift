/// The shape of a block: interleaved rows, channels side by side and time running downward.
public struct BlockLayout: Sendable, Hashable {
  public let sampleType: SampleType
  public let channelCount: Int
  /// The most rows a block holds.
  public let rowCapacity: Int

  public init(sampleType: SampleType, channelCount: Int, rowCapacity: Int) {
    precondition(channelCount > 0 && rowCapacity > 0)
    self.sampleType = sampleType
    self.channelCount = channelCount
    self.rowCapacity = rowCapacity
  }

  public var rowByteCount: Int { channelCount * sampleType.byteCount }
  public var byteCapacity: Int { rowByteCount * rowCapacity }
}

/// Where a block stands in its stream.
///
/// Row r has sample number `firstSample + r +` the missing counts of the discontinuities in rows
/// 1...r. What is missing before row 0 is already in `firstSample`.
public struct BlockHeader: Sendable {
  public static let discontinuityCapacity = 16

  public var firstSample: UInt64 = 0
  /// Times of the first and the last row.
  public var firstTime = HostTime(nanoseconds: 0)
  public var lastTime = HostTime(nanoseconds: 0)
  public fileprivate(set) var rowCount = 0
  public private(set) var discontinuityCount = 0
  private var places = InlineArray<16, Discontinuity>(
    repeating: Discontinuity(row: 0, reason: .streamStart, missing: 0, timeStep: 0))

  public init() {}

  public var isFull: Bool { discontinuityCount == Self.discontinuityCapacity }

  public subscript(discontinuity index: Int) -> Discontinuity {
    precondition(index < discontinuityCount)
    return places[index]
  }

  /// Makes this block the first of its stream: the breaks before its first row become its start.
  public mutating func beginStream() {
    let all = places
    let count = discontinuityCount
    let leading = (0..<count).count { all[$0].row == 0 }
    discontinuityCount = 0
    if leading > 0 || count < Self.discontinuityCapacity {
      note(Discontinuity(row: 0, reason: .streamStart, missing: 0, timeStep: 0))
    }
    for index in 0..<count where all[index].row > 0 { note(all[index]) }
  }

  /// Notes a break; the caller has checked `isFull`.
  public mutating func note(_ discontinuity: Discontinuity) {
    precondition(!isFull)
    places[discontinuityCount] = discontinuity
    discontinuityCount += 1
  }
}

/// Consecutive rows of one stream, owned by exactly one place at a time.
@safe public struct SampleBlock: ~Copyable, @unchecked Sendable {
  public let layout: BlockLayout
  public var header = BlockHeader()
  private let memory: UnsafeMutableRawBufferPointer

  public init(layout: BlockLayout) {
    self.layout = layout
    // SAFETY: freed in deinit; nothing else keeps the pointer.
    unsafe memory = .allocate(byteCount: layout.byteCapacity, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    // SAFETY: allocated in init, owned by this value alone.
    unsafe memory.deallocate()
  }

  public var rowCount: Int { header.rowCount }
  public var isFull: Bool { header.rowCount == layout.rowCapacity || header.isFull }
  public var freeRows: Int { header.isFull ? 0 : layout.rowCapacity - header.rowCount }

  /// The rows held, little-endian as every machine that Fluxgate runs on keeps them.
  public var rows: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the span covers initialised bytes of memory that lives as long as self.
      let view = unsafe RawSpan(
        _unsafeStart: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped),
        byteCount: header.rowCount * layout.rowByteCount)
      return unsafe _overrideLifetime(view, borrowing: self)
    }
  }

  /// Copies whole rows behind those held; the caller has checked `freeRows`.
  public mutating func append(_ bytes: borrowing RawSpan) {
    let start = header.rowCount * layout.rowByteCount
    let added = bytes.byteCount / layout.rowByteCount
    precondition(bytes.byteCount == added * layout.rowByteCount && added <= freeRows)
    // SAFETY: start + byteCount is at most byteCapacity by the check above.
    unsafe bytes.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + source.count])
        .copyMemory(from: source)
    }
    header.rowCount += added
  }

  /// One number of a block of int64 rows.
  public func int64(row: Int, column: Int) -> Int64 {
    // SAFETY: `place` is inside the rows held.
    unsafe memory.load(fromByteOffset: place(row, column), as: Int64.self)
  }

  public mutating func set(_ number: Int64, row: Int, column: Int) {
    // SAFETY: `place` is inside the rows held.
    unsafe memory.storeBytes(of: number, toByteOffset: place(row, column), as: Int64.self)
  }

  private func place(_ row: Int, _ column: Int) -> Int {
    precondition(layout.sampleType == .int64 && (0..<rowCount).contains(row))
    precondition((0..<layout.channelCount).contains(column))
    return row * layout.rowByteCount + 8 * column
  }

  public mutating func removeAll() { header = BlockHeader() }

  /// Takes over rows and header of a block of the same layout.
  public mutating func copy(from other: borrowing SampleBlock) {
    precondition(layout == other.layout)
    removeAll()
    append(other.rows)
    header = other.header
  }
}
