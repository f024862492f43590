internal import AsyncHTTPClient

enum Placeholder {
  static let client = HTTPClient.shared
}
