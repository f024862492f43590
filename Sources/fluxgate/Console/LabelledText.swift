import Fluxgate

/// A label in a column of its own and text beside it, within 80 columns.
enum LabelledText {
  static func lines(_ label: String, _ text: String, width: Int) -> [String] {
    TextBlock.wrap(text, columns: 80 - width, hanging: 0).enumerated().map { number, line in
      StatusText.pad(number == 0 ? label : "", width) + line
    }
  }
}
