// What a node's record holds, as one table: writing it, reading it back, folding lines and summing nodes go through it,
// so that a new counter is a property of NodeRecord and one line here.
import JSON
import Kernels

/// One entry of a node's record.
public struct RecordField: Sendable {
    public enum Unit: Sendable { case count, bytes, nanoseconds, number, perNeighbour }
    /// Whose entries a total of a run counts.
    public enum Scope: Sendable { case honest, all }

    /// Its key in a node's `metrics.jsonl`.
    public let name: String
    public let unit: Unit
    public let scope: Scope
    /// Where the total of a run stands in its `summary.json`: in which object, if any, and under which key.
    public let summary: (section: String?, key: String)?
    /// Over its column in a report's table of nodes; `nil` for what has none.
    public let column: String?
    /// The entry as a whole number; 0 where it is none.
    public let amount: @Sendable (NodeRecord) -> Int

    fileprivate let write: @Sendable (NodeRecord, inout JSONLine) -> Void
    fileprivate let read: @Sendable (inout NodeRecord, JSONValue) -> Void
    /// Folds the entry of a later line into that of the lines before.
    fileprivate let fold: @Sendable (inout NodeRecord, NodeRecord) -> Void
    fileprivate let sum: @Sendable (inout NodeRecord, [NodeRecord]) -> Void
    fileprivate let writeTotal: @Sendable (NodeRecord, String, inout JSONLine) -> Void
    fileprivate let readTotal: @Sendable (inout NodeRecord, JSONValue?) -> Void

    /// - Parameters:
    ///   - lines: how the entries of a node's lines come to one.
    ///   - nodes: how those of several nodes do.
    fileprivate init<Value: RecordValue>(
        _ name: String, _ place: WritableKeyPath<NodeRecord, Value> & Sendable, _ unit: Unit, lines: Fold<Value>,
        nodes: Fold<Value>, of scope: Scope = .honest, summary: (section: String?, key: String)? = nil,
        column: String? = nil
    ) {
        self.name = name
        self.unit = unit
        self.scope = scope
        self.summary = summary
        self.column = column
        amount = { $0[keyPath: place].amount }
        write = { $1.add(name, recorded: $0[keyPath: place]) }
        read = { $0[keyPath: place] = Value(recorded: $1) }
        fold = { $0[keyPath: place] = lines.apply([$0[keyPath: place], $1[keyPath: place]]) }
        sum = { $0[keyPath: place] = nodes.apply($1.map { $0[keyPath: place] }) }
        writeTotal = { $0[keyPath: place].writeTotal($1, to: &$2) }
        readTotal = { $0[keyPath: place] = Value(total: $1) }
    }

    /// In the order of a line.
    public static let all: [RecordField] = [
        .init("rounds", \.rounds, .count, lines: .latest, nodes: .greatest),
        .init("trainLoss", \.trainLoss, .number, lines: .lastKnown, nodes: .mean, summary: (nil, "trainLoss")),
        .init(
            "computeNanoseconds", \.computeNanoseconds, .nanoseconds, lines: .sum, nodes: .sum,
            summary: ("seconds", "compute"), column: "compute"),
        .init(
            "waitNanoseconds", \.waitNanoseconds, .nanoseconds, lines: .sum, nodes: .sum,
            summary: ("seconds", "wait"), column: "wait"),
        .init(
            "mixNanoseconds", \.mixNanoseconds, .nanoseconds, lines: .sum, nodes: .sum, summary: ("seconds", "mix"),
            column: "mix"),
        .init("mixedModels", \.mixedModels, .count, lines: .sum, nodes: .sum),
        .init(
            "missedModels", \.missedModels, .count, lines: .sum, nodes: .sum, summary: (nil, "missedMessages"),
            column: "missed"),
        .init(
            "lateModels", \.lateModels, .count, lines: .sum, nodes: .sum, summary: (nil, "lateMessages"),
            column: "late"),
        .init(
            "degradedMixes", \.degradedMixes, .count, lines: .sum, nodes: .sum,
            summary: ("screening", "degradedMixes")),
        .init(
            "unfinishedMixes", \.unfinishedMixes, .count, lines: .sum, nodes: .sum,
            summary: ("screening", "unfinishedMixes")),
        .init(
            "threshold", \.threshold, .number, lines: .lastKnown, nodes: .mean, summary: ("screening", "threshold")),
        .init(
            "returnedWeight", \.returnedWeight, .number, lines: .lastKnown, nodes: .mean,
            summary: ("screening", "returnedWeight")),
        .init("bytesSent", \.bytesSent, .bytes, lines: .latest, nodes: .sum, of: .all, summary: (nil, "bytesSent")),
        .init(
            "messagesSent", \.messagesSent, .count, lines: .latest, nodes: .sum, of: .all,
            summary: (nil, "messagesSent")),
        .init(
            "bytesReceived", \.bytesReceived, .bytes, lines: .latest, nodes: .sum, of: .all,
            summary: (nil, "bytesReceived")),
        .init(
            "snapshotsOverwritten", \.snapshotsOverwritten, .count, lines: .latest, nodes: .sum,
            summary: (nil, "snapshotsOverwritten")),
        .init(
            "rejections", \.rejections, .count, lines: .latest, nodes: .sum, summary: (nil, "rejections"),
            column: "refused"),
        .init("refusals", \.refusals, .perNeighbour, lines: .latest, nodes: .sum),
        .init("cutOffs", \.cutOffs, .perNeighbour, lines: .sum, nodes: .sum),
        .init("waits", \.waits, .perNeighbour, lines: .latest, nodes: .sum),
        .init("tallies", \.tallies, .perNeighbour, lines: .sum, nodes: .sum),
    ]
}

