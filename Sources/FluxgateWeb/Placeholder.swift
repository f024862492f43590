import Hummingbird
import HummingbirdTLS
import NIOSSL

enum Placeholder {
  static func router() -> Router<BasicRequestContext> { Router() }
}
