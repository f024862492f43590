internal import FluxgateSignal
internal import FluxgateTransport
internal import Yams

/// Reads device profiles: YAML in the form that `device-profiles/profile.schema.json` publishes.
///
/// Nothing is passed over: an unknown key, a wrong type, a key given twice or a number out of range
/// is refused with its line and column.
public enum ProfileReader {
  /// A longer file is not read.
  public static let mostBytes = 1 << 16
  static let keys = [
    "name", "maker", "model", "match", "transport", "driver", "category", "rate", "settings",
    "stages", "delay",
  ]
  static let matchKeys = ["usb", "product", "address"]
  static let transportKeys = ["serial", "tcp", "usb"]
  static let delayKeys = ["value", "uncertainty", "source"]

  /// - Parameter file: the file's name, for errors only.
  public static func read(text: String, file: String) throws(ProfileError) -> DeviceProfile {
    let map = try ProfileMap(try root(of: text, file), keys: keys)
    let transport = try ProfileTransport(try map.required("transport"))
    return DeviceProfile(
      name: try name(try map.required("name")),
      maker: try map.required("maker").text(longest: 128),
      model: try map.required("model").text(longest: 128),
      match: try match(try map.required("match"), transport),
      transport: transport,
      driver: try driver(try map.required("driver")),
      category: try category(try map.required("category")),
      rate: try map.optional("rate")?.positive(upTo: 1_000_000),
      settings: try settings(map.optional("settings")),
      stages: try map.optional("stages")?.text(longest: 1024),
      delay: try delay(map.optional("delay")),
      modemLines: try ModemLines(transport: try map.required("transport")))
  }

  private static func root(of text: String, _ file: String) throws(ProfileError) -> ProfileNode {
    func fault(_ message: String, _ mark: Mark?, hint: String) -> ProfileError {
      ProfileError(
        file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, message: message, hint: hint)
    }
    guard text.utf8.count <= mostBytes else {
      throw fault("the file is too long", nil, hint: "A profile has at most \(mostBytes) bytes.")
    }
    do {
      guard let node = try compose(yaml: text) else {
        throw fault("the file is empty", nil, hint: "Begin with `name:`.")
      }
      return ProfileNode(node: node, file: file)
    } catch let error as ProfileError {
      throw error
    } catch {
      let (message, mark) = ProfileSyntax.describe(error)
      throw fault(message, mark, hint: "Compare with the shipped profiles in device-profiles.")
    }
  }

  private static func name(_ node: ProfileNode) throws(ProfileError) -> String {
    let text = try node.text(longest: 64)
    guard text.utf8.allSatisfy({ isNameByte($0) }) else {
      throw node.error(
        "the name holds other characters than allowed",
        hint: "Use lower-case letters, digits and hyphens.")
    }
    return text
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func driver(_ node: ProfileNode) throws(ProfileError) -> DriverName {
    let text = try node.text(longest: 64)
    guard let driver = DriverName(rawValue: text) else {
      throw node.error(
        "there is no driver `\(text)`",
        hint: ProfileMap.hint(for: text, among: DriverName.allCases.map(\.rawValue)))
    }
    return driver
  }

  private static func category(_ node: ProfileNode) throws(ProfileError) -> Category {
    let text = try node.text(longest: 64)
    guard let category = Category(name: text) else {
      throw node.error(
        "there is no category `\(text)`",
        hint: ProfileMap.hint(for: text, among: Category.allCases.map(\.name)))
    }
    return category
  }

  private static func settings(_ node: ProfileNode?) throws(ProfileError) -> [String: String] {
    guard let node else { return [:] }
    var settings: [String: String] = [:]
    for (key, value) in try node.pairs(most: 64) {
      settings[try key.text(longest: 64)] = try value.text(longest: 256)
    }
    return settings
  }

  private static func delay(_ node: ProfileNode?) throws(ProfileError) -> SensorDelay? {
    guard let node else { return nil }
    let map = try ProfileMap(node, keys: delayKeys)
    let range: ClosedRange<Int64> = 0...10_000_000_000
    return SensorDelay(
      nanoseconds: try map.required("value").integer(range),
      uncertainty: try map.required("uncertainty").integer(range),
      source: try map.required("source").text(longest: 256))
  }
}
