import Fluxgate

/// What is to be said of a recording's witnesses at its end.
enum CosigningLines {
  static func lines(_ cosigning: SessionResult.Cosigning?) -> [String] {
    guard let cosigning else { return ["Proofs are self-attested only: this log has no witness."] }
    let quorum = "\(cosigning.quorum) of \(cosigning.witnesses) witnesses"
    let count = "\(cosigning.cosigned) of \(cosigning.segments) segments"
    let isAll = cosigning.cosigned == cosigning.segments
    let first = "\(count) cosigned by \(quorum)" + (isAll ? "." : "; the rest self-attested only:")
    let remedy = "`fluxgate recover` asks the witnesses again."
    return ([first] + cosigning.troubles + (isAll ? [] : [remedy])).flatMap {
      TextBlock.wrap($0, columns: 80, hanging: 2)
    }
  }
}
