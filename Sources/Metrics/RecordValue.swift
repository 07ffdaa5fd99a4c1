// What an entry of a record may be, in JSON and as part of a sum. Sums wrap instead of trapping, since files may say
// anything.
import JSON
import Kernels

/// Whatever stands under one key of a record.
protocol RecordValue: Sendable {
    /// Nothing where there is nothing, or what no node would write.
    init(recorded json: JSONValue?)
    func write(_ key: String, to line: inout JSONLine)
    /// The same in a run's summary.
    init(total json: JSONValue?)
    func writeTotal(_ key: String, to line: inout JSONLine)
    var amount: Int { get }
}

extension RecordValue {
    init(total json: JSONValue?) { self.init(recorded: json) }
    func writeTotal(_ key: String, to line: inout JSONLine) { write(key, to: &line) }
}

extension JSONLine {
    mutating func add(_ key: String, recorded value: some RecordValue) { value.write(key, to: &self) }
}

/// How several values come to one.
struct Fold<Value: RecordValue>: Sendable {
    let apply: @Sendable ([Value]) -> Value

    /// Of what is counted since the start.
    static var latest: Fold { Fold { $0.last ?? Value(recorded: nil) } }
}

/// What adds up.
protocol Summable: RecordValue { static func sum(_ values: [Self]) -> Self }

extension Summable where Self: FixedWidthInteger {
    static func sum(_ values: [Self]) -> Self { values.reduce(0, &+) }
}

extension Fold where Value: Summable {
    static var sum: Fold { Fold { Value.sum($0) } }
}

extension Fold where Value: FixedWidthInteger {
    static var greatest: Fold { Fold { $0.max() ?? 0 } }
}

extension Fold where Value == Double? {
    static var lastKnown: Fold { Fold { values in values.last { $0 != nil } ?? nil } }
    static var mean: Fold {
        Fold { values in
            let known = values.compactMap(\.self)
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
    }
}

extension Int: Summable {
    init(recorded json: JSONValue?) { self = json?.count ?? 0 }
    func write(_ key: String, to line: inout JSONLine) { line.add(key, self) }
    var amount: Int { self }
}

/// A time; in a summary it is in seconds.
extension Nanoseconds: Summable {
    init(recorded json: JSONValue?) { self = Nanoseconds(json?.count ?? 0) }
    func write(_ key: String, to line: inout JSONLine) { line.add(key, Int(self)) }
    init(total json: JSONValue?) { self = Nanoseconds(exactly: ((json?.number ?? 0) * 1e9).rounded()) ?? 0 }
    func writeTotal(_ key: String, to line: inout JSONLine) { line.add(key, Double(self) / 1e9) }
    var amount: Int { Int(self) }
}

extension Optional: RecordValue where Wrapped == Double {
    init(recorded json: JSONValue?) { self = json?.number }
    func write(_ key: String, to line: inout JSONLine) { line.add(key, self) }
    var amount: Int { 0 }
}

/// One of a list that is kept by reason or by neighbour.
protocol RecordPart: Sendable {
    associatedtype Key: Hashable, Comparable
    var key: Key { get }
    var amount: Int { get }
    mutating func add(_ other: Self)
    static func read(_ json: JSONValue) -> [Self]
    static func write(_ parts: [Self], _ key: String, to line: inout JSONLine)
    /// In the order in which a list has them.
    static func arranged(_ parts: [Self]) -> [Self]
}

extension Array: RecordValue where Element: RecordPart {
    init(recorded json: JSONValue?) { self = json.map(Element.read) ?? [] }
    func write(_ key: String, to line: inout JSONLine) { Element.write(self, key, to: &line) }
    var amount: Int { reduce(0) { $0 &+ $1.amount } }
}

extension Array: Summable where Element: RecordPart {
    static func sum(_ lists: [Self]) -> Self {
        if let sum = sumOfAlike(lists) { return sum }
        var places: [Element.Key: Int] = [:]
        var sum: Self = []
        for part in lists.joined() {
            if let place = places[part.key] {
                sum[place].add(part)
            } else {
                places[part.key] = sum.count
                sum.append(part)
            }
        }
        return Element.arranged(sum)
    }

    /// The lines of one node mostly have the same keys, in ascending order; `nil` where lists do not.
    private static func sumOfAlike(_ lists: [Self]) -> Self? {
        guard var sum = lists.first, zip(sum, sum.dropFirst()).allSatisfy({ $0.key < $1.key }) else { return nil }
        for list in lists.dropFirst() {
            guard list.count == sum.count, zip(list, sum).allSatisfy({ $0.key == $1.key }) else { return nil }
            for place in sum.indices { sum[place].add(list[place]) }
        }
        return sum
    }
}

extension NodeRecord.Count: RecordPart {
    var key: String { reason }
    var amount: Int { count }
    mutating func add(_ other: Self) { count &+= other.count }
    static func arranged(_ parts: [Self]) -> [Self] { parts }

