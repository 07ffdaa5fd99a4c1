// SweepPlan: a sweep with every cell assembled, so that what cannot be assembled is found before anything runs.
import Aggregation
import Kernels
import Platform
import Registry
public import Scenario
import Simulation

/// What decides a result: two cells of one key are the same run.
public struct CellKey: Sendable, Hashable {
    /// Of the experiment, in hexadecimal digits.
    public let identity: String
    public let engine: Engine
    public let transport: String
    /// No part of the identity, since it changes no undisturbed run; a neighbour that is late or lost makes it count.
    public let deadlineMilliseconds: Int
    /// Counts where nodes are restarted, likewise.
    public let checkpointEvery: Int
    /// What is asked of the run's stability, as JSON; empty for nothing.
    public var twins = ""
    /// What is measured only where it is asked for, with blanks between; a result without it would not do.
    public var also = ""
}

extension CellKey {
    init(_ assembly: Assembly, engine: Engine) {
        let experiment = assembly.experiment
        identity = hexadecimal(assembly.identity)
        self.engine = engine
        transport = engine == .processes ? experiment.transport.rawValue : "\(Carriage.values)"
        deadlineMilliseconds = experiment.timing.deadlineMilliseconds
        checkpointEvery = experiment.checkpointEvery
        twins = experiment.stability.twins == 0 ? "" : experiment.stability.key
        also = Set(experiment.measureAlso.map(\.rawValue)).sorted().joined(separator: " ")
    }
}

/// The cells of a sweep, numbered from 0. Each is assembled when it is asked for: a plan holds no data and no graph.
public struct SweepPlan: Sendable {
    public let sweep: Sweep
    public let keys: [CellKey]
    /// The cells in which nobody mixes what others send.
    let alone: Set<Int>
    /// What is probably not meant, and in how many cells.
    public let warnings: [(sentence: String, cells: Int)]
    private let source: ExperimentSource
    private let room: MemoryRoom

    /// - Parameters:
    ///   - file: where the sweep stands; files that it names are looked for beside it.
    ///   - overrides: changes to the base, each `key.path=value`.
    ///   - inputs: how files are read that the sweep names.
    ///   - room: what there is for one cell.
    public init(
        _ sweep: Sweep, in file: String, overrides: [String] = [], inputs: InputFiles = InputFiles(),
        room: MemoryRoom = .unbounded
    ) throws(ConfigurationFault) {
        try SweepPlan.refuse(overrides, of: sweep)
        self.sweep = sweep
        self.room = room
        source = try sweep.base.position.locating { () throws(ConfigurationFault) in
            guard let name = sweep.base.text else {
                return try ExperimentSource(sweep.base, in: file, overrides: overrides, inputs: inputs)
            }
            return try ExperimentSource(
                named: isPath(name) ? Files.path(name, besideIfThere: file) : name, overrides: overrides,
                inputs: inputs)
        }
        (keys, alone, warnings) = try SweepPlan.assembleCells(sweep, source, room)
    }

    /// The cell's experiment, ready to run.
    public func assembly(of cell: Int) throws(ConfigurationFault) -> Assembly {
        try SweepPlan.assembly(of: cell, in: sweep, source, room, sharesData: true)
    }

    /// The same for so many rounds only.
    func assembly(of cell: Int, rounds: Int) throws(ConfigurationFault) -> Assembly {
        try SweepPlan.assembly(of: cell, in: sweep, source, room, sharesData: true) { $0.training.rounds = rounds }
    }
}

// What is needed before there is a plan.
extension SweepPlan {
    /// A change to the base that every cell undoes is a mistake.
    private static func refuse(_ overrides: [String], of sweep: Sweep) throws(ConfigurationFault) {
        for assignment in overrides {
            let path = assignment.prefix { $0 != "=" }
            guard
                let axis = (sweep.axes + (sweep.choice?.over ?? [])).first(where: {
                    $0.paths.contains { "\(path).".hasPrefix("\($0).") }
                })
            else { continue }
            throw ConfigurationFault("the grid gives \(axis.path) a value in every cell", at: "--set \(assignment)")
        }
    }

    private static func assembly(
        of cell: Int, in sweep: Sweep, _ source: ExperimentSource, _ room: MemoryRoom, sharesData: Bool,
        change: (inout Experiment) -> Void = { _ in }
    ) throws(ConfigurationFault) -> Assembly {
        do throws(ConfigurationFault) {
            var experiment = source.experiment
            for (axis, values) in sweep.assignments(of: cell) {
                try axis.position.locating { () throws(ConfigurationFault) in
                    for (path, value) in values { try experiment.set(value, at: path) }
                }
            }
            guard sweep.comparedOn != .validation || experiment.task.validation > 0 else {
                throw ConfigurationFault(
                    "there are no samples to choose on; allowed: task.validation above 0, such as 0.1, or choose.on "
                        + "test", at: sweep.choice?.position.description ?? "")
            }
            // What is measured on the way changes no result, and only the end counts where nothing else is asked for.
            if sweep.seriesEvery > 0 {
                experiment.measureEvery = sweep.seriesEvery
            } else if sweep.engine == .simulation, experiment.measureTarget == nil {
                experiment.measureEvery = 0
            }
            change(&experiment)
            return try Assembly(
                experiment, topology: source.topologyFile(of: experiment, room: room), files: source.dataFiles,
                sharesData: sharesData, room: room)
        } catch {
            let cell = sweep.name(of: cell)
            throw ConfigurationFault(error.problem, at: error.place.isEmpty ? cell : "\(error.place), \(cell)")
        }
    }

    /// Assembles every cell in turn. Cells that are one and the same run would make intervals too narrow.
    private static func assembleCells(
        _ sweep: Sweep, _ source: ExperimentSource, _ room: MemoryRoom
    ) throws(ConfigurationFault) -> (keys: [CellKey], alone: Set<Int>, warnings: [(sentence: String, cells: Int)]) {
        var keys: [CellKey] = []
        var alone: Set<Int> = []
        var cells: [CellKey: Int] = [:]
        var warnings: [(sentence: String, cells: Int)] = []
        var slots: [String: Int] = [:]
        for cell in 0..<sweep.cellCount {
            let assembly = try assembly(of: cell, in: sweep, source, room, sharesData: false)
            if sweep.engine == .processes { try ProcessRun.checkLimits(for: assembly) }
            let key = CellKey(assembly, engine: sweep.engine)
            if let other = cells.updateValue(cell, forKey: key) {
                throw ConfigurationFault(
                    "\(sweep.name(of: other)) and \(sweep.name(of: cell)) are the same run; "
                        + "allowed: cells that differ in something that decides the models",
                    at: sweep.gridPosition.description)
            }
            keys.append(key)
            if assembly.experiment.aggregation.rule.kind == NoCommunication.name { alone.insert(cell) }
            for sentence in assembly.warnings {
                let slot = slots[sentence, default: warnings.count]
                if slot == warnings.count {
                    slots[sentence] = slot
                    warnings.append((sentence, 0))
                }
                warnings[slot].cells += 1
            }
        }
        return (keys, alone, warnings)
    }
}
