/// One level of SLIP-0039: a secret split into parts of which `threshold` give it back.
///
/// Part i is the polynomial's value at i; the secret is its value at 255, and at 254 stand four
/// bytes of a digest and the random key that the digest was made with.
enum Threshold {
  private static let secretPlace: UInt8 = 255
  private static let digestPlace: UInt8 = 254
  private static let digestLength = 4

  /// `count` parts, in the order of their places from 0. With a threshold of 1 each is the secret.
  static func split(_ secret: [UInt8], threshold: Int, count: Int) -> [[UInt8]] {
    guard threshold > 1 else { return [[UInt8]](repeating: secret, count: count) }
    let key = RandomBytes.make(secret.count - digestLength)
    let chosen = (0..<threshold - 2).map { _ in RandomBytes.make(secret.count) }
    var points = chosen.enumerated().map { SharePoint(place: UInt8($0), values: $1) }
    points.append(SharePoint(place: digestPlace, values: digest(of: secret, key: key) + key))
    points.append(SharePoint(place: secretPlace, values: secret))
    return (0..<count).map { points.values(at: UInt8($0)) }
  }

  /// The secret of exactly `threshold` parts; nil when its digest does not fit, as when a part is
  /// of another split or was changed.
  static func combine(_ parts: [SharePoint]) -> [UInt8]? {
    if parts.count == 1 { return parts[0].values }
    let secret = parts.values(at: secretPlace)
    let sealed = parts.values(at: digestPlace)
    let expected = digest(of: secret, key: Array(sealed.dropFirst(digestLength)))
    return sealed.starts(with: expected) ? secret : nil
  }

  private static func digest(of secret: [UInt8], key: [UInt8]) -> [UInt8] {
    Array(KeyDerivation.code(secret, key: key).prefix(digestLength))
  }
}