    /// `{"notFinite":2,…}`.
    static func read(_ json: JSONValue) -> [Self] {
        json.members.map { Self(reason: $0.key, count: $0.value.count ?? 0) }
    }
    static func write(_ parts: [Self], _ key: String, to line: inout JSONLine) {
        line.add(key) { object in for part in parts { object.add(part.reason, part.count) } }
    }
}

extension NodeRecord.Refusal: RecordPart {
    struct Key: Hashable, Comparable {
        let neighbour: NodeID
        let reason: String

        static func < (one: Self, other: Self) -> Bool { (one.neighbour, one.reason) < (other.neighbour, other.reason) }
    }

    var key: Key { Key(neighbour: neighbour, reason: reason) }
    var amount: Int { count }
    mutating func add(_ other: Self) { count &+= other.count }
    static func arranged(_ parts: [Self]) -> [Self] { parts.sorted { $0.key < $1.key } }

    /// `[[3,"notFinite",2],…]`.
    static func read(_ json: JSONValue) -> [Self] {
        json.elements.compactMap { part in
            let part = part.elements
            guard part.count == 3, let neighbour = part[0].count, let reason = part[1].text else { return nil }
            return Self(neighbour: NodeID(neighbour), reason: reason, count: part[2].count ?? 0)
        }
    }
    static func write(_ parts: [Self], _ key: String, to line: inout JSONLine) {
        line.add(key, parts) { line, part in
            line.appendList { list in
                list.append(integer: part.neighbour.index)
                list.separate()
                list.append(text: part.reason)
                list.separate()
                list.append(integer: part.count)
            }
        }
    }
}

/// What is kept of each neighbour, as lists of numbers of which the first is the neighbour.
protocol NeighbourPart: RecordPart where Key == NodeID {
    /// `nil` for what no node would write.
    init?(numbers: [Int])
    var numbers: [Int] { get }
}

extension NeighbourPart {
    static func arranged(_ parts: [Self]) -> [Self] { parts.sorted { $0.key < $1.key } }
    static func read(_ json: JSONValue) -> [Self] {
        json.elements.compactMap { Self(numbers: $0.elements.compactMap(\.count)) }
    }
    static func write(_ parts: [Self], _ key: String, to line: inout JSONLine) {
        line.add(key, parts) { line, part in
            line.appendList { list in
                for (index, number) in part.numbers.enumerated() {
                    if index > 0 { list.separate() }
                    list.append(integer: number)
                }
            }
        }
    }
}

extension NodeRecord.Wait: NeighbourPart {
    var key: NodeID { neighbour }
    var amount: Int { Int(nanoseconds) }
    mutating func add(_ other: Self) { nanoseconds &+= other.nanoseconds }
    init?(numbers: [Int]) {
        guard numbers.count == 2 else { return nil }
        self.init(neighbour: NodeID(numbers[0]), nanoseconds: Nanoseconds(numbers[1]))
    }
    var numbers: [Int] { [neighbour.index, Int(nanoseconds)] }
}

extension NodeRecord.CutOff: NeighbourPart {
    var key: NodeID { neighbour }
    var amount: Int { missed }
    mutating func add(_ other: Self) {
        missed &+= other.missed
        givenUp &+= other.givenUp
        linksLost &+= other.linksLost
    }
    init?(numbers: [Int]) {
        guard numbers.count == 4 else { return nil }
        self.init(neighbour: NodeID(numbers[0]), missed: numbers[1], givenUp: numbers[2], linksLost: numbers[3])
    }
    var numbers: [Int] { [neighbour.index, missed, givenUp, linksLost] }
}

extension NodeRecord.NeighbourTally: NeighbourPart {
    var key: NodeID { neighbour }
    var amount: Int { tally.heard }
    mutating func add(_ other: Self) { tally += other.tally }
    init?(numbers: [Int]) {
        guard numbers.count == 5 else { return nil }
        var tally = Tally()
        (tally.heard, tally.kept, tally.clipped, tally.removed) = (numbers[1], numbers[2], numbers[3], numbers[4])
        self.init(neighbour: NodeID(numbers[0]), tally: tally)
    }
    var numbers: [Int] { [neighbour.index, tally.heard, tally.kept, tally.clipped, tally.removed] }
}
