import FluxgateDevice
import FluxgateTransport
import Foundation

/// A profile as somebody wrote it.
struct ProfileTarget: FuzzTarget {
  func take(_ bytes: [UInt8]) {
    guard let text = String(bytes: bytes, encoding: .utf8) else { return }
    do throws(ProfileError) {
      _ = try ProfileReader.read(text: text, file: "fuzz.yaml")
    } catch {
      precondition(!error.message.isEmpty && !error.hint.isEmpty, "a refusal without words")
    }
  }
}

/// A capture file: its packets, and the records of its first link.
struct CaptureTarget: FuzzTarget {
  private static let path = "/dev/shm/fluxgate-fuzz-\(ProcessInfo.processInfo.processIdentifier)"

  func take(_ bytes: [UInt8]) {
    let url = URL(fileURLWithPath: Self.path)
    do { try Data(bytes).write(to: url) } catch { fatalError("\(error)") }
    do throws(TransportError) {
      let reader = try CaptureReader(path: Self.path)
      while try reader.next() != nil {}
    } catch {}
    do throws(TransportError) {
      let records = try CaptureRecords(path: Self.path, interface: nil)
      while try records.next() != nil {}
    } catch {}
    // A refusal is as right as a reading: what counts is that neither is a crash.
    unlink(Self.path)
  }
}
