import Fluxgate
import FluxgateDevice
import FluxgateTransport

/// Lists the Lab Streaming Layer streams that answer. It sends queries, so only on request.
enum LSLScan {
  static func show(_ library: ProfileLibrary) throws {
    guard case .lsl(let selection)? = library["lsl"]?.transport else { return }
    let found: [LSLDiscovery.Found]
    do throws(TransportError) {
      found = try LSLDiscovery.find(selection, all: true)
    } catch {
      throw Fault.link(error, device: "lsl", link: selection.scope.rawValue)
    }
    if found.isEmpty { Console.say("No Lab Streaming Layer stream answers.") }
    for stream in found {
      Console.say("\(stream.text): \(stream.info.channelCount) x \(stream.info.format)")
      Console.say("  give --device NAME=lsl@\(address(of: stream))")
    }
  }

  private static func address(of stream: LSLDiscovery.Found) -> String {
    let source = stream.info.sourceID
    return (source.isEmpty ? "name=\(stream.info.name)" : "source_id=\(source)") + "@\(stream.host)"
  }
}
