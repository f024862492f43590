internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// One device's acquisition on a thread of its own.
final class DeviceThread: Sendable {
  let source: DeviceSource
  let board: DeviceBoard
  /// Why the link could not be opened or reopened, oldest first; bounded.
  let linkErrors = AppendLog<TransportError>(capacity: 64)
  private let thread: WorkerThread

  /// - Parameter plugs: ends the pauses before a link is tried again early; nil for none.
  init(
    _ source: DeviceSource, cursors: RecordCursors?, stop: StopFlag, plugs: PlugWatch? = nil
  ) {
    let board = DeviceBoard(name: source.name)
    let errors = linkErrors
    self.source = source
    self.board = board
    thread = WorkerThread(source.name) {
      let setup = DriverSetup(
        category: source.category, settings: source.settings,
        cursor: { serial, stream in cursors?.newest(serial: serial, stream: stream) })
      Self.run(source, setup, board, errors, stop, plugs)
    }
  }

  var hasEnded: Bool { thread.hasEnded }
  func join() { thread.join() }

  private static func run(
    _ source: DeviceSource, _ setup: DriverSetup, _ board: DeviceBoard,
    _ errors: AppendLog<TransportError>, _ stop: StopFlag, _ plugs: PlugWatch?
  ) {
    let open: Acquisition.Opener = { (time) throws(TransportError) in
      do throws(TransportError) {
        let link = try source.open(time)
        guard source.isReplayed else { return link }
        let room = RoomGate(board: board, stop: stop)
        return GatedTransport(link) { room.wait() }
      } catch {
        _ = errors.append(error)
        throw error
      }
    }
    let acquisition = Acquisition(driver: source.driver(setup), board: board, open: open)
    do throws(TransportError) {
      let link = try open(HostClock.now)
      var seen = plugs?.turn ?? 0
      acquisition.run(link: link, until: stop) { time in
        if let plugs, source.isPlugged {
          plugs.pause(time, after: &seen)
        } else {
          WorkerThread.sleep(source.isReplayed ? min(time, .milliseconds(1)) : time)
        }
      }
    } catch {
      // The first open failed: the error is in `errors`, and the session refuses to start.
    }
  }
}
