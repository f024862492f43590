/// All choices of so many elements, in the order of the list; each is made when it is asked for.
struct Choices<Element>: Sequence, IteratorProtocol {
  private let list: [Element]
  /// Rising; nil when there is no further choice.
  private var places: [Int]?

  init(of count: Int, among list: [Element]) {
    self.list = list
    places = count <= list.count ? Array(0..<count) : nil
  }

  mutating func next() -> [Element]? {
    guard let taken = places else { return nil }
    places = following(taken)
    return taken.map { list[$0] }
  }

  /// The last place that can move on does, and those behind it come after it.
  private func following(_ taken: [Int]) -> [Int]? {
    let room = list.count - taken.count
    guard let last = taken.indices.last(where: { taken[$0] < room + $0 }) else { return nil }
    return taken[..<last] + (0..<taken.count - last).map { taken[last] + 1 + $0 }
  }
}

/// All ways to take one element of each list; the last list's changes first.
struct OneOfEach<Element>: Sequence, IteratorProtocol {
  private let lists: [[Element]]
  private var places: [Int]?

  init(_ lists: [[Element]]) {
    self.lists = lists
    places = lists.contains(where: \.isEmpty) ? nil : lists.map { _ in 0 }
  }

  mutating func next() -> [Element]? {
    guard let taken = places else { return nil }
    places = following(taken)
    return zip(lists, taken).map { $0[$1] }
  }

  private func following(_ taken: [Int]) -> [Int]? {
    guard let last = taken.indices.last(where: { taken[$0] + 1 < lists[$0].count }) else {
      return nil
    }
    return taken.indices.map { $0 < last ? taken[$0] : $0 == last ? taken[$0] + 1 : 0 }
  }
}
