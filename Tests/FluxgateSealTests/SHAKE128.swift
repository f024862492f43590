/// SHAKE128 (FIPS 202), which the specification of XAES-256-GCM draws its messages from.
struct SHAKE128 {
  private static let rate = 168
  private var lanes = [UInt64](repeating: 0, count: 25)
  private var position = 0
  private var isReading = false

  mutating func absorb(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      lanes[position / 8] ^= UInt64(byte) << UInt64(8 * (position % 8))
      position += 1
      if position == Self.rate { permute() }
    }
  }

  mutating func read(_ count: Int) -> [UInt8] {
    if !isReading {
      lanes[position / 8] ^= 0x1F << UInt64(8 * (position % 8))
      lanes[20] ^= 0x80 << 56
      permute()
      isReading = true
    }
    return (0..<count).map { _ in
      if position == Self.rate { permute() }
      defer { position += 1 }
      return UInt8(truncatingIfNeeded: lanes[position / 8] >> UInt64(8 * (position % 8)))
    }
  }

  private mutating func permute() {
    lanes.withUnsafeMutableBufferPointer { lanes in
      var register: UInt8 = 1
      for _ in 0..<24 { Self.round(lanes, &register) }
    }
    position = 0
  }

  private static func round(
    _ lanes: UnsafeMutableBufferPointer<UInt64>, _ register: inout UInt8
  ) {
    var c = SIMD8<UInt64>()
    for x in 0..<5 {
      c[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
    }
    for x in 0..<5 {
      let d = c[(x + 4) % 5] ^ rotated(c[(x + 1) % 5], 1)
      for y in 0..<5 { lanes[x + 5 * y] ^= d }
    }
    var (x, y) = (1, 0)
    var moving = lanes[1]
    for step in 0..<24 {
      (x, y) = (y, (2 * x + 3 * y) % 5)
      let next = lanes[x + 5 * y]
      lanes[x + 5 * y] = rotated(moving, UInt64((step + 1) * (step + 2) / 2 % 64))
      moving = next
    }
    for row in stride(from: 0, to: 25, by: 5) {
      for x in 0..<5 { c[x] = lanes[row + x] }
      for x in 0..<5 { lanes[row + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]) }
    }
    for power in 0..<7 {
      if register & 1 != 0 { lanes[0] ^= 1 << UInt64((1 << power) - 1) }
      register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
    }
  }

  private static func rotated(_ lane: UInt64, _ count: UInt64) -> UInt64 {
    count == 0 ? lane : lane << count | lane >> (64 - count)
  }
}
