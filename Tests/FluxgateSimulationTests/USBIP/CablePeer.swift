import FluxgateSignal
import Foundation
import Synchronization
import Testing

@testable import FluxgateSimulation
@testable import FluxgateTransport

/// A virtual device on a pair of sockets, and the far ends that its plug-ins gave out.
final class CablePeer: Sendable {
  let host: USBIPHost
  private let ends: EndList

  /// Far ends that wait for a client, oldest first.
  private final class EndList: Sendable {
    private let sockets = Mutex<[Int32]>([])
    func add(_ socket: Int32) { sockets.withLock { $0.append(socket) } }
    func take() -> Int32? { sockets.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
  }

  init(
    _ device: any VirtualDevice, _ personality: USBPersonality, halts: [Int64] = []
  ) throws {
    let ends = EndList()
    self.ends = ends
    host = USBIPHost(device: device, as: personality, halts: halts) { ends.add(dup($0)) }
    try host.start()
  }

  /// The client of the next plug-in, waiting for it at most three seconds.
  func client(patience: Int = 5) throws -> USBIPClient {
    for _ in 0..<600 {
      if let socket = ends.take() { return USBIPClient(socket: socket, patience: patience) }
      WorkerThread.sleep(.milliseconds(5))
    }
    throw CableError.neverPlugged
  }

  enum CableError: Error { case neverPlugged }
}

extension USBNameplate {
  static let test = USBNameplate(0x1209, 0x0001, maker: "Nobody", model: "Thing", serial: "SIM7")
}
