// A node's trace as it stands on disk: one line a closed round or entry. Writing it is TraceLine's.
import JSON
import Kernels
public import Metrics

/// The lines of a `trace.jsonl`.
public struct TraceFile: Sendable {
    public let lines: [TraceLine]
    /// Lines that are not whole or not of a trace, counted from 1. A node that was killed leaves at most the last one.
    public let unreadable: [Int]
    /// Numbers of the lines with which a later process of the node begins.
    private let entries: Set<Int>

    public init(_ bytes: [UInt8]) {
        var lines: [TraceLine] = []
        var unreadable: [Int] = []
        var entries: Set<Int> = []
        for (index, text) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if let value = try? StrictJSON.read(Array(text), name: ""), let line = TraceLine(value) {
                if line.checkpoint != nil { entries.insert(index + 1) }
                lines.append(line)
            } else {
                unreadable.append(index + 1)
            }
        }
        self.lines = lines
        self.entries = entries
        self.unreadable = unreadable
    }

    /// Whether this unreadable line is the half line of a process that was killed: the last, or the last before an
    /// entry.
    public func isTorn(at line: Int) -> Bool {
        line == lines.count + unreadable.count || entries.contains(line + 1)
    }

    /// The last round for which the node may have sent a model.
    public var published: Round? { lines.map(\.next).max() }
}

extension TraceLine {
    fileprivate init?(_ value: JSONValue) {
        guard let round = value.member("round")?.count, round >= 0,
            let result = value.member("result")?.text.flatMap(TraceLine.hash),
            let inputs = value.member("inputs")?.elements.map(TraceLine.Input.init), !inputs.contains(nil)
        else { return nil }
        self.init(
            round: Round(round), inputs: inputs.compactMap { $0 },
            offenders: (value.member("offenders")?.elements ?? []).compactMap { $0.count.map { NodeID($0) } },
            checkpoint: value.member("checkpoint")?.count, next: value.member("next")?.count.map { Round($0) },
            result: result)
    }

    fileprivate static func hash(_ text: String) -> UInt64? { text.utf8.count == 16 ? UInt64(text, radix: 16) : nil }
}

extension TraceLine.Input {
    fileprivate init?(_ value: JSONValue) {
        let parts = value.elements
        guard parts.count == 3, let sender = parts[0].count, sender >= 0, let round = parts[1].count, round >= 0,
            let digest = parts[2].text.flatMap(TraceLine.hash)
        else { return nil }
        self.init(sender: NodeID(sender), round: Round(round), digest: digest)
    }
}
