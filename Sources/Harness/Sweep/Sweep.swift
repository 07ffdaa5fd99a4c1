// A sweep as it is written down: a base experiment, a grid of keys with the values that each of them is to have, what
// of it is left out, and what is chosen. Reading only: whether keys and values are allowed is found out by SweepPlan.
import JSON
import Registry
import Scenario

/// The content of a sweep file.
public struct Sweep: Sendable {
    /// More would run for weeks, and is probably a slip.
    static let mostCells = 100_000
    private static let longestSeries = 1_000_000_000

    /// One key of the grid, or several that vary together.
    public struct Axis: Sendable {
        /// As after `--set`; several are joined by ", ".
        public let path: String
        /// The values, and what tables call them; of several keys, a list with a value for each.
        public let values: [(label: String, json: JSONValue)]
        let position: JSONPosition

        var paths: [String] { path.split(separator: ",").map { String($0.drop { $0 == " " }) } }

        /// Whether it is about who is hostile, and how.
        var isAdversary: Bool { paths.allSatisfy { "\($0).".hasPrefix("adversary.") } }

        /// What one of the values gives to which key.
        func assignments(_ choice: Int) -> [(path: String, value: JSONValue)] {
            let paths = paths
            guard paths.count > 1 else { return [(path, values[choice].json)] }
            return Array(zip(paths, values[choice].json.elements)).map { ($0, $1) }
        }

        /// Repetitions are along this axis: tables fold it.
        public var isSeed: Bool { path == "seed" }
    }

    public private(set) var name: String
    public let engine: Engine
    /// In the order of the file; cells are numbered with the last one running fastest.
    public private(set) var axes: [Axis]
    /// A cell is measured every so many rounds; 0: at its end alone.
    public private(set) var seriesEvery: Int
    /// Hyper-parameters that are chosen before any cell is run.
    public let choice: SweepChoice?
    /// The part of the data that candidates are compared on, where this sweep is one of candidates.
    public private(set) var comparedOn: SweepChoice.Part?
    /// Of every cell the position of its value on each axis.
    private var cells: [[Int]]
    /// What was chosen for each combination of values on the axes that are chosen for.
    private var picks: [[Int]: [Int]] = [:]
    /// The name of an experiment, or an experiment.
    let base: JSONValue
    let gridPosition: JSONPosition

    /// - Parameter file: what messages call the file; without one, its name is the sweep's.
    public init(_ bytes: [UInt8], name file: String) throws(ConfigurationFault) {
        let value = try StrictJSON.read(bytes, name: file)
        try FileKind.sweep.refuseOthers(value)
        let object = try value.object("")
        try object.refuseUnknownKeys(known: ["name", "base", "engine", "grid", "series", "exclude", "choose"])
        name = try object["name"]?.text("name") ?? Sweep.stem(of: file)
        engine = try object["engine"].map(Sweep.engine) ?? .simulation
        seriesEvery = try object["series"]?.count("series", in: 0...Sweep.longestSeries) ?? 0
        base = try object.required("base", expected: "the name of an experiment, a file, or an object")
        let grid = try object.required("grid", expected: Sweep.expectedGrid)
        gridPosition = grid.position
        let axes = try Sweep.axes(of: grid, "grid", times: 1)
        self.axes = axes
        choice = try object["choose"].map { value throws(ConfigurationFault) in try SweepChoice(value, beside: axes) }
        let exclusions = try object["exclude"].map { value throws(ConfigurationFault) in
            try Exclusion.all(value, of: axes)
        }
        cells = Sweep.product(axes).filter { cell in !(exclusions ?? []).contains { $0.has(cell) } }
        guard !cells.isEmpty else {
            throw (object["exclude"] ?? grid).fault("exclude leaves no cell of the grid; expected one at least")
        }
    }

    public var cellCount: Int { cells.count }

    /// The position of a cell's value on each axis.
    public func choices(of cell: Int) -> [Int] { cells[cell] }

    /// What a cell gives to which keys, axis by axis.
    func assignments(of cell: Int) -> [(axis: Axis, values: [(path: String, value: JSONValue)])] {
        let given = zip(axes, choices(of: cell)).map { ($0, $0.assignments($1)) }
        guard let choice, let pick = picks[choice.kept(choices(of: cell))] else { return given }
        return given + zip(choice.over, pick).map { ($0, $0.assignments($1)) }
    }

