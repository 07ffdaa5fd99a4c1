// How a run was made, as far as no other file of its folder says it: run.json. Every command line that makes the run
// again is made from this.
import JSON
import Kernels
public import Registry
public import Scenario
public import Simulation

/// How a run was made, as `run.json` has it.
public enum RunRecord: Sendable, Equatable {
    /// Real processes on this host, over links that were sealed or not.
    case processes(transport: Transport, hasKeys: Bool)
    case simulation(SimulationSettings)
    /// Parts of a run of real processes that no laboratory started.
    case gathered

    /// Of `run.json`.
    static let version = 2

    public var isSimulation: Bool { if case .simulation = self { true } else { false } }
}

/// What decides the events of a simulation beside its experiment, and what was asked of it.
public struct SimulationSettings: Sendable, Equatable {
    public var carriage = Carriage.values
    /// Virtual time of every message.
    public var latencyMilliseconds = 1
    /// They change no bit of the result.
    public var threads = 2
    /// Whether it was checked what must always hold.
    public var isChecked = false
    /// Where it took another course.
    public var branch: Branch?

    public init() {}

    public var options: Simulator.Options {
        var options = Simulator.Options(threads: threads, carriage: carriage, isWatched: isChecked)
        options.latency = .milliseconds(latencyMilliseconds)
        options.branch = branch
        return options
    }

    /// What may be chosen for each.
    public static let latencies = 1...60_000
    public static let threadCounts = 1...256
}

extension RunRecord {
    /// The content of `run.json`.
    var json: [UInt8] {
        let members: [JSONMember] =
            switch self {
            case .processes(let transport, let hasKeys):
                [engine(.processes), JSONMember("transport", .text(transport.rawValue)), flag("keys", hasKeys)]
            case .simulation(let settings):
                [
                    engine(.simulation), JSONMember("carry", .text(settings.carriage.rawValue)),
                    JSONMember("latencyMilliseconds", .number(settings.latencyMilliseconds)),
                    JSONMember("threads", .number(settings.threads)), flag("check", settings.isChecked),
                ] + (settings.branch.map { [JSONMember("branch", .text("\($0)"))] } ?? [])
            case .gathered: [engine(.processes), flag("gathered", true)]
            }
        let tree = JSONValue(.object([JSONMember("version", .number(Self.version))] + members))
        return Array(JSONText.pretty(tree).utf8)
    }

    private func engine(_ engine: Engine) -> JSONMember { JSONMember("engine", .text(engine.rawValue)) }
    private func flag(_ key: String, _ value: Bool) -> JSONMember { JSONMember(key, .flag(value)) }

    /// - Parameter name: what messages call the file.
    init(_ bytes: [UInt8], name: String) throws(ConfigurationFault) {
        let file = try StrictJSON.read(bytes, name: name).object("")
        let version = try file.required("version", expected: "\(Self.version)")
        guard version.count == Self.version else {
            throw ConfigurationFault(
                .notAllowed(key: "version", given: version.summary, allowed: "\(Self.version)"),
                at: version.position.description)
        }
        let known = ["version", "engine"]
        switch try file.choice("engine", Engine.self) {
        case .simulation:
            try file.refuseUnknownKeys(known: known + ["carry", "latencyMilliseconds", "threads", "check", "branch"])
            var settings = SimulationSettings()
            settings.carriage = try file.choice("carry", Carriage.self)
            settings.latencyMilliseconds = try file.required("latencyMilliseconds", expected: "a number")
                .count("latencyMilliseconds", in: SimulationSettings.latencies)
            settings.threads = try file.required("threads", expected: "a number")
                .count("threads", in: SimulationSettings.threadCounts)
            settings.isChecked = try file.required("check", expected: "true or false").flag("check")
            if let branch = file["branch"] { settings.branch = try Branch(branch.text("branch"), key: "branch") }
            self = .simulation(settings)
        case .processes where file["gathered"] != nil:
            try file.refuseUnknownKeys(known: known + ["gathered"])
            self = .gathered
        case .processes:
            try file.refuseUnknownKeys(known: known + ["transport", "keys"])
            self = .processes(
                transport: try file.choice("transport", Transport.self),
                hasKeys: try file.required("keys", expected: "true or false").flag("keys"))
        }
    }
}

extension Branch {
    /// - Parameter key: what messages call it.
    public init(_ text: String, key: String) throws(ConfigurationFault) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let moment = Nanoseconds(parts[1]), moment >= 0,
            (1...1_000_000).contains(number)
        else {
            throw ConfigurationFault(
                .notAllowed(
                    key: key, given: text,
                    allowed: "N@NANOSECONDS, a number from 1 to 1000000 and a moment of virtual time, as 2@1340000000"))
        }
        self.init(at: Instant(nanoseconds: moment), number: number)
    }
}

extension JSONObject {
    /// One of the names of a few cases.
    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _: Choice.Type
    ) throws(ConfigurationFault) -> Choice where Choice.RawValue == String {
        let known = Choice.allCases.map(\.rawValue)
        let value = try required(key, expected: "one of \(known.joined(separator: ", "))")
        let name = try value.text(key)
        guard let choice = Choice(rawValue: name) else {
            throw ConfigurationFault(.unknown(noun: key, given: name, known: known), at: value.position.description)
        }
        return choice
    }
}
