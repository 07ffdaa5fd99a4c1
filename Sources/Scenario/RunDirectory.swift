// RunDirectory: the names of all files of a run. No file is opened here.
import Kernels

/// The folder of one run, as paths.
public struct RunDirectory: Sendable, Equatable {
    public static let experimentName = "experiment.json"
    public static let topologyName = "topology.json"
    /// What tells a run that a laboratory made from what nodes by themselves have left.
    public static let recordName = "run.json"

    public let path: String

    /// - Parameter path: the folder itself, without a slash at its end.
    public init(_ path: String) { self.path = path }

    /// A new run's folder in `parent`: `<name>-<identity8>-<time>`.
    ///
    /// - Parameters:
    ///   - identity: of the experiment; its first eight hexadecimal digits are used.
    ///   - time: as text without spaces or colons, made by whoever has a clock.
    public init(in parent: String, name: String, identity: [UInt8], time: String) {
        self.init("\(parent)/\(RunDirectory.fileName(name))-\(hexadecimal(Array(identity.prefix(4))))-\(time)")
    }

    /// A name as part of a path: everything but ASCII letters, digits and `-_.` is a hyphen.
    public static func fileName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" })
    }

    public var experiment: String { "\(path)/\(RunDirectory.experimentName)" }
    public var topology: String { "\(path)/\(RunDirectory.topologyName)" }
    public var record: String { "\(path)/\(RunDirectory.recordName)" }
    public var metrics: String { "\(path)/metrics.jsonl" }
    /// The optimum of the training problem, where it was found.
    public var optimum: String { "\(path)/optimum.bin" }
    public var summary: String { "\(path)/summary.json" }
    /// How many samples each node has, and of which classes.
    public var data: String { "\(path)/data.csv" }
    /// Every figure over the rounds.
    public var measures: String { "\(path)/measures.csv" }
    /// The evaluations of a run that this one is compared with, as in `metrics`.
    public func reference(_ kind: Reference) -> String { "\(references)/\(kind.rawValue).jsonl" }
    public var references: String { "\(path)/references" }
    public var report: String { "\(path)/report.html" }
    public var nodes: String { "\(path)/nodes" }
    /// Models as files that other tools read.
    public var models: String { "\(path)/models" }
    public var keys: String { "\(path)/keys" }
    /// While faults strike the network: where nodes are told that their neighbours are.
    public var links: String { "\(path)/links" }
    /// Held by the laboratory that runs it.
    public var lock: String { "\(path)/lock" }

    public func node(_ node: NodeID) -> NodeDirectory { NodeDirectory("\(nodes)/\(node.index)") }
    /// What one node is told.
    public func links(of node: NodeID) -> String { "\(links)/\(node.index)" }
}

/// The folder of one node in a run.
public struct NodeDirectory: Sendable, Equatable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var endpoint: String { "\(path)/endpoint.json" }
    public var metrics: String { "\(path)/metrics.jsonl" }
    /// What went into every mix, by hash.
    public var trace: String { "\(path)/trace.bin" }
    /// As programs wrote it before there was a format to read it by.
    public var traceOfFirstFormat: String { "\(path)/trace.jsonl" }
    public var log: String { "\(path)/log.txt" }
    /// How often the node's loop has stirred, and its round.
    public var heartbeat: String { "\(path)/heartbeat" }
    /// The final model; it is there only once all rounds are done.
    public var model: String { "\(path)/model.bin" }
    /// The node's own model after all rounds, where it has one beside what it shares.
    public var ownModel: String { "\(path)/own.bin" }
    public var snapshots: String { "\(path)/snapshots" }
    /// Held by the node's process.
    public var lock: String { "\(path)/lock" }

    public func snapshot(rounds: Int) -> String { "\(snapshots)/\(rounds).bin" }
    /// The mix that made the snapshot of this many rounds, or the final model.
    public func mix(rounds: Int) -> String { "\(snapshots)/\(rounds).mix" }
    /// The node's own model beside the snapshot of this many rounds.
    public func ownModel(rounds: Int) -> String { "\(snapshots)/\(rounds).own" }
    public func checkpoint(rounds: Int) -> String { "\(path)/checkpoint-\(rounds).bin" }
    /// The checkpoint that the node left when it was warned.
    public func checkpoint(of stop: StopName) -> String { "\(path)/\(stop).bin" }

    /// The rounds of a snapshot, from the name of its file; `nil` for any other file.
    public static func rounds(ofSnapshot name: String) -> Int? { number(in: name, after: "", before: ".bin") }

    /// The rounds of a checkpoint, from the name of its file; `nil` for any other file.
    public static func rounds(ofCheckpoint name: String) -> Int? {
        number(in: name, after: "checkpoint-", before: ".bin")
    }

    /// The stop that a checkpoint is of, from the name of its file; `nil` for any other file.
    public static func stop(ofCheckpoint name: String) -> StopName? {
        guard name.hasPrefix(StopName.prefix), let dash = name.lastIndex(of: "-"), dash > name.startIndex else {
            return nil
        }
        guard let stop = number(in: String(name[..<dash]), after: StopName.prefix, before: ""),
            let rounds = number(in: String(name[dash...]), after: "-", before: ".bin")
        else { return nil }
        return StopName(number: stop, rounds: rounds)
    }

    private static func number(in name: String, after prefix: String, before suffix: String) -> Int? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count > prefix.utf8.count + suffix.utf8.count
        else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        return digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
    }
}

/// A stop of a node that was warned, as the file of its checkpoint is named.
public struct StopName: Sendable, Hashable, CustomStringConvertible {
    static let prefix = "stop-"

    /// 1 for the first one since the nodes began.
    public let number: Int
    /// Those that the node had closed.
    public let rounds: Int

    public init(number: Int, rounds: Int) {
        self.number = number
        self.rounds = rounds
    }

    public var description: String { "\(Self.prefix)\(number)-\(rounds)" }
}
