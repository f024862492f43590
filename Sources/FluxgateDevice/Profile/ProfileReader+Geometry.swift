internal import FluxgateSignal

extension ProfileReader {
  private static let geometryKeys = ["frame", "source", "sensors"]
  /// No sensor sits farther from its frame's origin, in metres.
  private static let farthest = 100.0

  static func geometry(_ node: ProfileNode?) throws(ProfileError) -> SensorGeometry? {
    guard let node else { return nil }
    let map = try ProfileMap(node, keys: geometryKeys)
    let frame = try map.required("frame").text(longest: 64)
    let source = try map.required("source").text(longest: 256)
    var places: [String: SensorPlace] = [:]
    for (key, value) in try map.required("sensors").pairs(most: 4096) {
      let place = try place(value, frame, source)
      places[try key.text(longest: 160)] = place
    }
    return SensorGeometry(places: places)
  }

  private static func place(
    _ node: ProfileNode, _ frame: String, _ source: String
  ) throws(ProfileError) -> SensorPlace {
    let map = try ProfileMap(node, keys: ["position", "direction"])
    let position = try vector(try map.required("position"))
    var direction: SIMD3<Double>?
    if let given = map.optional("direction") { direction = try unitVector(given) }
    return SensorPlace(position: position, direction: direction, frame: frame, source: source)
  }

  private static func vector(_ node: ProfileNode) throws(ProfileError) -> SIMD3<Double> {
    let numbers = try node.list(most: 3)
    guard numbers.count == 3 else {
      throw node.error("three numbers are needed here", hint: "Write [x, y, z].")
    }
    var vector = SIMD3<Double>()
    for (index, number) in numbers.enumerated() {
      vector[index] = try number.number(-farthest...farthest)
    }
    return vector
  }

  private static func unitVector(_ node: ProfileNode) throws(ProfileError) -> SIMD3<Double> {
    let vector = try vector(node)
    let length = (vector * vector).sum().squareRoot()
    guard abs(length - 1) < 0.01 else {
      throw node.error(
        "the direction has the length \(length)", hint: "A direction is a vector of length 1.")
    }
    return vector / length
  }
}
