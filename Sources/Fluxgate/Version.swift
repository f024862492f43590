/// The program's name and version as written into recordings and shown by `--version`.
public enum Version {
  public static let number = "0.1.0"
  static let text = "fluxgate \(number)"
}
