import Fluxgate
import FluxgateSignal
import Foundation

/// What a technician sees while a recording runs. It only looks: nothing here can cost a sample.
final class RecordingScreen {
  private let session: RecordingSession
  private let note: RunNote
  private let watch: SessionWatch
  private let deadline: Date
  private let traces: TraceRows
  private let terminal = Terminal()
  private var shownLines = 0

  init(_ session: RecordingSession, note: RunNote, seconds: Double?) {
    self.session = session
    self.note = note
    watch = SessionWatch(session)
    traces = TraceRows(session.views)
    deadline = seconds.map { Date(timeIntervalSinceNow: $0) } ?? .distantFuture
  }

  /// Shows the session until it is asked to end, then closes it.
  func run(until signals: StopSignals) -> SessionResult {
    defer { note.remove() }
    terminal.begin()
    var lastNote = Date.distantPast
    var noteFault: Fault?
    while !shouldEnd(signals) {
      let status = watch.look()
      traces.update()
      show(status)
      if Date().timeIntervalSince(lastNote) >= 1 {
        lastNote = Date()
        session.refreshMetadata()
        do throws(Fault) { try note.write(status) } catch { noteFault = error }
      }
      takeKeys()
      stopOnFullDisk(status)
    }
    terminal.end()
    Console.say("Closing ...")
    if let noteFault { Console.complain(noteFault.text()) }
    return session.finish()
  }

  private func shouldEnd(_ signals: StopSignals) -> Bool {
    signals.isRaised || session.isStopping || Date() >= deadline
      || (session.plan.endsWithDevices && session.devicesHaveEnded)
  }

  private func stopOnFullDisk(_ status: SessionStatus) {
    if status.diskFree < session.plan.diskReserve {
      session.stop(because: .diskReserve(free: status.diskFree))
    }
  }

  private func show(_ status: SessionStatus) {
    guard !Console.speaksJSON else { return }
    let lines = StatusText.lines(status) + traces.lines()
    if terminal.isInteractive {
      let up = shownLines > 0 ? "\u{1B}[\(shownLines)A" : ""
      Console.say(up + lines.map { "\u{1B}[2K" + $0 }.joined(separator: "\n"))
      shownLines = lines.count
    } else if Int(status.seconds) % 10 == 0, Int(status.seconds) != shownLines {
      shownLines = Int(status.seconds)
      Console.say(StatusText.verdict(status))
    }
  }

  private func takeKeys() {
    for key in terminal.keys(waiting: 0.25) {
      if key == UInt8(ascii: "m") { session.mark("marker") }
      if key == UInt8(ascii: "q") { session.stop() }
    }
  }
}
