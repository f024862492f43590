internal import Yams

/// Turns what the YAML parser says into a profile's words and place.
enum ProfileSyntax {
  static func describe(_ error: any Error) -> (message: String, mark: Mark?) {
    guard let error = error as? YamlError else { return ("the file cannot be read", nil) }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ("not YAML: \(problem)", mark)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return ("`\(duplicates.first ?? "")` is given more than once", context.mark)
    case .reader(let problem, _, _, _):
      return ("not YAML: \(problem)", nil)
    default:
      return ("not YAML", nil)
    }
  }
}
