// RunTables: the figures of a run as tables that other tools read: over the rounds, of each node over its rounds, and
// of each node at the end. As CSV, or as TensorBoard's event files.
import JSON
import Kernels
import Metrics
import Platform
import Registry
import Scenario

/// The figures of one run, at any moment of its life.
public struct RunTables {
    /// How figures can be written.
    public enum Format: String, Sendable, CaseIterable { case csv, tensorboard }

    /// Entries of a node's record that are one number each.
    private static let nodeFields = RecordField.all.filter { field in
        field.unit != .perNeighbour && !["rounds", "rejections"].contains(field.name)
    }

    private let run: RecordedRun
    private let folder: RunFolder

    /// Of an unfinished run what is there so far; lines that are torn are passed over.
    public init(of folder: RunFolder) throws(ConfigurationFault) {
        self.folder = folder
        var reader = try RunReader(folder.directory)
        run = try reader.read()
    }

    /// Writes all tables.
    ///
    /// - Parameter parent: the folder they are put in.
    /// - Returns: paths of the files.
    public func write(_ format: Format, to parent: String) throws -> [String] {
        guard !run.evaluations.isEmpty || run.nodes.contains(where: { $0.totals != nil }) else {
            throw ConfigurationFault("nothing was measured in \(folder.directory.path) yet")
        }
        switch format {
        case .csv: return try writeCSV(to: parent)
        case .tensorboard: return try writeEvents(to: parent)
        }
    }

    // MARK: - CSV

    private func writeCSV(to parent: String) throws -> [String] {
        let tables = [
            ("metrics.csv", MeasureTable(run.evaluations.map { ($0.rounds, $0.figures) }).table),
            ("nodes.csv", nodes), ("node-rounds.csv", try nodeRounds()),
        ]
        try Files.makeDirectory(parent)
        return try tables.filter { !$0.1.rows.isEmpty }.map { name, table in
            let path = "\(parent)/\(name)"
            try Files.write(Array(table.csv.utf8), to: path)
            return path
        }
    }

    /// A line a node, as it ended or as far as it has come.
    private var nodes: TextTable {
        TextTable(
            header: [
                "node", "hostile", "score", "excessLoss", "samples", "awaitedSeconds", "modelsHeard", "modelsKept",
                "modelsClipped", "modelsRemoved", "lost",
            ], names: 1,
            rows: run.nodes.map { node in
                [
                    node.label, node.isHostile ? "1" : "0", Self.text(node.score), Self.text(node.excessLoss),
                    node.samples.map(String.init) ?? "", Self.text(node.awaitedSeconds), "\(node.tally.heard)",
                    "\(node.tally.kept)", "\(node.tally.clipped)", "\(node.tally.removed)", node.lost ?? "",
                ]
            })
    }

    /// A line a record of a node, as its own file has them; none of a simulation, which has no such files.
    private func nodeRounds() throws -> TextTable {
        let fields = Self.nodeFields
        var rows: [[String]] = []
        for (index, node) in run.nodes.enumerated() {
            for record in try records(ofNode: index) {
                rows.append(
                    [node.label, node.isHostile ? "1" : "0", "\(record.rounds)"] + record.values.map(Self.text))
            }
        }
        return TextTable(header: ["node", "hostile", "rounds"] + fields.map(\.name), names: 1, rows: rows)
    }

    private static func text(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    // MARK: - TensorBoard

    private func writeEvents(to parent: String) throws -> [String] {
        var written = [try write(runEvents, to: "\(parent)/honest")]
        let names = run.nodes.map { RunDirectory.fileName($0.label) }
        let areDistinct = Set(names).count == names.count
        for (index, node) in run.nodes.enumerated() where node.totals != nil {
            var file = EventFile()
            for record in try records(ofNode: index) {
                var scalars: [(tag: String, value: Double)] = []
                for (field, value) in zip(Self.nodeFields, record.values) {
                    if let value { scalars.append(("node/\(field.name)", value)) }
                }
                file.append(scalars, after: record.rounds)
            }
            written.append(try write(file, to: "\(parent)/node-\(areDistinct ? names[index] : "\(index)")"))
        }
        return written
    }

    /// Tags are `accuracy/worst` and the like: figures whose names begin alike share a group.
    private var runEvents: EventFile {
        var file = EventFile()
        for evaluation in run.evaluations {
            var scalars: [(tag: String, value: Double)] = []
            for measure in MeasureCatalog.all {
                for figure in measure.figures where !figure.isList {
                    guard let value = evaluation.figures[figure.name], value.isFinite else { continue }
                    scalars.append((Self.tag(figure.name, of: measure.name), value))
                }
            }
            file.append(scalars, after: evaluation.rounds)
        }
        return file
    }

    /// `accuracyWorst` of the measure `accuracy` is `accuracy/worst`; a name that begins otherwise keeps all of it.
    private static func tag(_ figure: String, of measure: String) -> String {
        guard figure.hasPrefix(measure), figure.count > measure.count else { return "\(measure)/\(figure)" }
        let rest = figure.dropFirst(measure.count)
        return "\(measure)/\(rest.prefix(1).lowercased())\(rest.dropFirst())"
    }

    private func write(_ file: EventFile, to folder: String) throws -> String {
        try Files.makeDirectory(folder)
        let path = "\(folder)/\(EventFile.name)"
        try Files.write(file.bytes, to: path)
        return path
    }

    // MARK: - Nodes' files

    /// What a node wrote down of its rounds. After it was resumed its lines begin again at an earlier one: the later
    /// line counts.
    private func records(ofNode index: Int) throws -> [(rounds: Int, values: [Double?])] {
        guard run.nodes[index].totals != nil else { return [] }
        var records: [(rounds: Int, values: [Double?])] = []
        let bytes = try Files.read(folder.directory.node(NodeID(index)).metrics)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let json = try? StrictJSON.read(Array(line), name: ""), let rounds = json.member("rounds")?.count
            else {
                continue
            }
            while let last = records.last, last.rounds >= rounds { records.removeLast() }
            records.append((rounds, Self.nodeFields.map { json.member($0.name)?.number }))
        }
        return records
    }
}
