import ArgumentParser
import Fluxgate
import FluxgateDSP
import FluxgateDevice
import FluxgateSignal
import Foundation

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "List device profiles, or check profile files.",
    subcommands: [List.self, Check.self, Udev.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the profiles that are found.")

    @Option(help: "A folder of profiles, looked at before all others.")
    var profiles: String?
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let library = try ProfileFolders.load(named: profiles, home: home.place)
      for profile in library.profiles {
        Console.say(
          StatusText.pad(profile.name, 20) + StatusText.pad(profile.category.name, 10)
            + "\(profile.maker) \(profile.model)")
      }
      Console.report(library.profiles.map(\.name))
    }
  }

  struct Udev: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the udev rules for the USB devices of all profiles.")

    @Option(help: "A folder of profiles, looked at before all others.")
    var profiles: String?
    @OptionGroup var home: HomeOptions

    func run() throws {
      let library = try ProfileFolders.load(named: profiles, home: home.place)
      Console.say(AccessRules.text(for: library.profiles))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read profile files, run their examples, and say what is wrong and where.")

    @Argument(help: "Profile files.")
    var files: [String]
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      for file in files {
        let profile = try read(file)
        let spec = try DeviceSpec.parse("check=\(profile.name)@none")
        _ = try spec.chain(of: profile)
        if let fault = ExampleRun.faults(of: profile).first { throw Fault.profile(fault) }
        let count = profile.examples.count
        let examples = count == 0 ? "" : ", \(count) \(count == 1 ? "example" : "examples")"
        Console.say("\(file): ok (\(profile.name)\(examples))")
      }
      Console.report(files)
    }

    private func read(_ file: String) throws -> DeviceProfile {
      let bytes = try DurableFile.read(file)
      do throws(ProfileError) {
        return try ProfileReader.read(text: String(decoding: bytes, as: UTF8.self), file: file)
      } catch {
        throw Fault.profile(error)
      }
    }
  }
}
