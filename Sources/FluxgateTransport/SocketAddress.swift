internal import CLinux
internal import FluxgateSignal
internal import Glibc

/// One address of a host, as the resolver gives it, and how to connect to it.
struct SocketAddress {
  private let family: Int32
  private let storage: sockaddr_storage
  private let length: socklen_t
  private let kind: Kind

  struct Failure: Error { let code: Int32 }

  /// More addresses of one name are not tried.
  private static let mostAddresses = 8

  enum Kind {
    case stream, datagram

    var number: Int32 { Int32((self == .stream ? SOCK_STREAM : SOCK_DGRAM).rawValue) }
  }

  /// The addresses of `host`; none when the name is unknown.
  static func find(host: String, port: UInt16, _ kind: Kind = .stream) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = kind.number
    var list: UnsafeMutablePointer<addrinfo>?
    // SAFETY: the resolver fills `list`, which is freed below and not used after.
    guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { unsafe freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next, found.count < mostAddresses {
      if let address = unsafe SocketAddress(entry.pointee, kind) { found.append(address) }
      unsafe next = entry.pointee.ai_next
    }
    return found
  }

  private init?(_ entry: addrinfo, _ kind: Kind) {
    let count = unsafe Int(entry.ai_addrlen)
    guard let source = unsafe entry.ai_addr, count <= MemoryLayout<sockaddr_storage>.size else {
      return nil
    }
    var storage = sockaddr_storage()
    // SAFETY: both sides hold `count` bytes.
    unsafe withUnsafeMutableBytes(of: &storage) { place in
      unsafe place.baseAddress?.copyMemory(from: source, byteCount: count)
    }
    self.storage = storage
    self.kind = kind
    family = unsafe entry.ai_family
    length = socklen_t(count)
  }

  /// The address in the machine's order; nil for one that is not IPv4.
  var ipv4: UInt32? {
    guard family == AF_INET else { return nil }
    var storage = storage
    // SAFETY: a sockaddr_in has its address at byte 4, inside the storage.
    return unsafe withUnsafeBytes(of: &storage) { bytes in
      UInt32(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }
  }

  /// - Returns: a connected, non-blocking descriptor.
  func connected(until deadline: HostTime) -> Result<Int32, Failure> {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(family, kind.number | flags, 0)
    guard number >= 0 else { return .failure(Failure(code: errno)) }
    let code = connect(number, until: deadline)
    guard code == 0 else {
      _ = close(number)
      return .failure(Failure(code: code))
    }
    if kind == .stream {
      Self.prepare(number)
    } else {
      // Room for a second of the fastest device: the kernel drops what does not fit.
      Self.set(number, SOL_SOCKET, SO_RCVBUF, 1 << 20)
    }
    return .success(number)
  }

  private func connect(_ number: Int32, until deadline: HostTime) -> Int32 {
    var storage = storage
    // SAFETY: the storage holds an address of `length` bytes, of which sockaddr is the head.
    let status = unsafe withUnsafeBytes(of: &storage) { bytes -> Int32 in
      guard let base = bytes.baseAddress else { return -1 }
      return unsafe Glibc.connect(number, base.assumingMemoryBound(to: sockaddr.self), length)
    }
    if status == 0 { return 0 }
    guard errno == EINPROGRESS else { return errno }
    return Self.outcome(of: number, until: deadline)
  }

  private static func outcome(of number: Int32, until deadline: HostTime) -> Int32 {
    while true {
      let left = deadline.since(HostClock.now)
      guard left > 0 else { return ETIMEDOUT }
      let found = fg_wait(number, Int16(POLLOUT), left)
      if found > 0 { return pendingError(of: number) }
      if found < 0, errno != EINTR { return errno }
    }
  }

  private static func pendingError(of number: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the kernel writes one Int32.
    let status = unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size)
    return status == 0 ? code : errno
  }

  /// Small requests leave at once; a silent peer is found dead after some five seconds.
  private static func prepare(_ number: Int32) {
    let tcp = Int32(IPPROTO_TCP)
    set(number, tcp, TCP_NODELAY, 1)
    set(number, SOL_SOCKET, SO_KEEPALIVE, 1)
    set(number, tcp, TCP_KEEPIDLE, 2)
    set(number, tcp, TCP_KEEPINTVL, 1)
    set(number, tcp, TCP_KEEPCNT, 3)
    set(number, tcp, TCP_USER_TIMEOUT, 5000)
  }

  private static func set(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    // SAFETY: the kernel reads one Int32. An option it does not know changes nothing of use.
    _ = unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