extension NodeRecord {
    /// One line of a node's `metrics.jsonl`.
    public var json: [UInt8] {
        var line = JSONLine()
        for field in RecordField.all { field.write(self, &line) }
        return line.line()
    }

    /// What the lines of a `metrics.jsonl` come to; a torn last one is passed over.
    public init(metrics bytes: [UInt8]) {
        self.init()
        add(lines: bytes.split(separator: UInt8(ascii: "\n")))
    }

    /// Goes on with further lines of it; what is not whole is passed over.
    public mutating func add(lines: [ArraySlice<UInt8>]) {
        for line in lines {
            if let next = NodeRecord(line: line) { add(next) }
        }
    }

    /// One line of a `metrics.jsonl`; `nil` for what is not whole.
    public init?(line: ArraySlice<UInt8>) {
        guard let value = try? StrictJSON.read(Array(line), name: "metrics.jsonl") else { return nil }
        self.init()
        // Lines are written in the order of the fields: each is mostly the one after the last.
        let fields = RecordField.all
        var place = 0
        for member in value.members {
            if place >= fields.count || fields[place].name != member.key {
                guard let other = fields.firstIndex(where: { $0.name == member.key }) else { continue }
                place = other
            }
            fields[place].read(&self, member.value)
            place += 1
        }
    }

    /// Goes on with the rounds of a later record of the same node.
    public mutating func add(_ next: NodeRecord) {
        for field in RecordField.all { field.fold(&self, next) }
    }

    /// What the records of several nodes come to, each for all its rounds.
    public static func sum(_ all: [NodeRecord], honest: [NodeRecord]) -> NodeRecord {
        var sum = NodeRecord()
        for field in RecordField.all { field.sum(&sum, field.scope == .all ? all : honest) }
        return sum
    }

    /// The totals that stand in a `summary.json`.
    public init(summary: JSONValue) {
        self.init()
        for field in RecordField.all {
            guard let (section, key) = field.summary else { continue }
            field.readTotal(&self, (section.map { summary.member($0) } ?? summary)?.member(key))
        }
    }
}

extension NodeRecord {
    /// What a record says of each neighbour, where it stands without the rest.
    public init(ofNeighbours json: JSONValue) {
        self.init()
        for field in RecordField.all where field.unit == .perNeighbour { field.read(&self, json) }
    }
}

extension JSONLine {
    /// What a record says of each neighbour, under the same keys as in the node's own file.
    public mutating func add(ofNeighbours record: NodeRecord) {
        for field in RecordField.all where field.unit == .perNeighbour { field.write(record, &self) }
    }

    /// The totals that belong into one object of a `summary.json`; into none if `nil`.
    public mutating func add(_ totals: NodeRecord, section: String?) {
        for field in RecordField.all {
            guard let summary = field.summary, summary.section == section else { continue }
            field.writeTotal(totals, summary.key, &self)
        }
    }
}
