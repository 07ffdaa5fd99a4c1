// What a benchmark is, and the list of all. How one is measured is its own file's business.
public import Platform
import Registry

/// Something of this program that is measured beside a limit of the machine, in one run.
public protocol Bench: SendableMetatype {
    static var name: String { get }
    /// Those that it takes beside `repetitions`.
    static var flags: [Flag] { get }

    static func run(_ settings: BenchSettings) throws -> BenchReport
}

/// A benchmark is one file and one line here.
public enum BenchCatalog {
    public static let all: [any Bench.Type] = [
        KernelBench.self, TrainingBench.self, RuleBench.self, LinkBench.self, RoundBench.self, SimulatorBench.self,
        LaboratoryBench.self,
    ]

    public static func named(_ name: String) throws(ConfigurationFault) -> any Bench.Type {
        guard let bench = all.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "benchmark", given: name, known: all.map { $0.name }))
        }
        return bench
    }
}

/// What every benchmark is told.
public struct BenchSettings {
    public let flags: Flags
    public let repetitions: Int
    /// Paths of the two programs.
    public let node: String
    public let laboratory: String
    /// Told what is being measured, before it is.
    public let announce: (String) -> Void
    /// Takes lines for the operator as soon as they are known.
    let show: ([String]) -> Void

    public init(
        flags: Flags, repetitions: Int, node: String, laboratory: String, announce: @escaping (String) -> Void,
        show: @escaping ([String]) -> Void
    ) {
        self.flags = flags
        self.repetitions = repetitions
        self.node = node
        self.laboratory = laboratory
        self.announce = announce
        self.show = show
    }
}

/// A measurement that came to nothing.
struct BenchFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
