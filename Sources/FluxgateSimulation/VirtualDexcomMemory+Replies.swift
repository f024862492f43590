internal import FluxgateSignal

/// How a virtual receiver answers.
extension VirtualDexcomMemory {
  private enum Result: UInt8 { case acknowledged = 1, invalidCommand = 3, invalidParameter = 4 }

  /// The whole reply packet to a request.
  func reply(
    to code: UInt8, _ payload: [UInt8], mostPages: Int, at now: HostTime
  ) -> [UInt8] {
    switch code {
    case 10: packet(.acknowledged, [])
    case 11: packet(.acknowledged, Array(firmwareXML.utf8))
    case 15 where hidesPartitions: packet(.invalidCommand, [])
    case 15: packet(.acknowledged, Array(partitionXML.utf8) + [0])
    case 16: pageRange(payload)
    case 17: pages(payload, most: mostPages)
    case 18: header(payload)
    case 29: packet(.acknowledged, number(wearer.displayOffset, 4))
    case 31: packet(.acknowledged, number(systemSeconds(at: now) - Self.systemOffset, 4))
    case 34: packet(.acknowledged, number(systemSeconds(at: now), 4))
    case 35: packet(.acknowledged, number(Self.systemOffset, 4))
    case 33: packet(.acknowledged, number(87, 4))
    case 37: packet(.acknowledged, [1])
    case 48: packet(.acknowledged, [2])
    default: packet(.invalidCommand, [])
    }
  }

  private func pageRange(_ payload: [UInt8]) -> [UInt8] {
    guard payload.count == 1, let partition = partitions[payload[0]] else {
      return packet(.invalidParameter, [])
    }
    guard let range = partition.pageRange else { return packet(.acknowledged, number(-1, 8)) }
    return packet(
      .acknowledged, number(Int64(range.lowerBound), 4) + number(Int64(range.upperBound), 4))
  }

  private func pages(_ payload: [UInt8], most: Int) -> [UInt8] {
    guard payload.count == 6, (1...most).contains(Int(payload[5])) else {
      return packet(.invalidParameter, [])
    }
    var bytes: [UInt8] = []
    for offset in 0..<UInt32(payload[5]) {
      guard let page = page(payload[0], pageNumber(payload) + offset) else {
        return packet(.invalidParameter, [])
      }
      bytes += page
    }
    return packet(.acknowledged, bytes)
  }

  private func header(_ payload: [UInt8]) -> [UInt8] {
    guard payload.count == 5, let page = page(payload[0], pageNumber(payload)) else {
      return packet(.invalidParameter, [])
    }
    return packet(.acknowledged, Array(page[0..<28]))
  }

  private func page(_ type: UInt8, _ number: UInt32) -> [UInt8]? {
    let isBroken = brokenPages[type]?.contains(number) ?? false
    return partitions[type]?.page(number, hasBrokenHeader: isBroken)
  }

  private func pageNumber(_ payload: [UInt8]) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(payload[1 + $1]) << UInt32($1 * 8) }
  }

  private var firmwareXML: String {
    "<FirmwareHeader SchemaVersion='1' ApiVersion='2.2.0.0' TestApiVersion='2.4.0.0' "
      + "ProductId='\(model.productID)' ProductName='\(model.productName)' "
      + "SoftwareNumber='\(model.softwareNumber)' "
      + "FirmwareVersion='2.0.1.104' PortVersion='4.6.4.45' RFVersion='1.0.0.27' "
      + "DexBootVersion='3'/>"
  }

  private var partitionXML: String {
    let rows = partitions.values.sorted { $0.type < $1.type }.map {
      "<Partition Name='\($0.name)' Id='\($0.type)' RecordRevision='\($0.revision)' "
        + "RecordLength='\($0.recordLength)' />"
    }
    return "<PartitionInfo SchemaVersion='1' PageHeaderVersion='1' PageDataLength='500'>"
      + rows.joined() + "</PartitionInfo>"
  }

  private func number(_ value: Int64, _ width: Int) -> [UInt8] {
    var bytes = DexcomBytes()
    bytes.put(value, bytes: width)
    return bytes.bytes
  }

  private func packet(_ result: Result, _ payload: [UInt8]) -> [UInt8] {
    var bytes = DexcomBytes()
    bytes.put(1, bytes: 1)
    bytes.put(Int64(payload.count + 6), bytes: 2)
    bytes.put(Int64(result.rawValue), bytes: 1)
    for byte in payload { bytes.put(Int64(byte), bytes: 1) }
    bytes.close()
    return bytes.bytes
  }
}
