import FluxgateSimulation
import Foundation
import Testing

/// Stored + lost = sent: every device there is, under every fault its protocol allows.
struct ConservationTests {
  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/Fluxgate/Fluxgate.docc/Conservation.md")

  @Test func `every simulated device stands in the matrix`() {
    #expect(Set(ConservationMatrix.rows.map(\.device)) == Set(SimulatedDevice.allCases))
    #expect(Set(ConservationMatrix.rows.map(\.name)).count == ConservationMatrix.rows.count)
  }

  @Test func `the page shows the matrix that is tested`() throws {
    let text = ConservationPage(ConservationMatrix.rows).text
    Attachment.record(text, named: "Conservation.md")
    #expect(try String(contentsOf: Self.page, encoding: .utf8) == text)
  }

  @Test(arguments: ConservationMatrix.rows)
  func `stored and lost are what was sent`(row: MatrixRow) throws {
    let quiet = try ConservationRun(row, nil)
    #expect(quiet.flaws(row, bound: nil) == [], "quiet")
    for fault in MatrixFault.allCases {
      let bound: Int?
      switch row.promise(fault) {
      case .doesNotApply: continue
      case .exact: bound = nil
      case .within(let rows, _): bound = rows
      }
      let run = try ConservationRun(row, fault)
      #expect(run.flaws(row, bound: bound) == [], "\(fault.rawValue)")
      #expect(run.mark != quiet.mark, "\(fault.rawValue) changed nothing that arrived")
    }
  }
}
