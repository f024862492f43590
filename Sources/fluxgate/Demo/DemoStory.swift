import Fluxgate
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateVault
import Foundation

/// The demonstration: what happens, why, and what came of it, in the order a recording has.
struct DemoStory {
  let folder: String
  let seconds: Double

  private var recording: String { folder + "/recording" }
  private var pulled: String { folder + "/pulled" }
  private var vault: String { folder + "/vault" }

  /// - Returns: true when every sample is accounted for and equal.
  func tell() throws -> Bool {
    Console.say("Fluxgate, from device bytes to the patient's hands. All data is simulated.")
    let (identity, patient, home) = try makeKeys()
    let bench = DemoBench(folder: folder, faults: true)
    let result = try record(identity, patient, home, bench)
    try verify(patient.publicKey)
    try deliver(patient)
    return try prove(patient, bench, result)
  }

  private func makeKeys() throws -> (GatewayIdentity, PatientSecret, GatewayHome) {
    step(1, "Keys. The patient's secret never leaves the patient's machine.")
    let home = GatewayHome(path: folder + "/gateway")
    let identity = try home.createIdentity(logName: "gateway.local/log")
    guard let patient = PatientSecret(name: "study-001") else {
      throw Fault("K08", "no key could be made", remedy: "try again", exit: .failed)
    }
    Console.say("    patient   \(patient.name)   \(patient.fingerprint)")
    Console.say("    gateway   \(Digits.hexadecimal(identity.publicKey.bytes.prefix(16)))...")
    Console.say("    paired: the patient signed that this gateway may record.")
    return (identity, patient, home)
  }

  private func record(
    _ identity: GatewayIdentity, _ patient: PatientSecret, _ home: GatewayHome, _ bench: DemoBench
  ) throws -> SessionResult {
    step(2, "Three devices, each speaking its real wire protocol:")
    Console.say("    helmet    64-channel MEG behind a FieldTrip buffer, TCP, 1000 Hz")
    Console.say("    heart     cardiac magnetometer, Twinleaf TIO on a serial line, 1000 Hz")
    Console.say("    glucose   Dexcom G4 receiver on a serial line, 12 hours in its memory")
    Console.say("    On the way we drop frames, damage one, reboot a device, pull two cables.")
    let pairing = Pairing(
      patient: patient.publicKey, gateway: identity.publicKey,
      logVerifierKey: identity.logVerifierKey, created: UInt64(Date().timeIntervalSince1970)
    ).signed(by: patient)
    try bench.start()
    defer { bench.stop() }
    var plan = SessionPlan(
      devices: bench.sources(), folder: recording, identity: identity, patient: patient.publicKey,
      pairing: pairing)
    plan.log = try home.openLog(identity)
    plan.cursors = try home.cursors()
    step(3, "Recording for \(Int(seconds)) s: journal synced, chunks sealed, nothing in the clear.")
    let session = try RecordingSession.start(plan)
    let watch = SessionWatch(session)
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
      Thread.sleep(forTimeInterval: 3)
      let status = watch.look()
      Console.say(StatusText.verdict(status).map { "    " + $0 }.map { String($0.prefix(80)) })
    }
    let result = session.finish()
    Console.say("    stream                    received    stored    lost  cause")
    Console.say(result.accounts.map { String(("    " + SessionReport.line($0)).prefix(80)) })
    for fault in result.faults { Console.complain(fault.text()) }
    return result
  }

  private func verify(_ patient: PatientPublicKey) throws {
    step(4, "Verify and anchor. Needs no data key.")
    let report = try check(recording, patient)
    Console.say(
      "    \(report.segmentCount) segment(s), \(report.chunkCount) sealed chunks, all checked:")
    Console.say("    \(word(report.status))")
    let anchored = report.proofs.values.filter { $0 == .selfAttested }.count
    Console.say("    \(anchored) segment(s) proven in the gateway's log (self-attested only).")
  }

  private func deliver(_ patient: PatientSecret) throws {
    step(5, "Push to the patient's vault, then pull with nothing but the patient's key.")
    try DurableFile.makeFolder(vault)
    do throws(VaultError) {
      let store = try DirectoryVault(vault)
      let push = try Push.run(RecordingFolder(recording), to: store, patient: patient.publicKey)
      Console.say(
        "    pushed \(push.put.count) objects, \(StatusText.bytes(Double(push.byteCount)))")
      let again = try Push.run(RecordingFolder(recording), to: store, patient: patient.publicKey)
      Console.say("    again: \(again.put.count) new, \(again.alreadyThereCount) already there")
      _ = try Pull.run(store, into: pulled, patient: patient)
      Console.say("    pulled into a new folder and verified.")
    } catch {
      throw Fault.vault(error)
    }
  }

  private func prove(
    _ patient: PatientSecret, _ bench: DemoBench, _ result: SessionResult
  ) throws -> Bool {
    step(6, "Open it, and compare with what the devices sent, sample for sample.")
    let proof = try TruthProof(folder: pulled, patient: patient, result: result)
    let verdicts = try proof.compare(bench.truth)
    for verdict in verdicts { Console.say(verdict.line) }
    let isTrue = verdicts.allSatisfy(\.holds)
    step(
      7,
      isTrue
        ? "Every sample is stored, equal to what was sent, or named as lost."
        : "THE RECORDING DIFFERS FROM WHAT WAS SENT.")
    Console.report(verdicts)
    return isTrue
  }

  private func check(_ path: String, _ patient: PatientPublicKey) throws -> VerificationReport {
    do throws(RecordingError) {
      return try RecordingCheck.run(path, patient: patient)
    } catch {
      throw Fault.recording(error, folder: path)
    }
  }

  private func word(_ status: VerificationReport.Status) -> String {
    switch status {
    case .intact: "intact"
    case .incomplete: "intact, with recorded loss"
    default: "\(status)"
    }
  }

  private func step(_ number: Int, _ text: String) {
    Console.say()
    Console.say(TextBlock.wrap("\(number)  \(text)", columns: 80, hanging: 3))
  }
}