    /// All combinations, the last axis fastest.
    private static func product(_ axes: [Axis]) -> [[Int]] {
        axes.reduce([[]]) { cells, axis in cells.flatMap { cell in axis.values.indices.map { cell + [$0] } } }
    }

    /// The sweep that the choice is made by: every cell with every candidate; it looks at one part of the data only.
    public var candidates: Sweep? {
        guard let choice else { return nil }
        var sweep = self
        sweep.name = "candidates"
        sweep.seriesEvery = 0
        sweep.comparedOn = choice.part
        sweep.axes = axes + choice.over
        let over = Sweep.product(choice.over)
        sweep.cells = cells.flatMap { cell in over.map { cell + $0 } }
        return sweep
    }

    /// This sweep with what was chosen, by the positions of values on the axes that are chosen for.
    func choosing(_ picks: [[Int]: [Int]]) -> Sweep {
        var sweep = self
        sweep.picks = picks
        return sweep
    }

    /// What tables call a cell's value on each axis.
    public func labels(of cell: Int) -> [String] {
        zip(axes, choices(of: cell)).map { axis, choice in axis.values[choice].label }
    }

    /// `cell 12 (aggregation.rule csPlus, seed 2)`, counted from 1.
    func name(of cell: Int) -> String {
        "cell \(cell + 1) (\(zip(axes, labels(of: cell)).map { "\($0.path) \($1)" }.joined(separator: ", ")))"
    }

    private static let expectedGrid = #"keys with lists of values, as in {"seed": [1, 2, 3]}"#
    private static let expectedValues = "a list of values, or an object of names and values"

    private static func stem(of file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        return last.hasSuffix(".json") ? String(last.dropLast(".json".count)) : last
    }

    private static func engine(_ value: JSONValue) throws(ConfigurationFault) -> Engine {
        let name = try value.text("engine")
        guard let engine = Engine(rawValue: name) else {
            let known = [Engine.simulation, .processes].map(\.rawValue)
            throw ConfigurationFault(
                .unknown(noun: "engine", given: name, known: known), at: value.position.description)
        }
        return engine
    }

    /// - Parameters:
    ///   - name: of the key that the grid stands under.
    ///   - times: as many cells as there are already.
    static func axes(of grid: JSONValue, _ name: String, times: Int) throws(ConfigurationFault) -> [Axis] {
        let members = try grid.object(name).members
        guard !members.isEmpty else { throw grid.fault("\(name) is empty; expected \(expectedGrid)") }
        var axes: [Axis] = []
        var cells = times
        for member in members {
            let key = "\(name).\(member.key)"
            let values: [(label: String, json: JSONValue)]
            switch member.value.kind {
            case .array(let elements): values = elements.map { (label(of: $0), $0) }
            case .object(let named): values = named.map { ($0.key, $0.value) }
            default: throw member.value.fault("\(key) is \(member.value.summary); expected \(expectedValues)")
            }
            guard !values.isEmpty else { throw member.value.fault("\(key) is empty; expected \(expectedValues)") }
            let axis = Axis(path: member.key, values: values, position: member.keyPosition)
            if axis.paths.count > 1 { try axis.checkLists(of: key) }
            // Each factor is checked on its own, so that the product cannot overflow.
            guard values.count <= mostCells / cells else {
                throw grid.fault("the grid has more than \(mostCells) cells, the most that a sweep may have")
            }
            cells *= values.count
            axes.append(axis)
        }
        return axes
    }

    /// What tables call a value that has no name: `csPlus`, `clippedGossip mode=fixed radius=1`, `none` for an empty
    /// list, and anything else as it is written.
    static func label(of value: JSONValue) -> String {
        if let text = value.text { return text }
        let text = JSONText.canonical(value)
        if text == "[]" { return "none" }
        guard let kind = value.member("kind")?.text else { return text }
        let rest = value.members.filter { $0.key != "kind" }.map { "\($0.key)=\(label(of: $0.value))" }
        return ([kind] + rest).joined(separator: " ")
    }
}

extension Sweep.Axis {
    /// Keys that vary together get a list each time, and a name for tables.
    fileprivate func checkLists(of key: String) throws(ConfigurationFault) {
        for value in values {
            guard case .array(let elements) = value.json.kind, elements.count == paths.count else {
                throw value.json.fault(
                    "\(key) is \(value.json.summary); expected a list of \(paths.count) values, one for each key")
            }
        }
    }
}
