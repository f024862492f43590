internal import NIOCore

/// Lets go of a client that takes no byte of its answer, and of one that holds too many connections.
///
/// One for each connection, on its event loop. Reading has its limits elsewhere: the idle time-out
/// sees silence, and ``RequestReading`` sees a body that trickles.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny
  typealias OutboundIn = NIOAny
  typealias OutboundOut = NIOAny

  private let count: HeldCount
  private let stall: TimeAmount
  private var address: String?
  /// Writes that the system has not taken yet.
  private var waiting = 0
  private var lastProgress = NIODeadline.now()
  private var round: RepeatedTask?

  init(count: HeldCount, stallSeconds: Int) {
    self.count = count
    stall = .seconds(Int64(stallSeconds))
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func write(
    context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
  ) {
    let written = promise ?? context.eventLoop.makePromise()
    if waiting == 0 { lastProgress = .now() }
    waiting += 1
    written.futureResult.assumeIsolated().whenComplete { _ in
      self.waiting -= 1
      self.lastProgress = .now()
    }
    context.write(data, promise: written)
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard address == nil else { return }
    let name = ClientAddress.name(of: context.channel)
    guard count.enter(name) else { return context.close(promise: nil) }
    address = name
    let watch = NIOLoopBound(self, eventLoop: context.eventLoop)
    let channel = context.channel
    round = context.eventLoop.scheduleRepeatedTask(initialDelay: stall, delay: .seconds(1)) { _ in
      if watch.value.isStalled { channel.close(promise: nil) }
    }
  }

  private var isStalled: Bool { waiting > 0 && .now() - lastProgress >= stall }

  private func end() {
    round?.cancel()
    round = nil
    if let address { count.leave(address) }
    address = nil
  }
}
