/// Asks one witness to cosign one head.
struct WitnessAsk: Sendable {
  /// A line or two is the rule; a witness may sign with several keys.
  static let answerByteCountMax = 65_536

  let member: WitnessPolicy.Member
  let exchange: HTTPExchange

  /// Sends the head with the proof from `oldSize`, and once more with the proof from the size that
  /// the witness names if it is another.
  ///
  /// - Returns: the witness's line, which has been verified.
  func cosign(
    _ note: SignedNote, _ checkpoint: Checkpoint, from oldSize: UInt64, in log: EmbeddedLog
  ) async throws(WitnessFault) -> SignedNote.Signature {
    switch try await ask(note, checkpoint, oldSize, log) {
    case .cosigned(let line): return line
    case .holds(let size):
      guard size <= checkpoint.size else { throw .ahead(size: size) }
      guard case .cosigned(let line) = try await ask(note, checkpoint, size, log) else {
        throw .badAnswer
      }
      return line
    }
  }

  private enum Outcome {
    case cosigned(SignedNote.Signature)
    case holds(UInt64)
  }

  private func ask(
    _ note: SignedNote, _ checkpoint: Checkpoint, _ oldSize: UInt64, _ log: EmbeddedLog
  ) async throws(WitnessFault) -> Outcome {
    let proof: [TreeHash]
    do throws(LedgerError) {
      proof = try log.consistency(from: oldSize, to: checkpoint)
    } catch {
      throw .ledger(error)
    }
    let request = AddCheckpoint(
      oldSize: oldSize, proof: proof, note: note, checkpoint: checkpoint)
    let answer = try await send(request.bytes)
    switch answer.status {
    case 200: return .cosigned(try line(in: answer, under: note.text))
    case 409: return .holds(try size(in: answer))
    default: throw .refused(status: answer.status)
    }
  }

  private func send(_ body: [UInt8]) async throws(WitnessFault) -> HTTPAnswer {
    do throws(ExchangeError) {
      return try await exchange.send(
        "POST", member.url + "/add-checkpoint",
        headers: [("content-type", "text/plain; charset=utf-8")], body: body,
        limit: Self.answerByteCountMax)
    } catch {
      throw .exchange(error)
    }
  }

  /// Lines of keys that were not asked for mean nothing.
  private func line(
    in answer: HTTPAnswer, under text: String
  ) throws(WitnessFault) -> SignedNote.Signature {
    guard let lines = NoteText.lines(of: answer.body), NoteText.isValid(answer.body) else {
      throw .badAnswer
    }
    let signed = SignedNote(text: text, signatures: lines.compactMap(NoteText.signature))
    guard let line = signed.line(of: member.key) else { throw .badAnswer }
    return line
  }

  private func size(in answer: HTTPAnswer) throws(WitnessFault) -> UInt64 {
    guard answer.header("content-type") == "text/x.tlog.size", answer.body.count <= 21,
      let lines = NoteText.lines(of: answer.body), lines.count == 1,
      let size = NoteText.number(lines[0])
    else { throw .badAnswer }
    return size
  }
}
